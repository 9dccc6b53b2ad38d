export { type CheckOptions, check } from './check.ts';
export { checkExamples } from './check-examples.ts';
export type { ComponentSchemas } from './scope.ts';
