import { type Profile, type ProfileSource, quantile, type Timing } from '../compiler/plan/durations.ts';
import { callsOwnFunction, type SourceMap } from '../compiler/source-map.ts';
import { jsonBytes } from '../engine/index.ts';
import type { HistoryEvent } from '../engine/types.ts';
import { componentIn, invocationIn, readAnswer } from '../protocol/component-task.ts';
import type { FusedStepTimes } from '../protocol/invocation.ts';
import { isObject, type Json } from '../protocol/json.ts';

/** What is known of the flow whose calls are measured. */
export interface MeasuredFlow {
  /** What its states are for: calls that only move values for a step are not counted. @default each call is a step's own */
  readonly states?: SourceMap['states'];
  /** The component of a step, where the history has the name of its deployed function. @default none */
  readonly componentOf?: (step: string) => string | undefined;
}

interface OpenCall {
  /** The ids of the steps that it runs, in order: more than one for a fused chain. */
  readonly steps: readonly string[];
  /** Of the only step. */
  readonly component: string | undefined;
  readonly inputBytes: number;
  readonly startMs: number;
}

/** What was measured of the calls of a step or a component. */
interface Measurements {
  readonly seconds: number[];
  readonly inputBytes: number[];
  readonly outputBytes: number[];
}

/**
 * Measures how long calls of components take, from the history events of any number of runs, local or deployed. A call that
 * fails or skips its step is not counted.
 */
export class CallTimes {
  readonly #flow: MeasuredFlow;
  /** Calls in progress, by their latest event, which their next event names as the previous one. */
  readonly #open = new Map<string, OpenCall>();
  readonly #steps = new Map<string, Measurements>();
  readonly #components = new Map<string, Measurements>();

  constructor(flow: MeasuredFlow = {}) {
    this.#flow = flow;
  }

  /** Records the next event of a run, which happened at `atMs`, in milliseconds of a clock with a good resolution. */
  observe(event: HistoryEvent, atMs: number): void {
    const { type, details } = event;
    if (type === 'TaskScheduled') {
      const call = this.#readCall(event);
      if (call) this.#open.set(keyOf(event, event.id), { ...call, startMs: atMs });
      return;
    }
    const previous = keyOf(event, event.previousEventId);
    const call = this.#open.get(previous);
    if (!call) return;
    this.#open.delete(previous);
    if (type === 'TaskStarted') this.#open.set(keyOf(event, event.id), { ...call, startMs: atMs });
    else if (type === 'TaskSucceeded') this.#succeeded(call, details.output, (atMs - call.startMs) / 1000);
  }

  /** A run has ended: no call is in progress any more. */
  endRun(): void {
    this.#open.clear();
  }

  #readCall({ stateName = '', details: { parameters = null } }: HistoryEvent): Omit<OpenCall, 'startMs'> | undefined {
    const source = this.#flow.states?.[stateName];
    if (source && !callsOwnFunction(source)) return undefined;
    const { step, before = [] } = invocationIn(parameters, '');
    const component = componentIn(parameters) ?? this.#flow.componentOf?.(step);
    if (component === undefined || step === '') return undefined;
    const steps = [...before.map((link) => link.step), step];
    return { steps, component: steps.length === 1 ? component : undefined, inputBytes: payloadBytes(parameters) };
  }

  #succeeded({ steps, component, inputBytes }: OpenCall, output: Json | undefined, seconds: number): void {
    const { skipped, fusedStepTimes } = readAnswer(output);
    if (skipped) return;
    const outputBytes = payloadBytes(output);
    const [first = ''] = steps;
    if (steps.length === 1) this.#add(first, component, { seconds, inputBytes, outputBytes });
    else this.#addLinks(steps, secondsOfLinks(steps, fusedStepTimes ?? {}, seconds), { inputBytes, outputBytes });
  }

  /** What a fused chain moves is sent to its first step, and answered by its last. */
  #addLinks(
    steps: readonly string[],
    seconds: readonly (number | undefined)[],
    { inputBytes, outputBytes }: Omit<CallMeasurement, 'seconds'>,
  ): void {
    for (const [at, step] of steps.entries()) {
      const own = seconds[at];
      if (own === undefined) continue;
      this.#add(step, this.#flow.componentOf?.(step), {
        seconds: own,
        ...(at === 0 && { inputBytes }),
        ...(at === steps.length - 1 && { outputBytes }),
      });
    }
  }

  #add(step: string, component: string | undefined, call: Partial<CallMeasurement>): void {
    push(this.#steps, step, call);
    if (component !== undefined) push(this.#components, component, call);
  }

  /** How many calls of a step were measured. */
  calls(step: string): number {
    return this.#steps.get(step)?.seconds.length ?? 0;
  }

  /** What was measured of each step and each component: medians and quartiles. */
  profile(): Required<Pick<Profile, 'steps' | 'components'>> {
    return { steps: timings(this.#steps), components: timings(this.#components) };
  }
}

interface CallMeasurement {
  readonly seconds: number;
  readonly inputBytes: number;
  readonly outputBytes: number;
}

/** Event ids are unique within one history; a child execution has its own history. */
const keyOf = ({ execution = '' }: HistoryEvent, id: number): string => `${execution} ${id}`;

/** The bytes of what a call is sent or answers. AWS has the whole as JSON text. */
function payloadBytes(call: Json | undefined): number {
  const whole: Json | undefined = typeof call === 'string' ? JSON.parse(call) : call;
  return isObject(whole) && whole.Payload !== undefined ? jsonBytes(whole.Payload) : 0;
}

/** The seconds of each step of a fused chain; what its function says nothing of is of the first one, which the call starts. */
function secondsOfLinks(
  steps: readonly string[],
  times: FusedStepTimes,
  seconds: number,
): readonly (number | undefined)[] {
  const own = steps.map((step) => (times[step] === null ? undefined : (times[step] ?? 0) / 1000));
  const rest = Math.max(0, seconds - own.reduce<number>((sum, one) => sum + (one ?? 0), 0));
  const first = own.findIndex((one) => one !== undefined);
  return own.map((one, at) => (one === undefined ? undefined : one + (at === first ? rest : 0)));
}

function push(all: Map<string, Measurements>, key: string, call: Partial<CallMeasurement>): void {
  const known = all.get(key) ?? { seconds: [], inputBytes: [], outputBytes: [] };
  all.set(key, known);
  for (const what of ['seconds', 'inputBytes', 'outputBytes'] as const) {
    const value = call[what];
    if (value !== undefined) known[what].push(value);
  }
}

const timings = (all: ReadonlyMap<string, Measurements>): { readonly [key: string]: Timing } =>
  Object.fromEntries([...all].map(([key, measured]) => [key, timing(measured)]));

/** Rounded to microseconds, since finer differences are noise, and to whole bytes. */
function timing({ seconds, inputBytes, outputBytes }: Measurements): Timing {
  const second = (part: number): number => Math.round(quantile(seconds, part) * 1e6) / 1e6;
  return {
    seconds: second(0.5),
    p25Seconds: second(0.25),
    p75Seconds: second(0.75),
    calls: seconds.length,
    ...(inputBytes.length > 0 && { inputBytes: Math.round(quantile(inputBytes, 0.5)) }),
    ...(outputBytes.length > 0 && { outputBytes: Math.round(quantile(outputBytes, 0.5)) }),
  };
}

/**
 * The profile updated with new measurements, in the order of the flow's steps. A step that did not run this time keeps its
 * entry; a step that is no longer in the flow loses it.
 */
export function updateProfile(
  before: Profile,
  measured: Required<Pick<Profile, 'steps' | 'components'>>,
  steps: readonly { readonly id: string }[],
  source: ProfileSource,
): Profile {
  const all = { ...before.steps, ...measured.steps };
  const kept = steps.flatMap(({ id }): (readonly [string, Timing])[] => {
    const time = Object.hasOwn(all, id) ? all[id] : undefined;
    return time ? [[id, time]] : [];
  });
  return { source, steps: Object.fromEntries(kept), components: { ...before.components, ...measured.components } };
}
