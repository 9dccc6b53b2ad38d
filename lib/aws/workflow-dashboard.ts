import { Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { monitoredFlow } from './dashboard/monitored-flow.ts';
import { dashboardRows } from './dashboard/rows.ts';
import type { Workflow } from './workflow.ts';

/** Properties of a {@link WorkflowDashboard}. */
export interface WorkflowDashboardProps {
  /** The workflows that it shows, in this order. */
  readonly workflows: readonly Workflow[];
}

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
    const flows = workflows.map((workflow) => monitoredFlow(this, workflow));
    this.dashboard = new cloudwatch.Dashboard(this, 'Dashboard', { widgets: dashboardRows(this, flows) });
    const { region } = Stack.of(this);
    const { dashboardName } = this.dashboard;
    this.url = `https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}#dashboards/dashboard/${dashboardName}`;
  }
}
