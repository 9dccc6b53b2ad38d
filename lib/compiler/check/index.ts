export { check } from './check.ts';
export type { ComponentSchemas } from './scope.ts';
