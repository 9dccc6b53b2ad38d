/**
 * Constructs of the AWS CDK that deploy flows.
 *
 * @module stepflow-aws/cdk
 */

export type { BlobLives } from './blob-lives.ts';
export { BlobStore, type BlobStoreProps } from './blob-store.ts';
export { ComponentFunction, type ComponentFunctionProps } from './component-function.ts';
export type { FunctionSecret, ReadableSecret } from './function-secrets.ts';
export { StepflowStack, type StepflowStackProps } from './stepflow-stack.ts';
export { Workflow, type WorkflowProps } from './workflow.ts';
export { WorkflowApi, type WorkflowApiProps } from './workflow-api.ts';
export { WorkflowError } from './workflow-error.ts';
