import {
  FUNCTION_METRICS,
  type FunctionMetric,
  METRIC_DIMENSIONS,
  METRICS_NAMESPACE,
} from '../../lib/protocol/metrics.ts';
import { table } from './markdown.ts';

/** What each metric of a function says. */
const MEANINGS: { readonly [M in FunctionMetric]: string } = {
  stepTime: 'from the start of the call in the function to its answer',
  memoryUsed: 'peak memory of the process so far; `memoryLimitMb` of the same entry says of how much',
  blobOperations: 'reads and writes of the blob store, the cache’s among them; absent where there are none',
  blobBytes: 'bytes read and written by these',
  blobHits: 'writes that found the blob there already: nothing was sent a second time',
  startupTime: 'from the start of the process until the component was loaded; only of the first call in a process',
};

const DIMENSIONS: { readonly [D in (typeof METRIC_DIMENSIONS)[number]]: string } = {
  flow: 'the name of the state machine in the ARN of the execution: `stateMachineName` of the `Workflow`',
  step: 'the id of the step; in a flow inside another, behind the id of the step that runs it: `each.load`',
  component: 'the path of the component',
  version: 'the version of the function',
};

/** The metrics of deployed functions, and their dimensions. */
export function metricsTables(): string {
  const metrics = Object.entries(FUNCTION_METRICS).map(([metric, { name, unit }]) => [
    `\`${name}\``,
    unit,
    MEANINGS[metric as FunctionMetric],
  ]);
  const dimensions = METRIC_DIMENSIONS.map((dimension) => [`\`${dimension}\``, DIMENSIONS[dimension]]);
  return [
    `The namespace is \`${METRICS_NAMESPACE}\`.`,
    table(['metric', 'unit', 'is'], metrics),
    table(['dimension', 'is'], dimensions),
  ].join('\n\n');
}
