import type { Plan, PlannedStep } from './plan.ts';

/** Two times that a flow could take, in seconds, whatever arrangement its steps have. */
export interface PathTimes {
  /** The longest way through the steps by what they read and what decides them: no run takes less. */
  readonly critical: number;
  /** One level after the other: each step waits for all that are as deep in the graph as those it waits for. */
  readonly byLevel: number;
}

/** The times of a plan's graph. `timesOf`: what each step takes, on its own and level by level. */
export function pathTimes(plan: Plan, timesOf: (planned: PlannedStep) => PathTimes): PathTimes {
  const starts = new Map<string, number>();
  const depths = new Map<string, number>();
  const levels: number[] = [];
  let critical = 0;
  // A plan has each step after those it waits for.
  for (const [id, planned] of plan.steps) {
    const times = timesOf(planned);
    const end = (starts.get(id) ?? 0) + times.critical;
    const depth = depths.get(id) ?? 0;
    critical = Math.max(critical, end);
    levels[depth] = Math.max(levels[depth] ?? 0, times.byLevel);
    for (const { reader } of planned.readings) {
      // The output is read by no step.
      if (typeof reader !== 'string') continue;
      starts.set(reader, Math.max(starts.get(reader) ?? 0, end));
      depths.set(reader, Math.max(depths.get(reader) ?? 0, depth + 1));
    }
  }
  return { critical, byLevel: levels.reduce((sum, seconds) => sum + seconds, 0) };
}
