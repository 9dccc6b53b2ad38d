import { Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { DASHBOARD_LIMITS, type FittingFlow, fittingGraphs } from './dashboard/fitting.ts';
import { type MonitoredFlow, monitoredFlow } from './dashboard/monitored-flow.ts';
import type { Workflow } from './workflow.ts';
import { WorkflowError } from './workflow-error.ts';

/** Properties of a {@link WorkflowDashboard}. */
export interface WorkflowDashboardProps {
  /** The workflows that it shows, in this order. */
  readonly workflows: readonly Workflow[];
}

/** Graphs side by side. */
const COLUMNS = 3;

/**
 * A CloudWatch dashboard of workflows: for each its executions and failures, makespan, step times, cost of a run, parallel
 * efficiency, memory, throttles, blobs and start-ups. Where there are more than a dashboard has room for, all workflows lose the
 * last of these first, and the heading of each says what is left out.
 *
 * @throws WorkflowError where not even the executions of all workflows have room
 */
export class WorkflowDashboard extends Construct {
  readonly dashboard: cloudwatch.Dashboard;
  /** Its address in the console. */
  readonly url: string;

  constructor(scope: Construct, id: string, { workflows }: WorkflowDashboardProps) {
    super(scope, id);
    const flows = fittingGraphs(
      this,
      workflows.map((workflow) => monitoredFlow(this, workflow)),
    );
    refuseTooMany(this, flows);
    this.dashboard = new cloudwatch.Dashboard(this, 'Dashboard', { widgets: flows.flatMap(rowsOf) });
    const { region } = Stack.of(this);
    const { dashboardName } = this.dashboard;
    this.url = `https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}#dashboards/dashboard/${dashboardName}`;
  }
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
