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
 * Measures what the calls of components take, by the events of any number of runs' histories. A call that fails or
 * skips its step says nothing of what the step takes.
 */
export class CallTimes {
  /** Calls under way, by their latest event: the next one of the call follows it. */
  readonly #open = new Map<string, OpenCall>();
  readonly #steps = new Map<string, number[]>();
  readonly #components = new Map<string, number[]>();

  /** Takes in the next event of a run; `atMs`: when it happened, by a clock as fine as there is. */
  observe(event: HistoryEvent, atMs: number): void {
    const { type, details } = event;
    if (type === 'TaskScheduled') {
      const call = callOf(details.parameters ?? null);
      if (call) this.#open.set(keyOf(event, event.id), { ...call, startMs: atMs });
      return;
    }
    const before = keyOf(event, event.previousEventId);
    const call = this.#open.get(before);
    if (!call) return;
    this.#open.delete(before);
    if (type === 'TaskStarted') this.#open.set(keyOf(event, event.id), { ...call, startMs: atMs });
    else if (type === 'TaskSucceeded' && !readAnswer(details.output).skipped) this.#add(call, atMs);
  }

  /** The runs are over: no call is under way any more. */
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

  /** The medians. */
  profile(): Required<Profile> {
    return { steps: medians(this.#steps), components: medians(this.#components) };
  }
}

/** Ids of events are those of one history; a child execution has its own. */
const keyOf = ({ execution = '' }: HistoryEvent, id: number): string => `${execution} ${id}`;

function callOf(parameters: Json): Pick<OpenCall, 'step' | 'component'> | undefined {
  const component = componentIn(parameters);
  const { step } = invocationIn(parameters, '');
  return component !== undefined && step !== '' ? { step, component } : undefined;
}

function push(lists: Map<string, number[]>, key: string, value: number): void {
  const known = lists.get(key);
  if (known) known.push(value);
  else lists.set(key, [value]);
}

/** To microseconds: what is finer is chance. */
const medians = (times: ReadonlyMap<string, readonly number[]>): { readonly [key: string]: Timing } =>
  Object.fromEntries([...times].map(([key, all]) => [key, { seconds: Math.round(median(all) * 1e6) / 1e6 }]));

/**
 * A profile with what was measured now, in the order of the flow's steps. What was not measured this time, because no
 * run wanted it, keeps its entry; a step that the flow no longer has loses it.
 */
export function renewProfile(
  before: Profile,
  measured: Required<Profile>,
  steps: readonly { readonly id: string }[],
): Profile {
  const all = { ...before.steps, ...measured.steps };
  const kept = steps.flatMap(({ id }): (readonly [string, Timing])[] => {
    const time = Object.hasOwn(all, id) ? all[id] : undefined;
    return time ? [[id, time]] : [];
  });
  return { steps: Object.fromEntries(kept), components: { ...before.components, ...measured.components } };
}
