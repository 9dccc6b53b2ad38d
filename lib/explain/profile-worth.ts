import type { Compiled } from '../compiler/compile.ts';
import { membersOf } from '../compiler/emit/frame.ts';
import type { HistoryEvent } from '../engine/types.ts';
import { openFlow } from '../project/open-flow.ts';
import { unknownStates } from '../run/report/unknown-states.ts';
import { ResumeError, replayRun } from '../run/run-flow.ts';
import { CallTimes } from '../simulate/call-times.ts';
import { simulateCompiled } from '../simulate/index.ts';

/** The makespan of a flow, in seconds, arranged by the seconds that its steps took, and arranged without knowing them. */
export interface ProfileWorth {
  readonly withProfile: number;
  readonly without: number;
}

/** A flow that has run on this machine, compiled without a profile. */
export interface FlowOnRecord {
  readonly file: string;
  readonly home: string;
  readonly source: string;
  readonly compiled: Compiled;
}

/** What a profile would be worth by runs on record, by their ids. Undefined where they are of other versions of the flow. */
export async function profileWorth(flow: FlowOnRecord, ids: readonly string[]): Promise<ProfileWorth | undefined> {
  const { compiled, ...place } = flow;
  const components = new Map(compiled.steps.flatMap(membersOf).map(({ id, component }) => [id, component]));
  const times = new CallTimes({ states: compiled.sourceMap.states, componentOf: (step) => components.get(step) });
  for (const id of ids) {
    const events = await eventsOf(place, id);
    if (!events || unknownStates(events, compiled.sourceMap.states).length > 0) return undefined;
    for (const event of events) times.observe(event, event.timestamp);
    times.endRun();
  }
  const profile = times.profile();
  const arranged = openFlow({ ...place, profile }).compiled;
  if (JSON.stringify(arranged.stateMachine) === JSON.stringify(compiled.stateMachine)) return undefined;
  const [known, unknown] = [
    await simulateCompiled(arranged, { profile }),
    await simulateCompiled(compiled, { profile }),
  ];
  return known.simulation && unknown.simulation
    ? { withProfile: known.simulation.makespanSeconds, without: unknown.simulation.makespanSeconds }
    : undefined;
}

/** The events of a run, replayed from its journal; undefined where it cannot be replayed. */
async function eventsOf(
  place: Omit<FlowOnRecord, 'compiled'>,
  id: string,
): Promise<readonly HistoryEvent[] | undefined> {
  const events: HistoryEvent[] = [];
  try {
    await replayRun({ ...place, id, onHistory: (event) => events.push(event) });
    return events;
  } catch (error) {
    if (error instanceof ResumeError) return undefined;
    throw error;
  }
}
