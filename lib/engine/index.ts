export { realClock, VirtualClock } from './clock.ts';
export { execute } from './execute.ts';
export { DefinitionError, type Problem } from './failures.ts';
export { jsonBytes, LIMITS } from './limits.ts';
export { type LoadedStateMachine, loadStateMachine } from './load.ts';
export { type MockCall, MockError, type MockResolver, type Mocks, mockResolver, readMocks } from './mocks.ts';
export * from './objects.ts';
export { TaskTokenError, TaskTokens } from './task-tokens.ts';
export * from './types.ts';
