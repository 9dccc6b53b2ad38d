import type { Duration } from 'aws-cdk-lib';
import {
  dimensionValue,
  FUNCTION_METRICS,
  type FunctionMetric,
  METRIC_DIMENSIONS,
  METRICS_NAMESPACE,
} from '../../protocol/metrics.ts';
import type { MonitoredFlow } from './monitored-flow.ts';

/** The most characters of a query. Source: "CloudWatch search expression syntax", Amazon CloudWatch user guide. */
export const QUERY_LENGTH = 1024;

/** What to search, and how. */
export interface Search {
  readonly metric: FunctionMetric;
  readonly statistic: 'Average' | 'Maximum' | 'SampleCount' | 'Sum';
  readonly period: Duration;
  /** The components whose steps to search. @default all */
  readonly components?: readonly string[];
}

/**
 * An expression that finds a metric of all steps of a flow, whatever versions their functions have: a new version needs no new
 * dashboard. It finds what was measured in the last two weeks. Source: "CloudWatch search expression syntax".
 */
export function search(
  { flow }: Pick<MonitoredFlow, 'flow'>,
  { metric, statistic, period, components }: Search,
): string {
  const terms = [`MetricName="${FUNCTION_METRICS[metric].name}"`, equal('flow', flow)];
  if (components) terms.push(`(${components.map((each) => equal('component', each)).join(' OR ')})`);
  const query = `{${[METRICS_NAMESPACE, ...METRIC_DIMENSIONS].join(',')}} ${terms.join(' ')}`;
  return `SEARCH('${query}', '${statistic}', ${period.toSeconds()})`;
}

/** The query of each search in an expression. */
export const queriesIn = (expression: string): readonly string[] =>
  [...expression.matchAll(/SEARCH\('([^']*)'/g)].map(([, query = '']) => query);

const equal = (dimension: (typeof METRIC_DIMENSIONS)[number], value: string): string =>
  `${dimension}="${dimensionValue(value)}"`;

/** Components that share a size of memory, as many as a query has room for. */
export interface ComponentsOfSize {
  readonly memoryMb: number;
  /** Undefined: all of the flow. */
  readonly components?: readonly string[];
}

/** Characters of a query that are left for the components, beside names of usual length. */
const ROOM = 600;

/** The components of a flow by the memory of their functions; undefined where that is not known of all. */
export function componentsBySize({ functions }: MonitoredFlow): readonly ComponentsOfSize[] | undefined {
  const bySize = new Map<number, string[]>();
  for (const { memoryMb, components } of functions) {
    if (memoryMb === undefined) return undefined;
    bySize.set(memoryMb, [...(bySize.get(memoryMb) ?? []), ...components]);
  }
  const [only, ...others] = bySize.keys();
  if (only !== undefined && others.length === 0) return [{ memoryMb: only }];
  return [...bySize].flatMap(([memoryMb, all]) => inQueries(all).map((components) => ({ memoryMb, components })));
}

/** Components in groups, each of which fits in a query. */
function inQueries(components: readonly string[]): readonly (readonly string[])[] {
  const groups: string[][] = [];
  let left = 0;
  for (const component of components) {
    const length = `${equal('component', component)} OR `.length;
    if (left < length) {
      groups.push([]);
      left = ROOM;
    }
    groups.at(-1)?.push(component);
    left -= length;
  }
  return groups;
}
