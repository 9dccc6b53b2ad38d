import type { Plan, PlannedStep } from './plan.ts';

/** Two durations of a step or a flow that do not depend on an arrangement, in seconds. */
export interface PathTimes {
  /** The critical path through the graph of data and demand edges: the least that a run takes. */
  readonly critical: number;
  /** The levels in sequence: each step waits for all steps that are less deep in the graph. */
  readonly byLevel: number;
}

/** The durations of a flow. */
export interface FlowTimes extends PathTimes {
  /** The steps of the critical path, in order. */
  readonly longest: readonly string[];
}

/** Steps of the same depth in the graph: the seconds of the longest, and how many take any. */
export interface Level {
  readonly longest: number;
  readonly steps: number;
}

/** The durations of a plan's graph, by those of its steps. `secondsOf`: what a level takes. */
export function pathTimes(
  plan: Plan,
  timesOf: (planned: PlannedStep) => PathTimes,
  secondsOf: (level: Level) => number = ({ longest }) => longest,
): FlowTimes {
  const reached = new Map<string, Reached>();
  const passed = new Map<string, readonly [ended: Ended, below: number]>();
  const levels: Level[] = [];
  let last: Ended = { id: '', end: 0, before: undefined };
  // The steps of a plan are in topological order.
  for (const [id, planned] of plan.steps) {
    const times = timesOf(planned);
    // Nothing is read of a step of its `after`.
    const { after, depth } = planned.uses.after.reduce((so, { reference }) => {
      const before = passed.get(reference.step);
      return before ? later(so, ...before) : so;
    }, reached.get(id) ?? START);
    const here: Ended = { id, end: (after?.end ?? 0) + times.critical, before: after };
    if (here.end > last.end) last = here;
    const { longest, steps } = levels[depth] ?? { longest: 0, steps: 0 };
    levels[depth] = { longest: Math.max(longest, times.byLevel), steps: steps + (times.byLevel > 0 ? 1 : 0) };
    // A step that the compiler added is not a level of its own.
    const below = planned.step.added ? depth : depth + 1;
    passed.set(id, [here, below]);
    for (const { reader } of planned.readings) {
      // Any other reader is the flow's output.
      if (typeof reader === 'string') reached.set(reader, later(reached.get(reader) ?? START, here, below));
    }
  }
  return {
    critical: last.end,
    byLevel: levels.reduce((sum, level) => sum + secondsOf(level), 0),
    longest: pathTo(last),
  };
}

/** A finished step, and the one that it waited for longest. */
interface Ended {
  readonly id: string;
  readonly end: number;
  readonly before: Ended | undefined;
}

/** What a step waits for, as far as its predecessors have been visited. */
interface Reached {
  readonly after: Ended | undefined;
  readonly depth: number;
}

const START: Reached = { after: undefined, depth: 0 };

const later = ({ after, depth }: Reached, ended: Ended, below: number): Reached => ({
  after: after === undefined || ended.end > after.end ? ended : after,
  depth: Math.max(depth, below),
});

function pathTo(last: Ended): readonly string[] {
  const path: string[] = [];
  for (let at: Ended | undefined = last; at && at.id !== ''; at = at.before) path.push(at.id);
  return path.reverse();
}
