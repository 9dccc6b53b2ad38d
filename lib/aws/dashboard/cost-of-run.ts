import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { PRICES } from '../../simulate/prices.ts';
import type { MonitoredFlow } from './monitored-flow.ts';
import { componentsBySize } from './searches.ts';
import { ofExecutions, sumOfSearch } from './series.ts';

/** An hour, so that what is paid for an execution is mostly counted with its start. */
const PERIOD = Duration.hours(1);

/** Part of a sum: `factor` dollars for each unit of the product of some metrics. */
interface Term {
  readonly factor: number;
  readonly of: readonly cloudwatch.IMetric[];
}

const SUM = { statistic: cloudwatch.Stats.SUM, period: PERIOD };

/**
 * US dollars of an execution of a flow, by the prices that `stepflow simulate` has too: the transitions of its state machines, or
 * the duration and memory of an Express execution, and the calls of functions with their duration × memory. Without requests to
 * S3, whose metrics do not tell reads from writes. Undefined where the memory of a function is not known.
 */
export function costOfRun(flow: MonitoredFlow): cloudwatch.IMetric | undefined {
  const functions = functionTerms(flow);
  if (!functions) return undefined;
  const terms = [...(flow.type === 'EXPRESS' ? expressTerms(flow) : standardTerms(flow)), ...functions];
  const named = terms.map(({ factor, of }, term) => ({
    factor,
    metrics: of.map((metric, at) => [`c${term}x${at}`, metric] as const),
  }));
  const products = named.map(({ factor, metrics }) => [decimal(factor), ...metrics.map(([name]) => name)].join(' * '));
  return new cloudwatch.MathExpression({
    expression: `(${products.join(' + ')}) / executions`,
    usingMetrics: {
      ...Object.fromEntries(named.flatMap(({ metrics }) => metrics)),
      executions: ofExecutions(flow.stateMachines[0], 'ExecutionsStarted', SUM),
    },
    label: 'USD of a run',
    period: PERIOD,
  });
}

/** Source: "Service metrics" in "Monitoring Step Functions metrics using Amazon CloudWatch". */
const standardTerms = ({ stateMachines }: MonitoredFlow): readonly Term[] =>
  stateMachines.map((arn) => ({
    factor: PRICES.transition,
    of: [
      new cloudwatch.Metric({
        namespace: 'AWS/States',
        metricName: 'ConsumedCapacity',
        dimensionsMap: { ServiceMetric: 'StateTransition', StateMachineArn: arn },
        ...SUM,
      }),
    ],
  }));

const BYTES_PER_GB = 1024 ** 3;

/** The billed memory is that of a mean execution. */
const expressTerms = ({ stateMachines: [own] }: MonitoredFlow): readonly Term[] => [
  { factor: PRICES.expressRequest, of: [ofExecutions(own, 'ExecutionsStarted', SUM)] },
  {
    factor: PRICES.expressGbSecond / 1000 / BYTES_PER_GB,
    of: [
      ofExecutions(own, 'ExpressExecutionBilledDuration', SUM),
      ofExecutions(own, 'ExpressExecutionBilledMemory', { ...SUM, statistic: cloudwatch.Stats.AVERAGE }),
    ],
  },
];

function functionTerms(flow: MonitoredFlow): readonly Term[] | undefined {
  if (flow.steps === 0) return [];
  const calls = sumOfSearch(flow, { metric: 'stepTime', statistic: 'SampleCount', period: PERIOD });
  const durations = componentsBySize(flow)?.map(({ memoryMb, components }) => ({
    factor: (PRICES.lambdaGbSecond / 1000) * (memoryMb / 1024),
    of: [
      sumOfSearch(flow, { metric: 'stepTime', statistic: 'Sum', period: PERIOD, ...(components && { components }) }),
    ],
  }));
  return durations && [{ factor: PRICES.lambdaRequest, of: [calls] }, ...durations];
}

/** A number as metric math takes it, without an exponent, with its first twelve digits. */
function decimal(number: number): string {
  const places = Math.min(100, 12 - Math.floor(Math.log10(number)));
  return number.toFixed(places).replace(/0+$/, '');
}
