import { isDeepStrictEqual } from 'node:util';
import type { Behaviour as Mock } from '../../lib/flow/schema/mock-behaviour.ts';
import { type ErrorCode, FlowError, isErrorCode, SkipStep } from '../../lib/protocol/errors.ts';
import { isObject, type Json } from '../../lib/protocol/json.ts';
import { callBuiltin } from './built-in.ts';

/** A behaviour of a mock, as in a file for `run --mocks`. */
export interface Behaviour {
  readonly input?: Json | undefined;
  /** @default `failed` where there is only an error, else `success` */
  readonly outcome?: 'success' | 'failed' | 'skipped' | undefined;
  readonly result?: Json | undefined;
  /** The oracle knows no faults of AWS. */
  readonly error?: Mock['error'];
  readonly times?: number | undefined;
}

/** Behaviours by step id or component. */
export type Mocks = { readonly [target: string]: readonly Behaviour[] };

/** Succeeds with a result. */
export const gives = (result: Json): Behaviour => ({ outcome: 'success', result });

/** Fails with a code. */
export const fails = (code: ErrorCode = 'COMPONENT_FAILED'): Behaviour => ({
  outcome: 'failed',
  error: { code, message: `${code} by its mock` },
});

/** Skips the step. */
export const SKIPS: Behaviour = { outcome: 'skipped' };

/** How a call of a component ends. */
export type Answer =
  | { readonly kind: 'result'; readonly value: Json }
  | { readonly kind: 'skip' }
  | { readonly kind: 'failure'; readonly code: ErrorCode; readonly message: string };

/** Ends the call of a real component with an answer. */
export function answerWith(answer: Answer): Json {
  if (answer.kind === 'result') return answer.value;
  if (answer.kind === 'skip') throw new SkipStep('its mock says so');
  throw new FlowError(answer.code, answer.message);
}

/** Components that do what mocks say; those without a mock are built-in ones. */
export class MockedComponents {
  readonly #mocks: ReadonlyMap<string, readonly Behaviour[]>;
  readonly #calls = new Map<Behaviour, number>();
  readonly #blobs = new Map<string, Json>();

  constructor(mocks: Mocks) {
    this.#mocks = new Map(Object.entries(mocks));
  }

  /** Whether a mock answers a step. */
  isMocked({ id, component }: { readonly id: string; readonly component: string }): boolean {
    return this.#mocks.has(id) || this.#mocks.has(component);
  }

  /** Calls a step's component once. */
  call({ id, component }: { readonly id: string; readonly component: string }, input: Json): Answer {
    const behaviours = this.#mocks.get(id) ?? this.#mocks.get(component);
    if (!behaviours) return callBuiltin(component, input, this.#blobs);
    const fitting = behaviours.find((one) => this.#left(one) > 0 && fits(one.input, input));
    if (!fitting) return { kind: 'failure', code: 'UNREACHABLE', message: `step "${id}" failed` };
    this.#calls.set(fitting, (this.#calls.get(fitting) ?? 0) + 1);
    const { outcome = fitting.error ? 'failed' : 'success' } = fitting;
    if (outcome === 'skipped') return { kind: 'skip' };
    if (outcome === 'success') return { kind: 'result', value: fitting.result ?? null };
    const { code = 'COMPONENT_FAILED', message = `the mock of step "${id}" failed` } = fitting.error ?? {};
    if (!isErrorCode(code)) throw new Error(`the oracle does not know ${code}`);
    return { kind: 'failure', code, message };
  }

  #left(one: Behaviour): number {
    return (one.times ?? Number.POSITIVE_INFINITY) - (this.#calls.get(one) ?? 0);
  }
}

/** Language: "A mock's `input` is matched in part": what is written must be there, lists in full. */
function fits(pattern: Json | undefined, value: Json | undefined): boolean {
  if (pattern === undefined) return true;
  if (value === undefined) return false;
  if (Array.isArray(pattern)) {
    return (
      Array.isArray(value) && value.length === pattern.length && pattern.every((item, at) => fits(item, value[at]))
    );
  }
  if (!isObject(pattern)) return isDeepStrictEqual(pattern, value);
  return (
    isObject(value) && Object.keys(pattern).every((key) => Object.hasOwn(value, key) && fits(pattern[key], value[key]))
  );
}
