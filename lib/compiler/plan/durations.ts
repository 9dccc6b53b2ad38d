/** A measured time, and what else was measured of the same calls. Only `seconds` matters to a plan. */
export interface Timing {
  /** The median. */
  readonly seconds: number;
  /** A quarter of the calls took at most this long. */
  readonly p25Seconds?: number;
  /** Three quarters of the calls took at most this long. */
  readonly p75Seconds?: number;
  /** How many calls were measured. */
  readonly calls?: number;
  /** The median bytes, as JSON, of what the call was sent: large values are counted as their markers. */
  readonly inputBytes?: number;
  /** The median bytes, as JSON, of what the call answered: the values that are read of its result. */
  readonly outputBytes?: number;
  /** The median time for which Lambda bills the call, in seconds: of deployed calls whose logs were read, outside of fused chains. */
  readonly billedSeconds?: number;
  /** The most memory that the function used, in MB: of the same calls. */
  readonly maxMemoryMb?: number;
}

/** Where the latest measurements of a profile are from. */
export interface ProfileSource {
  /** `local`: runs on a machine of the user's; `executions`: deployed ones. */
  readonly kind: 'local' | 'executions';
  /** When it was measured, in ISO 8601. */
  readonly at: string;
  readonly runs: number;
  /** The ARN of the state machine. */
  readonly stateMachine?: string;
  /** The ARNs of the executions. */
  readonly executions?: readonly string[];
  /** When the first of the executions began, and the last one ended, in ISO 8601. */
  readonly began?: string;
  readonly ended?: string;
  /** How the calls of the executions are billed. */
  readonly logs?: MeasuredLogs;
  /** The distributed Maps of which some items, or none, were read; absent where all were. */
  readonly maps?: readonly MeasuredMap[];
}

/** What was read of the logs of the functions that executions called. */
export interface MeasuredLogs {
  /** The calls in the histories that were read and that Lambda charges for. */
  readonly calls: number;
  /** For how many of them the log of their function has a REPORT line. The others are priced by their seconds. */
  readonly read: number;
  /** Why logs were not read, as sentences for users; absent where nothing kept them from being read. */
  readonly problems?: readonly string[];
}

/** A distributed Map of which not every item's execution was read. */
export interface MeasuredMap {
  /** The step that it runs for. */
  readonly step: string;
  /** How often it ran, in all executions. */
  readonly mapRuns: number;
  /** How many child executions it had, in all of these. */
  readonly children: number;
  /** How many of them were read. What they cost is scaled up to all, Map Run by Map Run. */
  readonly read: number;
  /** Whether they are Express executions, of which there is no history: only their starts are counted. */
  readonly express: boolean;
}

/**
 * Measured durations: the file `NAME.profile.json`. `steps` are by id; the id of a step in an inner flow begins with that of
 * the step that runs it (`each.load`). `components` are by path, for steps that have no entry of their own.
 */
export interface Profile {
  readonly source?: ProfileSource;
  readonly steps?: { readonly [id: string]: Timing };
  readonly components?: { readonly [path: string]: Timing };
}

/** A step whose duration is asked for. */
export interface TimedStep {
  readonly id: string;
  readonly component: string;
  /** Seconds that the state machine itself takes for it: for its inner flow, or for a wait. */
  readonly inside?: number;
}

/** How long a step takes, in seconds. Only the ratios between steps matter to a plan. */
export type Durations = (step: TimedStep) => number;

/** The seconds of a step if nothing is known. */
const UNKNOWN = 1;

/**
 * A step's own seconds; else those that the state machine takes for it; else its component's; else the median of its
 * component's profiled steps; else the median of all profiled steps; else 1. `steps`: the steps of the flow, which tell the
 * components of the profiled ones.
 */
export function durationsFrom(profile: Profile = {}, steps: readonly Omit<TimedStep, 'inside'>[] = []): Durations {
  const own = new Map(Object.entries(profile.steps ?? {}));
  const components = new Map(Object.entries(profile.components ?? {}).map(([path, time]) => [normalised(path), time]));
  const medians = mediansByComponent(own, steps);
  const overall = own.size > 0 ? median([...own.values()].map(({ seconds }) => seconds)) : UNKNOWN;
  return ({ id, component, inside }) =>
    own.get(id)?.seconds ??
    inside ??
    components.get(normalised(component))?.seconds ??
    medians.get(normalised(component)) ??
    overall;
}

/** The durations in an inner flow, where the profile has the id of the step that runs it before each step's own. */
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
    const known = seconds.get(normalised(component));
    if (known) known.push(time.seconds);
    else seconds.set(normalised(component), [time.seconds]);
  }
  return new Map([...seconds].map(([component, found]) => [component, median(found)]));
}

/** The median; the mean of the two middle values if their number is even; 0 if there are none. */
export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** The value below which a part of the values is, interpolated between the two nearest; 0 if there are none. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = part * (sorted.length - 1);
  const lower = sorted[Math.floor(at)] ?? 0;
  const upper = sorted[Math.ceil(at)] ?? lower;
  return lower + (upper - lower) * (at - Math.floor(at));
}

/** A component's path without `/builtin`: built-in components have two names, `/builtin/NAME` and `/NAME`. */
const normalised = (component: string): string => component.replace(/^\/builtin(?=\/)/, '');
