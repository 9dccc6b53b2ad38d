import type { Diagnostic, Span } from '../diagnostics/diagnostics.ts';
import type { Behaviour } from '../flow/schema/mock-behaviour.ts';
import type { Tree } from '../flow/text/tree.ts';
import type { Json } from '../protocol/json.ts';
import type { Expectation } from './expectation.ts';

/** What can be measured of a case's run, by the name that `performance_metrics` has for it. */
export const METRICS = [
  'execution_time_ms',
  'memory_usage_mb',
  'step_count',
  'blob_bytes',
  'blob_operations',
  'parallel_efficiency',
  'startup_ms',
] as const;

/** One of {@link METRICS}. */
export type Metric = (typeof METRICS)[number];

/** Of a process in which only one component runs, which starts for the case: such a case has a sandbox for each component. */
export const OF_PROCESSES: ReadonlySet<Metric> = new Set<Metric>(['memory_usage_mb', 'startup_ms']);

/** Those that anything else which runs at the same time would change. */
export const OF_TIME: ReadonlySet<Metric> = new Set<Metric>(['execution_time_ms', 'parallel_efficiency', 'startup_ms']);

/** A mock as a case has it. */
export interface CaseMock {
  /** A step's id, or a component's path. */
  readonly target: string;
  readonly behaviours: readonly Behaviour[];
  /** Where the target stands. */
  readonly span: Span;
}

/** A case of a flow's `test` section. */
export interface TestCase {
  readonly name: string;
  readonly description?: string;
  readonly tags: readonly string[];
  readonly input: Json;
  /** The input as it is written, with positions, where it is. */
  readonly inputTree?: Tree;
  readonly variables: { readonly [name: string]: Json };
  readonly mocks: readonly CaseMock[];
  /** Of the run's outcome, result, error and performance_metrics together. */
  readonly expected: Expectation;
  /** What is to be measured. */
  readonly metrics: readonly Metric[];
  /** What is wrong with its text: the other cases can still run. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Where a flow says its configuration is: in itself, or in a file. */
export type ConfigLocation =
  | { readonly kind: 'inline'; readonly tree: Tree }
  | { readonly kind: 'file'; readonly path: string; readonly span: Span };

/** A flow's `test` section. */
export interface TestSection {
  readonly cases: readonly TestCase[];
  readonly config?: ConfigLocation;
}
