import {
  type CallMeasured,
  dimensionValue,
  FUNCTION_METRICS,
  type FunctionMetric,
  flowOfExecution,
  METRIC_DIMENSIONS,
  METRICS_NAMESPACE,
  type MetricDimensions,
} from '../protocol/metrics.ts';
import type { LogEntry } from './logger.ts';

/** The environment variable that turns metrics off: `off`. @default a deployed function writes them */
export const METRICS_VARIABLE = 'STEPFLOW_METRICS';

/** Whether this process is a function on Lambda, whose log CloudWatch reads metrics from, and is to write them. */
export const writesMetrics = (env: NodeJS.ProcessEnv = process.env): boolean =>
  versionIn(env) !== undefined && env[METRICS_VARIABLE] !== 'off';

const versionIn = (env: NodeJS.ProcessEnv): string | undefined => env.AWS_LAMBDA_FUNCTION_VERSION;

/**
 * The last log entry of a call with its metrics, which CloudWatch reads from it: no request, and one line a call as without
 * them. What was not used is left out, since each metric is billed. Source: "Specification: Embedded metric format", Amazon
 * CloudWatch user guide. Powertools has a writer of it, too: 23 KB of each function, and a dimension of its own.
 */
export function withMetrics(
  entry: LogEntry,
  component: string,
  measured: CallMeasured,
  env: NodeJS.ProcessEnv = process.env,
): LogEntry {
  const values = valuesOf(measured);
  const Metrics = Object.keys(values).map((metric) => {
    const { name: Name, unit: Unit } = FUNCTION_METRICS[metric as FunctionMetric];
    return { Name, Unit };
  });
  const CloudWatchMetrics = [{ Namespace: METRICS_NAMESPACE, Dimensions: [METRIC_DIMENSIONS], Metrics }];
  const dimensions: MetricDimensions = {
    flow: dimensionValue(flowOfExecution(entry.execution)),
    step: dimensionValue(entry.step),
    component: dimensionValue(component),
    version: versionIn(env) ?? '',
  };
  const named = Object.entries(values).map(([metric, value]) => [
    FUNCTION_METRICS[metric as FunctionMetric].name,
    value,
  ]);
  const memoryLimitMb = Number(env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE);
  return {
    ...entry,
    ...dimensions,
    ...Object.fromEntries(named),
    ...(memoryLimitMb > 0 && { memoryLimitMb }),
    _aws: { Timestamp: Date.parse(entry.time), CloudWatchMetrics },
  };
}

function valuesOf({ timeMs, blobs, startupMs }: CallMeasured): { readonly [M in FunctionMetric]?: number } {
  return {
    stepTime: timeMs,
    memoryUsed: Math.round(process.resourceUsage().maxRSS / 1024),
    ...(blobs.operations > 0 && {
      blobOperations: blobs.operations,
      blobBytes: blobs.bytes,
      blobHits: blobs.hits,
    }),
    ...(startupMs !== undefined && { startupTime: startupMs }),
  };
}
