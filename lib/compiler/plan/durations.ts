/** A measured time. */
export interface Timing {
  readonly seconds: number;
}

/**
 * Measured seconds: the file `NAME.profile.json`. `steps` by the step's id, those of flows inside steps with the id of
 * the step that runs them in front (`each.load`); `components` by path, for steps that have no entry of their own.
 */
export interface Profile {
  readonly steps?: { readonly [id: string]: Timing };
  readonly components?: { readonly [path: string]: Timing };
}

/** A step whose time is asked for. */
export interface TimedStep {
  readonly id: string;
  readonly component: string;
  /** Seconds that the state machine itself takes for it: for the flow that the step runs, or for a wait. */
  readonly inside?: number;
}

/** How long a step takes, in seconds; only the relations between steps matter to the plan. */
export type Durations = (step: TimedStep) => number;

/** What a step takes of which nothing is known. */
const UNKNOWN = 1;

/**
 * A step's own seconds; else what the state machine takes for it; else its component's seconds; else the median of the
 * profiled steps of its component; else the median of all profiled steps; else 1. `steps`: those of the flow, by which
 * the components of the profiled ones are known.
 */
export function durationsFrom(profile: Profile = {}, steps: readonly Omit<TimedStep, 'inside'>[] = []): Durations {
  const own = new Map(Object.entries(profile.steps ?? {}));
  const components = new Map(Object.entries(profile.components ?? {}).map(([path, time]) => [spelled(path), time]));
  const medians = mediansByComponent(own, steps);
  const usual = own.size > 0 ? median([...own.values()].map(({ seconds }) => seconds)) : UNKNOWN;
  return ({ id, component, inside }) =>
    own.get(id)?.seconds ??
    inside ??
    components.get(spelled(component))?.seconds ??
    medians.get(spelled(component)) ??
    usual;
}

/** The times of a flow that a step runs: its steps go by that step's id and their own. */
export const durationsInside =
  (durations: Durations, runner: string): Durations =>
  (step) =>
    durations({ ...step, id: `${runner}.${step.id}` });

function mediansByComponent(
  own: ReadonlyMap<string, Timing>,
  steps: readonly Omit<TimedStep, 'inside'>[],
): ReadonlyMap<string, number> {
  const seconds = new Map<string, number[]>();
  for (const { id, component } of steps) {
    const time = own.get(id);
    if (!time) continue;
    const known = seconds.get(spelled(component));
    if (known) known.push(time.seconds);
    else seconds.set(spelled(component), [time.seconds]);
  }
  return new Map([...seconds].map(([component, found]) => [component, median(found)]));
}

/** The value in the middle; of two in the middle, their mean; 0 of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}

/** Built-in components go by two names: `/builtin/NAME`, and `/NAME` alone. */
const spelled = (component: string): string => component.replace(/^\/builtin(?=\/)/, '');
