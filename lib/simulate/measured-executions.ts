import type { Compiled } from '../compiler/compile.ts';
import { membersOf } from '../compiler/emit/frame.ts';
import type { MeasuredMap, ProfileSource } from '../compiler/plan/durations.ts';
import type { MeasuredExecution, ReadLogs } from '../executions/measured/measured-execution.ts';
import { CallReader, type EndedCall, type MeasuredFlow } from './call-reader.ts';
import { CallTimes } from './call-times.ts';

/** What executions say of the seconds of a flow's steps. */
export interface ExecutionTimes {
  readonly times: CallTimes;
  readonly source: ProfileSource;
  /** The steps of the flow that have a function. */
  readonly steps: readonly { readonly id: string }[];
}

type ReadFlow = Pick<Compiled, 'steps' | 'sourceMap'>;

/** Measures the calls in executions of a flow, of which there is at least one. */
export function measureExecutions(
  flow: ReadFlow,
  executions: readonly MeasuredExecution[],
  logs: ReadLogs,
): ExecutionTimes {
  const times = new CallTimes(measuredFlow(flow), logs.reports);
  for (const { events } of executions) {
    for (const event of events) times.observe(event, event.timestamp);
    times.endRun();
  }
  return { times, source: sourceOf(flow, executions, logs), steps: flow.steps.flatMap(membersOf) };
}

/** The calls in executions of a flow that Lambda charges for. */
export function billedCallsIn(flow: ReadFlow, executions: readonly MeasuredExecution[]): readonly EndedCall[] {
  const reader = new CallReader(measuredFlow(flow));
  return executions.flatMap(({ events }) => {
    const calls = events.flatMap((event) => reader.observe(event, event.timestamp) ?? []);
    reader.endRun();
    return calls.filter(({ ending }) => ending !== 'throttled');
  });
}

function measuredFlow({ steps, sourceMap }: ReadFlow): MeasuredFlow {
  const components = new Map(steps.flatMap(membersOf).map(({ id, component }) => [id, component]));
  return { states: sourceMap.states, componentOf: (step) => components.get(step) };
}

/** How many Express executions were started that have no history. */
export const expressItemsIn = ({ mapRuns }: Pick<MeasuredExecution, 'mapRuns'>): number =>
  mapRuns.reduce((sum, { express, children, weight }) => sum + (express ? children * weight : 0), 0);

function sourceOf(flow: ReadFlow, executions: readonly MeasuredExecution[], logs: ReadLogs): ProfileSource {
  const machines = new Set(executions.map(({ stateMachineArn }) => stateMachineArn));
  const [stateMachine] = machines;
  const calls = billedCallsIn(flow, executions);
  const read = calls.filter(({ requestId = '' }) => logs.reports.has(requestId)).length;
  const maps = mapsIn(flow, executions);
  return {
    kind: 'executions',
    at: new Date().toISOString(),
    runs: executions.length,
    ...(machines.size === 1 && stateMachine !== undefined && { stateMachine }),
    executions: executions.map(({ arn }) => arn),
    began: new Date(Math.min(...executions.map(({ startMs }) => startMs))).toISOString(),
    ended: new Date(Math.max(...executions.map(({ stopMs }) => stopMs))).toISOString(),
    logs: { calls: calls.length, read, ...(logs.problems.length > 0 && { problems: logs.problems }) },
    ...(maps.length > 0 && { maps }),
  };
}

/** The Map Runs of which not every child was read, those of a step together. */
function mapsIn({ sourceMap }: ReadFlow, executions: readonly MeasuredExecution[]): readonly MeasuredMap[] {
  const maps = new Map<string, MeasuredMap>();
  for (const { stateName, children, read, express } of executions.flatMap(({ mapRuns }) => mapRuns)) {
    if (read.length >= children) continue;
    const step = sourceMap.states[stateName]?.step ?? stateName;
    const before = maps.get(step);
    maps.set(step, {
      step,
      mapRuns: (before?.mapRuns ?? 0) + 1,
      children: (before?.children ?? 0) + children,
      read: (before?.read ?? 0) + read.length,
      express,
    });
  }
  return [...maps.values()];
}
