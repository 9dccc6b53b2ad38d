import type { Compiled } from '../compiler/compile.ts';
import { membersOf } from '../compiler/emit/frame.ts';
import type { ProfileSource } from '../compiler/plan/durations.ts';
import type { HistoryEvent } from '../engine/types.ts';
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
}

/** What executions say of the seconds of a flow's steps. */
export interface ExecutionTimes {
  readonly times: CallTimes;
  readonly source: ProfileSource;
  /** The steps of the flow that have a function. */
  readonly steps: readonly { readonly id: string }[];
}

/** Measures the calls in executions of a flow, of which there is at least one. */
export function measureExecutions(
  { steps, sourceMap }: Pick<Compiled, 'steps' | 'sourceMap'>,
  executions: readonly MeasuredExecution[],
): ExecutionTimes {
  const members = steps.flatMap(membersOf);
  const components = new Map(members.map(({ id, component }) => [id, component]));
  const times = new CallTimes({ states: sourceMap.states, componentOf: (step) => components.get(step) });
  for (const { events } of executions) {
    for (const event of events) times.observe(event, event.timestamp);
    times.endRun();
  }
  return { times, source: sourceOf(executions), steps: members };
}

function sourceOf(executions: readonly MeasuredExecution[]): ProfileSource {
  const machines = new Set(executions.map(({ stateMachineArn }) => stateMachineArn));
  const [stateMachine] = machines;
  return {
    kind: 'executions',
    at: new Date().toISOString(),
    runs: executions.length,
    ...(machines.size === 1 && stateMachine !== undefined && { stateMachine }),
    executions: executions.map(({ arn }) => arn),
    began: new Date(Math.min(...executions.map(({ startMs }) => startMs))).toISOString(),
    ended: new Date(Math.max(...executions.map(({ stopMs }) => stopMs))).toISOString(),
  };
}
