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
  /** A fault that the state machine found itself: the id of the step whose fault it is, or whose flow has it. */
  readonly step?: string;
}

/** The Cause of an error that a function throws. `step`: of a failure that no function tells of, the step's id. */
export function writeCause({
  name,
  message,
  stack = '',
  step,
}: Pick<Error, 'name' | 'message' | 'stack'> & { readonly step?: string }): string {
  const thrown: ThrownError = { errorType: name, errorMessage: message, trace: stack === '' ? [] : stack.split('\n') };
  return JSON.stringify({ ...thrown, ...(step !== undefined && { step }) });
}

/** Parses a Cause. If no function wrote it, the whole text is the message. */
export function readCause(cause = ''): Cause {
  const { errorMessage, trace, step } = parseObject(cause);
  if (typeof errorMessage !== 'string') return { message: cause, stack: [], place: {} };
  const read = readTrace(Array.isArray(trace) ? trace.map(String) : []);
  return { message: errorMessage, ...read, ...(typeof step === 'string' && { step }) };
}

function parseObject(text: string): { readonly [key in keyof ThrownError | 'step']?: Json } {
  try {
    const value: Json = JSON.parse(text);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}
