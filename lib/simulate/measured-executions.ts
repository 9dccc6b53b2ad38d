import type { Compiled } from '../compiler/compile.ts';
import { membersOf } from '../compiler/emit/frame.ts';
import type { MeasuredMap, ProfileSource } from '../compiler/plan/durations.ts';
import type { HistoryEvent } from '../engine/types.ts';
import type { CallReport } from './billed-calls.ts';
import { CallReader, type EndedCall, type MeasuredFlow } from './call-reader.ts';
import { CallTimes } from './call-times.ts';

/** A deployed execution of a flow, as far as it is measured. */
export interface MeasuredExecution {
  readonly arn: string;
  readonly stateMachineArn: string;
  /** Milliseconds since the epoch. */
  readonly startMs: number;
  readonly stopMs: number;
  /** Its events, and those of the executions that it started. */
  readonly events: readonly HistoryEvent[];
  /** For how many executions each stands whose history was read instead of those of others, by its ARN. */
  readonly weights: ReadonlyMap<string, number>;
  readonly mapRuns: readonly MeasuredMapRun[];
}

/** What was read of the items of a distributed Map. */
export interface MeasuredMapRun {
  readonly stateName: string;
  /** How many child executions it had. */
  readonly children: number;
  /** The ARNs of those whose histories were read. */
  readonly read: readonly string[];
  /** Whether its children are Express executions, which have no histories. */
  readonly express: boolean;
  /** For how many Map Runs it stands: more than one in an execution that stands for others. */
  readonly weight: number;
}

/** What was read of the logs of the functions that executions called. */
export interface ReadLogs {
  /** What Lambda reports of calls, by the ids of their requests. */
  readonly reports: ReadonlyMap<string, CallReport>;
  /** Why logs were not read, as sentences for users. */
  readonly problems: readonly string[];
}

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
