import {
  type AttachedWork,
  type Invocation,
  type Link,
  type LinkTimes,
  linkTimesOf,
  type OutputRead,
  type Slots,
} from './invocation.ts';
import { isObject, type Json } from './json.ts';
import { placeholder, readPlaceholder } from './placeholders.ts';
import type { TemplatedInvocation } from './templated.ts';

/** The Resource of a Task that calls a function. */
export const INVOKE = 'arn:aws:states:::lambda:invoke';

/** The Arguments of a Task that calls a component's function. */
export const callArguments = (component: string, payload: TemplatedInvocation): CallArguments => ({
  FunctionName: placeholder('component', component),
  Payload: payload,
});

/** See {@link callArguments}. */
export type CallArguments = { FunctionName: string; Payload: TemplatedInvocation };

/** The path of the component that a Task of the Resource {@link INVOKE} calls; undefined where it calls anything else. */
export function componentIn(given: Json | undefined): string | undefined {
  const called = isObject(given) ? readPlaceholder(given.FunctionName) : undefined;
  return called?.kind === 'component' && called.name.startsWith('/') ? called.name : undefined;
}

/**
 * Reads the `Invocation` out of the Arguments of a Task that calls a component. What is not of its type is left out, as
 * is an expression where the Arguments have not been evaluated. `step`: what the step is called where nothing says.
 */
export function invocationIn(given: Json | undefined, step: string): Invocation {
  const payload = isObject(given) && isObject(given.Payload) ? given.Payload : {};
  const { spillAbove, covered, before, output, execution, attempt } = payload;
  return {
    ...linkIn(payload, step),
    ...(typeof spillAbove === 'number' && { spillAbove }),
    ...(covered === true && { covered }),
    ...(Array.isArray(before) && { before: before.map((link) => linkIn(link, step)) }),
    ...(Array.isArray(output) && { output: output.flatMap(outputReadIn) }),
    ...(typeof execution === 'string' && { execution }),
    ...(typeof attempt === 'number' && { attempt }),
  };
}

function linkIn(value: Json, fallback: string): Link {
  const { step, input = null, reads, secrets, fused } = isObject(value) ? value : {};
  return {
    step: typeof step === 'string' ? step : fallback,
    input,
    ...(Array.isArray(reads) && { reads: reads.filter(isText) }),
    ...(Array.isArray(secrets) && { secrets: secrets.filter(isText) }),
    ...(Array.isArray(fused) && { fused: fused.flatMap(fusedIn) }),
  };
}

function fusedIn(value: Json): AttachedWork | readonly [] {
  const { step, path, does } = isObject(value) ? value : {};
  if (typeof step !== 'string' || typeof path !== 'string') return [];
  return { step, path, ...((does === 'store' || does === 'check-text') && { does }) };
}

function outputReadIn(value: Json): OutputRead | readonly [] {
  const { path, message } = isObject(value) ? value : {};
  if (typeof message !== 'string') return [];
  return { message, ...(typeof path === 'string' && { path }) };
}

const isText = (value: Json): value is string => typeof value === 'string';

/** What a function answered. */
export interface Answer {
  /** Whether its step was skipped. */
  readonly skipped: boolean;
  /** Of a chain, what became of its steps. */
  readonly took?: LinkTimes;
}

/** The result of a Task whose function has answered. */
export const callResult = (answer: Slots): Json => ({ ExecutedVersion: '$LATEST', Payload: answer, StatusCode: 200 });

/** Reads the result of a Task that has called a component; in AWS's history it is text. */
export function readAnswer(output: Json | undefined): Answer {
  const result: Json | undefined = typeof output === 'string' ? JSON.parse(output) : output;
  const slots = isObject(result) && isObject(result.Payload) ? result.Payload : {};
  return { skipped: slots.$skipped === true, ...(isObject(slots.$links) && { took: linkTimesOf(slots.$links) }) };
}
