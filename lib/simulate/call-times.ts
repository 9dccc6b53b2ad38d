import { median, type Profile, type Timing } from '../compiler/plan/durations.ts';
import type { HistoryEvent } from '../engine/types.ts';
import { componentIn, invocationIn, readAnswer } from '../protocol/component-task.ts';
import type { Json } from '../protocol/json.ts';

interface OpenCall {
  readonly step: string;
  readonly component: string;
  readonly startMs: number;
}

/**
 * Measures how long calls of components take, from the history events of any number of runs. A call that fails or skips its
 * step is not counted.
 */
export class CallTimes {
  /** Calls in progress, by their latest event, which their next event names as the previous one. */
  readonly #open = new Map<string, OpenCall>();
  readonly #steps = new Map<string, number[]>();
  readonly #components = new Map<string, number[]>();

  /** Records the next event of a run, which happened at `atMs`, in milliseconds of a high-resolution clock. */
  observe(event: HistoryEvent, atMs: number): void {
    const { type, details } = event;
    if (type === 'TaskScheduled') {
      const call = readCall(details.parameters ?? null);
      if (call) this.#open.set(keyOf(event, event.id), { ...call, startMs: atMs });
      return;
    }
    const previous = keyOf(event, event.previousEventId);
    const call = this.#open.get(previous);
    if (!call) return;
    this.#open.delete(previous);
    if (type === 'TaskStarted') this.#open.set(keyOf(event, event.id), { ...call, startMs: atMs });
    else if (type === 'TaskSucceeded' && !readAnswer(details.output).skipped) this.#add(call, atMs);
  }

  /** A run has ended: no call is in progress any more. */
  endRun(): void {
    this.#open.clear();
  }

  #add({ step, component, startMs }: OpenCall, atMs: number): void {
    const seconds = (atMs - startMs) / 1000;
    push(this.#steps, step, seconds);
    push(this.#components, component, seconds);
  }

  /** How many calls of a step were measured. */
  calls(step: string): number {
    return this.#steps.get(step)?.length ?? 0;
  }

  /** The median seconds of each step and each component. */
  profile(): Required<Profile> {
    return { steps: medians(this.#steps), components: medians(this.#components) };
  }
}

/** Event ids are unique within one history; a child execution has its own history. */
const keyOf = ({ execution = '' }: HistoryEvent, id: number): string => `${execution} ${id}`;

function readCall(parameters: Json): Pick<OpenCall, 'step' | 'component'> | undefined {
  const component = componentIn(parameters);
  const { step } = invocationIn(parameters, '');
  return component !== undefined && step !== '' ? { step, component } : undefined;
}

function push(lists: Map<string, number[]>, key: string, value: number): void {
  const known = lists.get(key);
  if (known) known.push(value);
  else lists.set(key, [value]);
}

/** Rounded to microseconds, since finer differences are noise. */
const medians = (times: ReadonlyMap<string, readonly number[]>): { readonly [key: string]: Timing } =>
  Object.fromEntries([...times].map(([key, all]) => [key, { seconds: Math.round(median(all) * 1e6) / 1e6 }]));

/**
 * The profile updated with new measurements, in the order of the flow's steps. A step that did not run this time keeps its
 * entry; a step that is no longer in the flow loses it.
 */
export function updateProfile(
  before: Profile,
  measured: Required<Profile>,
  steps: readonly { readonly id: string }[],
): Profile {
  const all = { ...before.steps, ...measured.steps };
  const timings = steps.flatMap(({ id }): (readonly [string, Timing])[] => {
    const time = Object.hasOwn(all, id) ? all[id] : undefined;
    return time ? [[id, time]] : [];
  });
  return { steps: Object.fromEntries(timings), components: { ...before.components, ...measured.components } };
}
