import { itemsOf } from '../asl/sizes.ts';
import type { State } from '../asl/state-machine.ts';
import { branchesOf, type Scope, statesIn } from '../asl/walk-states.ts';

/** The time that a service itself takes, in milliseconds. */
export interface Overhead {
  /** To enter a state of a Standard workflow, record it and come to its work. */
  readonly transition: { readonly STANDARD: number; readonly EXPRESS: number };
  /** From the task to the warm function and back, without the function's own time. */
  readonly invocation: number;
  /** To start one branch of a Parallel, or one iteration of a Map of steps; they start one after the other. */
  readonly branch: number;
}

/**
 * The models by name. AWS publishes no figures; they differ by region, load and payload. Those of `aws` are assumptions,
 * round numbers for comparing arrangements of one flow and not for promising times. Studies that measure such overheads:
 *
 * | number | is measured in |
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

/** How long each state takes to be entered, in milliseconds; a Parallel with all its branches, and a Map of steps with these. */
export function latencies(
  machine: Scope,
  type: 'STANDARD' | 'EXPRESS',
  { transition, branch }: Overhead,
): ReadonlyMap<string, number> {
  return new Map(statesIn(machine).map(([name, state]) => [name, transition[type] + startedBy(state) * branch]));
}

/** How much a state starts: branches, or the iterations of a Map whose items are written out. */
const startedBy = (state: State): number => (state.Type === 'Map' ? itemsOf(state) : branchesOf(state).length);
