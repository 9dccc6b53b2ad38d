import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { MonitoredFlow } from './monitored-flow.ts';
import { type Search, search } from './searches.ts';

/** The usual period of a graph. */
export const MINUTES = Duration.minutes(5);

/** A metric of the executions of a state machine, those of all its versions. */
export const ofExecutions = (
  stateMachineArn: string,
  metricName: string,
  options: cloudwatch.MetricOptions,
): cloudwatch.Metric =>
  new cloudwatch.Metric({
    namespace: 'AWS/States',
    metricName,
    dimensionsMap: { StateMachineArn: stateMachineArn },
    period: MINUTES,
    ...options,
  });

/** One series of what a search finds of all steps. */
export const sumOfSearch = (flow: MonitoredFlow, searched: Search, label?: string): cloudwatch.MathExpression =>
  new cloudwatch.MathExpression({
    expression: `SUM(${search(flow, searched)})`,
    period: searched.period,
    ...(label !== undefined && { label }),
  });
