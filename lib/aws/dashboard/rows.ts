import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { WorkflowError } from '../workflow-error.ts';
import { DASHBOARD_LIMITS, type FittingFlow, fittingGraphs } from './fitting.ts';
import type { MonitoredFlow } from './monitored-flow.ts';

/** Graphs side by side. */
const COLUMNS = 3;

/**
 * The rows of a dashboard of flows: for each a heading, and the graphs that there is room for.
 *
 * @throws WorkflowError where not even the executions of all flows have room
 */
export function dashboardRows(scope: Construct, flows: readonly MonitoredFlow[]): cloudwatch.IWidget[][] {
  const fitting = fittingGraphs(scope, flows);
  refuseTooMany(scope, fitting);
  return fitting.flatMap(rowsOf);
}

function refuseTooMany(scope: Construct, flows: readonly FittingFlow[]): void {
  const without = flows.filter(({ graphs }) => graphs.length === 0);
  if (without.length === 0) return;
  const remedy = `give fewer "workflows" to each of several dashboards; a dashboard has at most ${DASHBOARD_LIMITS.widgets} widgets`;
  throw new WorkflowError(
    scope,
    `A dashboard has no room for ${without.length} of ${flows.length} workflows, the first of which is "${without[0]?.flow.title}"; ${remedy}`,
  );
}

/** A heading, and the graphs in rows. */
function rowsOf({ flow, graphs, leftOut }: FittingFlow): cloudwatch.IWidget[][] {
  const heading = new cloudwatch.TextWidget({
    markdown: `## ${flow.title}\n${subtitle(flow, leftOut)}`,
    width: 24,
    height: 2,
  });
  const rows = Array.from({ length: Math.ceil(graphs.length / COLUMNS) }, (_, row) =>
    graphs.slice(row * COLUMNS, (row + 1) * COLUMNS),
  );
  return [[heading], ...rows];
}

function subtitle({ type, steps, width }: MonitoredFlow, leftOut: readonly string[]): string {
  const kind = type === 'EXPRESS' ? 'Express' : 'Standard';
  const what = `${kind} · ${steps} ${steps === 1 ? 'step' : 'steps'} in functions · at most ${width} at once`;
  return leftOut.length === 0 ? what : `${what} · no room for: ${leftOut.join(', ')}`;
}
