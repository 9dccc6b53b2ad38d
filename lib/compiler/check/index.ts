export { check } from './check.ts';
export type { ComponentSchemas, SchemasOf } from './scope.ts';
