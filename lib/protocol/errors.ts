import { FUNCTION_TIMED_OUT } from './aws-errors.ts';

/** Every code that a failed step or run can carry; the state's Error in a state machine. */
export const ERROR_CODES = [
  'INVALID_INPUT',
  'COMPONENT_FAILED',
  'COMPONENT_NOT_FOUND',
  'TIMEOUT',
  'CANCELLED',
  'EXPRESSION_FAILURE',
  'RESOURCE_UNAVAILABLE',
  'UNREACHABLE',
  'ORCHESTRATOR_ERROR',
  'UNSPECIFIED',
] as const;

/** One of {@link ERROR_CODES}. */
export type ErrorCode = (typeof ERROR_CODES)[number];

const CODES: ReadonlySet<string> = new Set(ERROR_CODES);

/**
 * A failure with a code. Its `name` is the code, because that is what Lambda reports as `errorType`, and so what a
 * state machine catches and retries by.
 */
export class FlowError extends Error {
  readonly code: ErrorCode;
  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = code;
    this.code = code;
  }
}

/**
 * A component that took too long. It has the name that Lambda gives to a function whose time is over: a state machine
 * retries the one as it does the other, whatever the step's `onError` says. In a flow's result its code is TIMEOUT.
 */
export class TimedOut extends FlowError {
  constructor(message: string) {
    super('TIMEOUT', message);
    this.name = FUNCTION_TIMED_OUT;
  }
}

const SKIP = 'SkipStep';

/** Thrown by a component that skips its own step; whatever reads the step is skipped too. */
export class SkipStep extends Error {
  constructor(reason = 'the component skipped its step') {
    super(reason);
    this.name = SKIP;
  }
}

// By name, not by class: a component's bundle may hold another copy of this module than the wrapper's.

/** Whether `error` is a failure with a code. */
export const isFlowError = (error: unknown): error is FlowError =>
  error instanceof Error && (CODES.has(error.name) || error.name === FUNCTION_TIMED_OUT);

/** Whether `error` says that the step skips itself. */
export const isSkipStep = (error: unknown): error is SkipStep => error instanceof Error && error.name === SKIP;

// An error travels in the payload of a state machine, where 256 KiB is all there is for text and stack together.
const LONGEST_TEXT = 8_000;

/** A failure whose message and stack are short enough to travel; what is cut off is said. */
export function shortened<E extends Error>(error: E): E {
  const cut = (text: string): string =>
    text.length > LONGEST_TEXT
      ? `${text.slice(0, LONGEST_TEXT)}… (${text.length - LONGEST_TEXT} more characters)`
      : text;
  error.message = cut(error.message);
  if (error.stack !== undefined) error.stack = cut(error.stack);
  return error;
}

/** `error` as a failure with a code: one without is COMPONENT_FAILED with its message, and keeps its stack. */
export function toFlowError(error: unknown): FlowError {
  if (isFlowError(error)) return error;
  const message = error instanceof Error ? error.message || error.name : String(error);
  const failure = new FlowError('COMPONENT_FAILED', message, { cause: error });
  // The trace in an execution's Cause is to show the component's own lines, not this one.
  if (error instanceof Error && error.stack !== undefined) failure.stack = error.stack;
  return failure;
}
