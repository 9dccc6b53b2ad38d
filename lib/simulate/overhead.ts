import { itemsOf } from '../asl/sizes.ts';
import type { State } from '../asl/state-machine.ts';
import { branchesOf, type Scope, statesIn } from '../asl/walk-states.ts';
import type { LevelOverhead } from './graph-times.ts';

/** The time that AWS itself takes, in milliseconds. */
export interface Overhead {
  /** To enter a state, record it and start its work, by the type of the workflow. */
  readonly transition: { readonly STANDARD: number; readonly EXPRESS: number };
  /** To invoke a warm function and return its result, without the function's own time. */
  readonly invocation: number;
  /** To start one branch of a Parallel, or one iteration of a Map whose items are literal; they start one after another. */
  readonly branch: number;
}

/**
 * The models by name. AWS publishes no figures, and they differ by region, load and payload. Those of `aws` are assumptions:
 * round numbers for comparing arrangements of one flow, not predictions. Studies that measure such overheads:
 *
 * | number | measured in |
 * |---|---|
 * | `transition` | "Characterizing FaaS Workflows on Public Clouds" (2025), https://arxiv.org/abs/2509.23013; "SeBS-Flow: Benchmarking Serverless Cloud Function Workflows" (2025), https://arxiv.org/abs/2410.03480; of Express beside Standard, "Building cost-effective AWS Step Functions workflows" (AWS Compute Blog, 2022), https://aws.amazon.com/blogs/compute/building-cost-effective-aws-step-functions-workflows/ |
 * | `invocation` | "AWS Step Function vs. AWS Lambda benchmark" (2022), https://cremich.cloud/aws-step-function-vs-aws-lambda-benchmark |
 * | `branch` | "Comparison of FaaS Orchestration Systems" (2018), https://arxiv.org/abs/1807.11248 |
 *
 * Chosen on 2026-11-24.
 */
export const OVERHEADS = {
  none: { transition: { STANDARD: 0, EXPRESS: 0 }, invocation: 0, branch: 0 },
  aws: { transition: { STANDARD: 25, EXPRESS: 5 }, invocation: 15, branch: 2 },
} as const satisfies { readonly [name: string]: Overhead };

/** The name of a model of overhead. */
export type OverheadName = keyof typeof OVERHEADS;

/** How long it takes to enter each state, in milliseconds, including the start of its branches or literal items. */
export function latencies(
  machine: Scope,
  type: 'STANDARD' | 'EXPRESS',
  { transition, branch }: Overhead,
): ReadonlyMap<string, number> {
  return new Map(statesIn(machine).map(([name, state]) => [name, transition[type] + branchCount(state) * branch]));
}

/** The overhead of a flow that runs level by level, each level as a Parallel of a branch a step. */
export function levelOverhead(
  type: 'STANDARD' | 'EXPRESS',
  { transition, invocation, branch }: Overhead,
): LevelOverhead {
  const entering = transition[type];
  return {
    call: (entering + invocation) / 1000,
    parallel: (branches) => (entering + branches * branch) / 1000,
  };
}

/** How many branches a state starts, or how many iterations if it is a Map whose items are literal. */
const branchCount = (state: State): number => (state.Type === 'Map' ? itemsOf(state) : branchesOf(state).length);
