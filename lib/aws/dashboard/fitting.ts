import { Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { isObject } from '../../protocol/json.ts';
import type { MonitoredFlow } from './monitored-flow.ts';
import { QUERY_LENGTH, queriesIn } from './searches.ts';
import { WIDGET_KINDS } from './widgets.ts';

/**
 * What a dashboard may have. Metrics are those that are read, also where they are not shown. Sources: "CloudWatch service
 * quotas", Amazon CloudWatch user guide; "Dashboard body structure and syntax", Amazon CloudWatch API reference. `bytes`: of its
 * text, which is a part of a template of 1 MB that has other things too.
 */
export const DASHBOARD_LIMITS = { widgets: 500, metrics: 2500, metricsOfWidget: 500, bytes: 150_000 } as const;

/** How many versions of each function are planned to have measured something in the two weeks that a search looks back. */
const VERSIONS = 2;

/** The graphs of a flow that a dashboard has room for. */
export interface FittingFlow {
  readonly flow: MonitoredFlow;
  readonly graphs: readonly cloudwatch.GraphWidget[];
  /** The titles of the graphs that there is no room for. */
  readonly leftOut: readonly string[];
}

/** What a widget takes of the limits. */
interface Size {
  readonly metrics: number;
  readonly bytes: number;
  /** Whether the widget alone is within the limits. */
  readonly possible: boolean;
}

/** Bytes of a heading without the flow's name. */
const HEADING_BYTES = 600;

/** Width and height on the grid, whose rows are 24 wide. */
const GRAPH = { width: 8, height: 6 };

/**
 * The graphs of flows that fit in one dashboard: those of a kind for all flows, before those of the next kind. So all flows
 * lose the same ones first, where there are many. Each flow has a heading, too.
 */
export function fittingGraphs(scope: Construct, flows: readonly MonitoredFlow[]): readonly FittingFlow[] {
  const left = {
    widgets: DASHBOARD_LIMITS.widgets - flows.length,
    metrics: DASHBOARD_LIMITS.metrics as number,
    bytes: flows.reduce((rest, { title }) => rest - HEADING_BYTES - bytesOf(title), DASHBOARD_LIMITS.bytes as number),
  };
  const fitting = flows.map((flow) => ({ flow, graphs: [] as cloudwatch.GraphWidget[], leftOut: [] as string[] }));
  let isFull = false;
  for (const { title, graph } of WIDGET_KINDS) {
    // What is left by a kind without room is not for smaller graphs of the next one.
    const wasFull = isFull;
    for (const { flow, graphs, leftOut } of fitting) {
      const props = graph(flow);
      if (!props) continue;
      const widget = new cloudwatch.GraphWidget({ title: `${flow.title}: ${title}`, ...GRAPH, ...props });
      const { metrics, bytes, possible } = sizeOf(scope, widget, flow);
      const fits = left.widgets >= 1 && left.metrics >= metrics && left.bytes >= bytes;
      if (possible && fits && !wasFull) {
        left.widgets -= 1;
        left.metrics -= metrics;
        left.bytes -= bytes;
        graphs.push(widget);
      } else leftOut.push(title);
      isFull ||= possible && !fits;
    }
  }
  return fitting;
}

function sizeOf(scope: Construct, widget: cloudwatch.GraphWidget, { steps }: MonitoredFlow): Size {
  const json: unknown = Stack.of(scope).resolve(widget.toJson());
  const expressions = expressionsIn(json);
  const searches = expressions.flatMap(queriesIn);
  const metrics = metricsIn(json) + searches.length * steps * VERSIONS;
  return {
    metrics,
    bytes: bytesOf(json),
    possible: metrics <= DASHBOARD_LIMITS.metricsOfWidget && searches.every(({ length }) => length <= QUERY_LENGTH),
  };
}

const bytesOf = (json: unknown): number => Buffer.byteLength(JSON.stringify(json));

/** The rows of the graphs of a widget: lists, each of a metric, or of options with an expression. */
function rowsIn(json: unknown): readonly (readonly unknown[])[] {
  const widgets = Array.isArray(json) ? json : [json];
  return widgets.flatMap((widget) => {
    const properties = isObject(widget) ? widget.properties : undefined;
    const metrics = isObject(properties) ? properties.metrics : undefined;
    return Array.isArray(metrics) ? metrics.filter(Array.isArray) : [];
  });
}

const metricsIn = (json: unknown): number => rowsIn(json).filter(([first]) => typeof first === 'string').length;

const expressionsIn = (json: unknown): readonly string[] =>
  rowsIn(json).flatMap(([first]) =>
    isObject(first) && typeof first.expression === 'string' ? [first.expression] : [],
  );
