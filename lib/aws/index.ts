/**
 * Constructs of the AWS CDK that deploy flows.
 *
 * @module stepflow-aws/cdk
 */

export type { AlarmBounds, AlarmOptions, AlarmTopic } from './alarm-options.ts';
export type { BlobLives } from './blob-lives.ts';
export { BlobStore, type BlobStoreProps, type StoreBucket } from './blob-store.ts';
export { ComponentFunction, type ComponentFunctionProps } from './component-function.ts';
export type { FunctionOptions, FunctionsOptions } from './function-options.ts';
export type { FunctionSecret, ReadableSecret } from './function-secrets.ts';
export type { GradualDeployment, WatchedAlarm } from './live-alias.ts';
export { StepflowStack, type StepflowStackProps } from './stepflow-stack.ts';
export type { TriggerBucket, TriggerBus, TriggerOptions, TriggerQueue } from './triggers/bound-sources.ts';
export type { CompletionStatus, WorkflowTrigger } from './triggers/workflow-triggers.ts';
export { Workflow, type WorkflowProps } from './workflow.ts';
export { type ApiOptions, WorkflowApi, type WorkflowApiProps } from './workflow-api.ts';
export { WorkflowDashboard, type WorkflowDashboardProps } from './workflow-dashboard.ts';
export { WorkflowError } from './workflow-error.ts';
