export type { Mismatch } from './compare.ts';
export { mocksOfConfiguration, type OpenedMocks } from './configured-mocks.ts';
export { junitXml } from './junit.ts';
export { checkMocksFile, withMockDiagnostics } from './mock-targets.ts';
export type { CaseReport, CaseStatus } from './run-case.ts';
export type { TestCase } from './test-case.ts';
export { checkTests, type FlowReport, type TestOptions, testFlow } from './test-flow.ts';
export { type Updated, updateFlow } from './update.ts';
