/**
 * What is measured of flows and their steps. Local runs, tests, deployed functions and the dashboard use these definitions.
 */

/** The CloudWatch namespace of what functions measure of themselves. */
export const METRICS_NAMESPACE = 'Stepflow';

/** What each measurement of a function is of, in this order: one set of dimensions, since each set is billed as a metric. */
export const METRIC_DIMENSIONS = ['flow', 'step', 'component', 'version'] as const;

/** The values of {@link METRIC_DIMENSIONS} of one call. `version`: of the component's function. */
export type MetricDimensions = { readonly [D in (typeof METRIC_DIMENSIONS)[number]]: string };

/**
 * A name as the value of a dimension: CloudWatch takes ASCII without control characters, and a value cannot begin with a colon.
 * Other characters, and quotation marks, which would end a value in a search expression, are percent-encoded, as is the percent
 * sign: names that differ have values that differ. Source: "Dimension", Amazon CloudWatch API reference.
 */
export const dimensionValue = (name: string): string =>
  name.replace(/[^ -~]|["'\\%]|^[: ]/gu, percentEncoded).slice(0, 1024);

const percentEncoded = (character: string): string =>
  [...new TextEncoder().encode(character)]
    .map((byte) => `%${byte.toString(16).padStart(2, '0').toUpperCase()}`)
    .join('');

/** What a function says of each call. `name`: in CloudWatch, `unit`: one of CloudWatch's. */
export const FUNCTION_METRICS = {
  /** From the call's start in the function to its answer. */
  stepTime: { name: 'StepExecutionTime', unit: 'Milliseconds' },
  /** Peak memory of the function's process so far. */
  memoryUsed: { name: 'MemoryUsed', unit: 'Megabytes' },
  /** Reads and writes of the blob store in the call, the cache's among them. */
  blobOperations: { name: 'BlobOperations', unit: 'Count' },
  /** Bytes read and written by these. */
  blobBytes: { name: 'BlobBytes', unit: 'Bytes' },
  /** Writes that found the blob there already. */
  blobHits: { name: 'BlobHits', unit: 'Count' },
  /** From the start of the function's process until its component was loaded; only of the first call in a process. */
  startupTime: { name: 'StartupTime', unit: 'Milliseconds' },
} as const;

export type FunctionMetric = keyof typeof FUNCTION_METRICS;

/** What was done in the blob store. */
export interface BlobUse {
  /** Reads, writes, and questions whether something is there. */
  readonly operations: number;
  /** Bytes read and written; none of a write that found its blob there. */
  readonly bytes: number;
  /** Writes that found the blob there already. */
  readonly hits: number;
}

/** What a function measures of one call, or of the part that a step has in the call of a fused chain. */
export interface CallMeasured {
  readonly step: string;
  /** Milliseconds from its start in the function to its answer. */
  readonly timeMs: number;
  readonly blobs: BlobUse;
  /** Milliseconds of the start-up that the call had to wait for. Absent of a warm one. */
  readonly startupMs?: number;
}

/** `arn:aws:states:REGION:ACCOUNT:execution:MACHINE:NAME`; of an Express execution `express:MACHINE:NAME:ID`. */
const EXECUTION = /^arn:[^:]*:states:[^:]*:[^:]*:(?:execution|express):([^:/]+)/;

/**
 * The value of the dimension `flow`: the name of the flow's state machine, from the ARN of its execution; `local` if that is
 * none. A local execution has the flow's own name there.
 */
export const flowOfExecution = (execution: string): string => EXECUTION.exec(execution)?.[1] ?? 'local';
