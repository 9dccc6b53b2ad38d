import { type FailurePlace, readTrace } from './failure-place.ts';
import { isObject, type Json } from './json.ts';

/** Lambda's answer for an error that a function throws. As JSON text it is the Cause of the failure. Source: "Lambda function errors in Node.js". */
export type ThrownError = {
  /** The error's name: the Error of the failed state. */
  errorType: string;
  errorMessage: string;
  /** The lines of the stack. */
  trace: string[];
};

/** A parsed Cause. */
export interface Cause {
  readonly message: string;
  /** The component's own lines; empty if no function wrote the Cause. */
  readonly stack: readonly string[];
  readonly place: FailurePlace;
}

/** The Cause of an error that a function throws. */
export function writeCause({ name, message, stack = '' }: Pick<Error, 'name' | 'message' | 'stack'>): string {
  const thrown: ThrownError = { errorType: name, errorMessage: message, trace: stack === '' ? [] : stack.split('\n') };
  return JSON.stringify(thrown);
}

/** Parses a Cause. If no function wrote it, the whole text is the message. */
export function readCause(cause = ''): Cause {
  const { errorMessage, trace } = parseObject(cause);
  if (typeof errorMessage !== 'string') return { message: cause, stack: [], place: {} };
  return { message: errorMessage, ...readTrace(Array.isArray(trace) ? trace.map(String) : []) };
}

/** The Cause of a failure that no function tells of: a fault of a step that the state machine found itself. */
export const writeFault = (code: string, message: string, step: string): string =>
  JSON.stringify({ errorType: code, errorMessage: message, trace: [], step });

/** The id of the step that {@link writeFault}, or a state machine, says the fault is of, or whose flow has it. */
export function stepOfFault(cause = ''): string | undefined {
  const { step } = parseObject(cause);
  return typeof step === 'string' ? step : undefined;
}

function parseObject(text: string): { readonly [key in keyof ThrownError | 'step']?: Json } {
  try {
    const value: Json = JSON.parse(text);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}
