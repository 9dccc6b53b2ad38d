import { type Profile, type ProfileSource, quantile, type Timing } from '../compiler/plan/durations.ts';
import type { HistoryEvent } from '../engine/types.ts';
import type { CallReport } from '../executions/measured/measured-execution.ts';
import { CallReader, type MeasuredFlow } from './call-reader.ts';

/** What was measured of the calls of a step or a component. */
interface Measurements {
  readonly seconds: number[];
  readonly inputBytes: number[];
  readonly outputBytes: number[];
  readonly billedSeconds: number[];
  readonly maxMemoryMb: number[];
}

/**
 * Measures how long calls of components take, from the history events of any number of runs, local or deployed. A call that
 * fails or skips its step is not counted.
 */
export class CallTimes {
  readonly #calls: CallReader;
  readonly #steps = new Map<string, Measurements>();
  readonly #components = new Map<string, Measurements>();

  readonly #reports: ReadonlyMap<string, CallReport>;

  /** Calls that only move values for a step of the flow are not counted. `reports`: what Lambda reports of calls, by the ids of their requests. */
  constructor(flow: MeasuredFlow = {}, reports: ReadonlyMap<string, CallReport> = new Map()) {
    this.#reports = reports;
    this.#calls = new CallReader(flow);
  }

  /** Records the next event of a run, which happened at `atMs`, in milliseconds of a clock with a good resolution. */
  observe(event: HistoryEvent, atMs: number): void {
    const call = this.#calls.observe(event, atMs);
    if (!call?.isOwn || call.ending !== 'succeeded') return;
    const { links, inputBytes, outputBytes, requestId = '' } = call;
    const report = links.length === 1 ? this.#reports.get(requestId) : undefined;
    const billed = report && { billedSeconds: report.billedMs / 1000, maxMemoryMb: report.maxMemoryMb };
    // What a fused chain moves is sent to its first step, and answered by its last.
    for (const [at, { step, component, seconds }] of links.entries()) {
      if (seconds === undefined) continue;
      const bytes = { ...(at === 0 && { inputBytes }), ...(at === links.length - 1 && { outputBytes }) };
      this.#add(step, component, { seconds, ...bytes, ...billed });
    }
  }

  /** A run has ended: no call is in progress any more. */
  endRun(): void {
    this.#calls.endRun();
  }

  #add(step: string, component: string, call: Partial<CallMeasurement>): void {
    push(this.#steps, step, call);
    push(this.#components, component, call);
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

type CallMeasurement = { readonly [What in keyof Measurements]: number };

const MEASURED = ['seconds', 'inputBytes', 'outputBytes', 'billedSeconds', 'maxMemoryMb'] as const;

function push(all: Map<string, Measurements>, key: string, call: Partial<CallMeasurement>): void {
  const known = all.get(key) ?? { seconds: [], inputBytes: [], outputBytes: [], billedSeconds: [], maxMemoryMb: [] };
  all.set(key, known);
  for (const what of MEASURED) {
    const value = call[what];
    if (value !== undefined) known[what].push(value);
  }
}

const timings = (all: ReadonlyMap<string, Measurements>): { readonly [key: string]: Timing } =>
  Object.fromEntries([...all].map(([key, measured]) => [key, timing(measured)]));

/** Rounded to microseconds, since finer differences are noise, and to whole bytes. */
function timing({ seconds, inputBytes, outputBytes, billedSeconds, maxMemoryMb }: Measurements): Timing {
  const rounded = (values: readonly number[], part: number): number => Math.round(quantile(values, part) * 1e6) / 1e6;
  const second = (part: number): number => rounded(seconds, part);
  return {
    seconds: second(0.5),
    p25Seconds: second(0.25),
    p75Seconds: second(0.75),
    calls: seconds.length,
    ...(inputBytes.length > 0 && { inputBytes: Math.round(quantile(inputBytes, 0.5)) }),
    ...(outputBytes.length > 0 && { outputBytes: Math.round(quantile(outputBytes, 0.5)) }),
    ...(billedSeconds.length > 0 && { billedSeconds: rounded(billedSeconds, 0.5) }),
    ...(maxMemoryMb.length > 0 && { maxMemoryMb: quantile(maxMemoryMb, 1) }),
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
