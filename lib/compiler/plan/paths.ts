import type { Plan, PlannedStep } from './plan.ts';

/** Two times that a step or a flow takes, in seconds, whatever arrangement its steps have. */
export interface PathTimes {
  /** The longest way through the steps by what they read and what decides them: no run takes less. */
  readonly critical: number;
  /** One level after the other: each step waits for all that are as deep in the graph as those it waits for. */
  readonly byLevel: number;
}

/** The times of a flow. */
export interface FlowTimes extends PathTimes {
  /** The steps of the longest way, in order. */
  readonly longest: readonly string[];
}

/** The times of a plan's graph. `timesOf`: what each step takes. */
export function pathTimes(plan: Plan, timesOf: (planned: PlannedStep) => PathTimes): FlowTimes {
  const reached = new Map<string, Reached>();
  const levels: number[] = [];
  let last: Ended = { id: '', end: 0, before: undefined };
  // A plan has each step after those it waits for.
  for (const [id, planned] of plan.steps) {
    const times = timesOf(planned);
    const { after, depth } = reached.get(id) ?? START;
    const here: Ended = { id, end: (after?.end ?? 0) + times.critical, before: after };
    if (here.end > last.end) last = here;
    levels[depth] = Math.max(levels[depth] ?? 0, times.byLevel);
    // What the compiler added is no level of the flow's own.
    const below = planned.step.added ? depth : depth + 1;
    for (const { reader } of planned.readings) {
      // The output is read by no step.
      if (typeof reader === 'string') reached.set(reader, later(reached.get(reader) ?? START, here, below));
    }
  }
  return { critical: last.end, byLevel: levels.reduce((sum, seconds) => sum + seconds, 0), longest: wayTo(last) };
}

/** A step that has ended, and the last one that it waited for. */
interface Ended {
  readonly id: string;
  readonly end: number;
  readonly before: Ended | undefined;
}

/** What a step waits for, as far as it is known. */
interface Reached {
  readonly after: Ended | undefined;
  readonly depth: number;
}

const START: Reached = { after: undefined, depth: 0 };

const later = ({ after, depth }: Reached, ended: Ended, below: number): Reached => ({
  after: after === undefined || ended.end > after.end ? ended : after,
  depth: Math.max(depth, below),
});

function wayTo(last: Ended): readonly string[] {
  const way: string[] = [];
  for (let at: Ended | undefined = last; at && at.id !== ''; at = at.before) way.push(at.id);
  return way.reverse();
}
