import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { AlarmBounds, AlarmTopic } from './alarm-options.ts';
import { AlarmStacks } from './alarm-stacks.ts';
import { functionNameIn } from './function-name.ts';
import type { Workflow } from './workflow.ts';

const PERIOD = Duration.minutes(5);

/** An alarm on a metric expression reads at most so many metrics. Source: "CloudWatch service quotas", Amazon CloudWatch user guide. */
const METRICS = 10;

/**
 * The most alarms that the throttles of a flow are watched by. One that calls more functions than they can read has an alarm
 * for the throttles of its executions only.
 */
const MOST_OF_THROTTLES = 5;

/** How many alarms a flow with these bounds has, at most. `functions`: how many it calls; `letters`: whether it has dead letters. */
export function alarmCount(
  { failureRate, p99, throttles, deadLetters }: AlarmBounds,
  functions: number,
  letters = false,
): number {
  const ofThrottles = throttles === undefined ? 0 : throttleAlarms(functions) || 1;
  const others = [failureRate, p99, letters ? deadLetters : undefined].filter((bound) => bound !== undefined);
  return others.length + ofThrottles;
}

/** How many alarms read the throttles of an execution and of so many functions; 0 if they would be too many. */
function throttleAlarms(functions: number): number {
  const needed = Math.ceil((1 + functions) / METRICS);
  return needed > MOST_OF_THROTTLES ? 0 : needed;
}

/**
 * The alarms of a workflow, in the stack's own template or in a nested stack. An alarm has no name of its own, so that it may
 * move between these. Source of the metrics: "Monitoring Step Functions metrics using Amazon CloudWatch", which are the same
 * for Express workflows.
 */
export function createAlarms(
  workflow: Workflow,
  bounds: AlarmBounds,
  topic: AlarmTopic | undefined,
): readonly cloudwatch.Alarm[] {
  const functions = [...new Set(workflow.functions.values())];
  const nested = AlarmStacks.find(workflow)?.stackFor(workflow.flowName, 1 + functions.length);
  const scope = nested ? new Construct(nested, workflow.node.id) : workflow;
  const throttled = throttleAlarms(functions.length) > 0 ? functions : [];
  const alarms = [
    ...failureRateAlarm(scope, workflow, bounds),
    ...p99Alarm(scope, workflow, bounds),
    ...deadLettersAlarm(scope, workflow, bounds),
    ...throttleAlarmsOf(scope, workflow, {
      ...bounds,
      functions: throttled.map((each) => functionNameIn(scope, each)),
    }),
  ];
  if (topic) for (const each of alarms) notify(each, topic);
  return alarms;
}

const FAILED = '(FILL(failed, 0) + FILL(timedOut, 0))';

/** Of the executions that ended, since a long one ends in another period than it started in. One that was stopped did not fail. */
function failureRateAlarm(
  scope: Construct,
  workflow: Workflow,
  { failureRate }: AlarmBounds,
): readonly cloudwatch.Alarm[] {
  if (failureRate === undefined) return [];
  const metric = new cloudwatch.MathExpression({
    // A metric without data in a period, such as the failures of a period that has none, would leave the sum without data too.
    expression: `100 * ${FAILED} / (${FAILED} + FILL(succeeded, 0))`,
    usingMetrics: {
      failed: workflow.metricFailed(),
      timedOut: workflow.metric('ExecutionsTimedOut', { statistic: cloudwatch.Stats.SUM }),
      succeeded: workflow.metricSucceeded(),
    },
    label: 'failed or timed out (%)',
    period: PERIOD,
  });
  const what = `More than ${failureRate} % of the executions that ended in five minutes failed or timed out`;
  return [alarm(scope, 'FailureRateAlarm', { metric, threshold: failureRate, what, workflow })];
}

function p99Alarm(scope: Construct, workflow: Workflow, { p99 }: AlarmBounds): readonly cloudwatch.Alarm[] {
  if (p99 === undefined) return [];
  const metric = workflow.metricTime({ statistic: cloudwatch.Stats.percentile(99), period: PERIOD });
  const what = `The 99th percentile of the time of executions was over ${p99} ms`;
  return [alarm(scope, 'P99Alarm', { metric, threshold: p99, what, workflow })];
}

/** What waits there did not start the flow, or told nobody of its end: somebody has to look at it. */
function deadLettersAlarm(
  scope: Construct,
  workflow: Workflow,
  { deadLetters }: AlarmBounds,
): readonly cloudwatch.Alarm[] {
  const queue = workflow.deadLetters;
  if (deadLetters === undefined || !queue) return [];
  const metric = queue.metricApproximateNumberOfMessagesVisible({
    statistic: cloudwatch.Stats.MAXIMUM,
    period: PERIOD,
  });
  const what = `More than ${deadLetters} events wait in the queue of dead letters`;
  return [alarm(scope, 'DeadLettersAlarm', { metric, threshold: deadLetters, what, workflow })];
}

/** `functions`: the names of those that are watched. */
function throttleAlarmsOf(
  scope: Construct,
  workflow: Workflow,
  { throttles, functions }: AlarmBounds & { readonly functions: readonly string[] },
): readonly cloudwatch.Alarm[] {
  if (throttles === undefined) return [];
  const metrics = [
    workflow.metric('ExecutionThrottled', { statistic: cloudwatch.Stats.SUM, period: PERIOD }),
    ...functions.map(throttlesOf),
  ];
  const groups = Array.from({ length: Math.ceil(metrics.length / METRICS) }, (_, at) =>
    metrics.slice(at * METRICS, (at + 1) * METRICS),
  );
  const what = `More than ${throttles} events of an execution or calls of its functions were throttled in five minutes`;
  return groups.map((group, at) =>
    alarm(scope, `ThrottlesAlarm${at === 0 ? '' : at + 1}`, {
      metric: sumOf(group),
      threshold: throttles,
      what,
      workflow,
    }),
  );
}

/** Calls of a function that Lambda refused. */
export const throttlesOf = (functionName: string): cloudwatch.Metric =>
  new cloudwatch.Metric({
    namespace: 'AWS/Lambda',
    metricName: 'Throttles',
    dimensionsMap: { FunctionName: functionName },
    statistic: cloudwatch.Stats.SUM,
    period: PERIOD,
  });

/** A metric without data counts as 0: throttles are only reported where there are any. */
function sumOf(metrics: readonly cloudwatch.Metric[]): cloudwatch.MathExpression {
  const named = metrics.map((metric, at) => [`m${at}`, metric] as const);
  return new cloudwatch.MathExpression({
    expression: named.map(([name]) => `FILL(${name}, 0)`).join(' + '),
    usingMetrics: Object.fromEntries(named),
    label: 'throttled',
    period: PERIOD,
  });
}

interface AlarmProps {
  readonly metric: cloudwatch.IMetric;
  readonly threshold: number;
  readonly what: string;
  readonly workflow: Workflow;
}

const alarm = (scope: Construct, id: string, { metric, threshold, what, workflow }: AlarmProps): cloudwatch.Alarm =>
  new cloudwatch.Alarm(scope, id, {
    metric,
    threshold,
    alarmDescription: `${workflow.flowName}: ${what}`,
    evaluationPeriods: 1,
    comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
    // No executions, no failures.
    treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
  });

/** Tells a topic when an alarm goes off, and when all is well again. */
function notify(to: cloudwatch.Alarm, { topicArn }: AlarmTopic): void {
  const action = { bind: () => ({ alarmActionArn: topicArn }) };
  to.addAlarmAction(action);
  to.addOkAction(action);
}
