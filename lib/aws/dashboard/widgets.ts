import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { throttlesOf } from '../workflow-alarms.ts';
import { costOfRun } from './cost-of-run.ts';
import type { MonitoredFlow } from './monitored-flow.ts';
import { type ComponentsOfSize, componentsBySize, type Search, search } from './searches.ts';
import { MINUTES, ofExecutions, sumOfSearch } from './series.ts';

/** A kind of graph: each flow has one of each, as far as there is room and anything to show. */
export interface WidgetKind {
  readonly title: string;
  /** Undefined where a flow has nothing to show. */
  readonly graph: (flow: MonitoredFlow) => cloudwatch.GraphWidgetProps | undefined;
}

/** The kinds of graphs. Where a dashboard has no room for all, the last ones are left out first. */
export const WIDGET_KINDS: readonly WidgetKind[] = [
  { title: 'Executions', graph: executions },
  { title: 'Makespan', graph: makespan },
  { title: 'Step times', graph: withSteps(stepTimes) },
  { title: 'Cost of a run', graph: cost },
  { title: 'Parallel efficiency', graph: withSteps(efficiency) },
  { title: 'Memory', graph: withSteps(memory) },
  { title: 'Throttles', graph: throttles },
  { title: 'Blobs', graph: withSteps(blobs) },
  { title: 'Start-ups', graph: withSteps(startUps) },
];

type Graph = WidgetKind['graph'];

/** Functions measure steps: a flow that calls none has no such metrics. */
function withSteps(graph: Graph): Graph {
  return (flow) => (flow.steps === 0 ? undefined : graph(flow));
}

function executions({ stateMachines: [own] }: MonitoredFlow): cloudwatch.GraphWidgetProps {
  const count = (name: string, label: string, color: string): cloudwatch.Metric =>
    ofExecutions(own, name, { statistic: cloudwatch.Stats.SUM, label, color });
  return {
    left: [
      count('ExecutionsStarted', 'started', cloudwatch.Color.BLUE),
      count('ExecutionsSucceeded', 'succeeded', cloudwatch.Color.GREEN),
      count('ExecutionsFailed', 'failed', cloudwatch.Color.RED),
      count('ExecutionsTimedOut', 'timed out', cloudwatch.Color.ORANGE),
      count('ExecutionsAborted', 'stopped', cloudwatch.Color.GREY),
    ],
    leftYAxis: { min: 0 },
  };
}

function makespan({ stateMachines: [own], p99 }: MonitoredFlow): cloudwatch.GraphWidgetProps {
  return {
    left: [50, 99].map((percent) =>
      ofExecutions(own, 'ExecutionTime', { statistic: cloudwatch.Stats.percentile(percent), label: `p${percent}` }),
    ),
    leftYAxis: { min: 0, label: 'ms', showUnits: false },
    ...(p99 !== undefined && {
      leftAnnotations: [{ value: p99, label: 'alarm on p99', color: cloudwatch.Color.RED }],
    }),
  };
}

/** A series for each step. The name of a step is the value of a dimension. */
const perStep = (flow: MonitoredFlow, searched: Search, of = (series: string): string => series): cloudwatch.IMetric =>
  new cloudwatch.MathExpression({
    expression: of(search(flow, searched)),
    label: "${PROP('Dim.step')}",
    period: searched.period,
  });

function stepTimes(flow: MonitoredFlow): cloudwatch.GraphWidgetProps {
  return {
    left: [perStep(flow, { metric: 'stepTime', statistic: 'Average', period: MINUTES })],
    stacked: true,
    leftYAxis: { min: 0, label: 'ms', showUnits: false },
  };
}

function cost(flow: MonitoredFlow): cloudwatch.GraphWidgetProps | undefined {
  const total = costOfRun(flow);
  return total && { left: [total], leftYAxis: { min: 0, label: 'USD', showUnits: false } };
}

/** An hour, so that most steps are counted with the execution that they are of. */
const HOUR = Duration.hours(1);

/** Σ of the times of steps ÷ (Σ of makespans × the most steps that run at once). */
function efficiency(flow: MonitoredFlow): cloudwatch.GraphWidgetProps {
  const { stateMachines, width } = flow;
  const percent = new cloudwatch.MathExpression({
    expression: `100 * steps / (makespans * ${width})`,
    usingMetrics: {
      steps: sumOfSearch(flow, { metric: 'stepTime', statistic: 'Sum', period: HOUR }),
      makespans: ofExecutions(stateMachines[0], 'ExecutionTime', { statistic: cloudwatch.Stats.SUM, period: HOUR }),
    },
    label: `of ${width} at once`,
    period: HOUR,
  });
  return { left: [percent], leftYAxis: { min: 0, label: '%', showUnits: false } };
}

/** Each step's, as a share of what its function has. */
function memory(flow: MonitoredFlow): cloudwatch.GraphWidgetProps | undefined {
  const ofSize = ({ memoryMb, components }: ComponentsOfSize): cloudwatch.IMetric =>
    perStep(
      flow,
      { metric: 'memoryUsed', statistic: 'Maximum', period: MINUTES, ...(components && { components }) },
      (series) => `100 * ${series} / ${memoryMb}`,
    );
  const sizes = componentsBySize(flow);
  return (
    sizes && {
      left: sizes.map(ofSize),
      leftYAxis: { min: 0, label: '% of the limit', showUnits: false },
      leftAnnotations: [{ value: 100, label: 'limit', color: cloudwatch.Color.RED }],
    }
  );
}

function throttles({ stateMachines, functions }: MonitoredFlow): cloudwatch.GraphWidgetProps {
  return {
    left: [
      ofExecutions(stateMachines[0], 'ExecutionThrottled', { statistic: cloudwatch.Stats.SUM, label: 'the execution' }),
      ...functions.flatMap(({ name, components }) =>
        name === undefined ? [] : [throttlesOf(name).with({ label: components[0] ?? name })],
      ),
    ],
    leftYAxis: { min: 0 },
  };
}

function blobs(flow: MonitoredFlow): cloudwatch.GraphWidgetProps {
  const sum = (metric: Search['metric'], label: string): cloudwatch.IMetric =>
    sumOfSearch(flow, { metric, statistic: 'Sum', period: MINUTES }, label);
  return {
    left: [sum('blobOperations', 'operations'), sum('blobHits', 'found there already')],
    right: [sum('blobBytes', 'bytes')],
    leftYAxis: { min: 0 },
    rightYAxis: { min: 0, label: 'bytes', showUnits: false },
  };
}

function startUps(flow: MonitoredFlow): cloudwatch.GraphWidgetProps {
  const started: Search = { metric: 'startupTime', statistic: 'SampleCount', period: MINUTES };
  return {
    left: [perStep(flow, { metric: 'startupTime', statistic: 'Average', period: MINUTES })],
    right: [sumOfSearch(flow, started, 'how many')],
    leftYAxis: { min: 0, label: 'ms', showUnits: false },
    rightYAxis: { min: 0 },
  };
}
