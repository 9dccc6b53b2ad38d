import { FUNCTION_TIMED_OUT } from './aws-errors.ts';

/** Every code of a failed step or run. In a state machine it is the Error of the failed state. */
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

/** Whether a name is one of {@link ERROR_CODES}. */
export const isErrorCode = (name: string): name is ErrorCode => CODES.has(name);

/**
 * A failure with a code. Its `name` is the code because Lambda reports the name as `errorType`, which the Retry and Catch
 * of a state machine match.
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
 * A component exceeded its timeout. It has the name that Lambda gives to a timed-out function, so that a state machine
 * treats both in the same way. In a flow's result its code is TIMEOUT.
 */
export class TimedOut extends FlowError {
  constructor(message: string) {
    super('TIMEOUT', message);
    this.name = FUNCTION_TIMED_OUT;
  }
}

const SKIP = 'SkipStep';

/** Thrown by a component to skip its own step. Steps that read the step are skipped too. */
export class SkipStep extends Error {
  constructor(reason = 'the component skipped its step') {
    super(reason);
    this.name = SKIP;
  }
}

// Errors are matched by name, not by class: a component's bundle may contain a second copy of this module.

/** Whether `error` is a failure with a code. */
export function isFlowError(error: unknown): error is FlowError {
  const name = errorName(error);
  return name !== undefined && (CODES.has(name) || name === FUNCTION_TIMED_OUT);
}

/** Whether a component threw `error` to skip its step. */
export const isSkipStep = (error: unknown): error is SkipStep => errorName(error) === SKIP;

// A component may throw anything: an error whose fields are no texts, an object that throws when it is read.

/** What `read` gives, if that is a text. */
function textOf(read: () => unknown): string | undefined {
  try {
    const text = read();
    return typeof text === 'string' ? text : undefined;
  } catch {
    return undefined;
  }
}

const fieldOf = (error: unknown, field: 'name' | 'message' | 'stack'): string | undefined =>
  textOf(() => (error instanceof Error ? error[field] : undefined));

const errorName = (error: unknown): string | undefined => fieldOf(error, 'name');

/** What an error says, also where its message is no text; for anything else, the thrown value as a text. */
const messageOf = (error: unknown): string =>
  fieldOf(error, 'message') ||
  textOf(() => (error instanceof Error ? String(error.message || error.name) : String(error))) ||
  errorName(error) ||
  'a value was thrown that has no text';

// An error is part of a payload, which has at most 256 KiB for message and stack together.
const MAX_CHARACTERS = 8_000;

/** Truncates the message and the stack of `error`, in place, to fit a payload; the text says how much was cut. */
export function shortened<E extends Error>(error: E): E {
  const cut = (text: string): string =>
    text.length > MAX_CHARACTERS
      ? `${text.slice(0, MAX_CHARACTERS)}… (${text.length - MAX_CHARACTERS} more characters)`
      : text;
  error.message = cut(error.message);
  if (error.stack !== undefined) error.stack = cut(error.stack);
  return error;
}

/** A failure that no component threw, without its stack: the lines of what runs components help nobody. */
export function withoutFrames(failure: FlowError): FlowError {
  failure.stack = `${failure.name}: ${failure.message}`;
  return failure;
}

/** Whether a field is a text that another text can take the place of: it may be read-only, or a getter. */
function isChangeable(error: FlowError, field: 'message' | 'stack'): boolean {
  const text = fieldOf(error, field);
  try {
    return text !== undefined && Reflect.set(error, field, text) && fieldOf(error, field) === text;
  } catch {
    return false;
  }
}

/** What an error says of itself, as texts. */
export interface ErrorText {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
}

/** The texts of whatever was thrown, none of which throws or is anything else. */
export function errorText(thrown: unknown): ErrorText {
  const [name, message] = [errorName(thrown) ?? 'Error', messageOf(thrown)];
  return { name, message, stack: fieldOf(thrown, 'stack') ?? `${name}: ${message}` };
}

/** What was thrown, in a few words: the name and the message of an error, the text of anything else. */
export function describeThrown(thrown: unknown): string {
  const name = errorName(thrown);
  if (name !== undefined) return `${name}: ${messageOf(thrown)}`;
  return textOf(() => String(thrown)) ?? 'something that is not an error';
}

/** The lines of its own that an error has, if it has any. */
export const stackOfThrown = (thrown: unknown): string | undefined => fieldOf(thrown, 'stack');

/** Converts whatever was thrown to a failure with a code. Without one it is COMPONENT_FAILED; message and stack stay. */
export function toFlowError(error: unknown): FlowError {
  const stack = fieldOf(error, 'stack');
  if (isFlowError(error) && isChangeable(error, 'message') && isChangeable(error, 'stack')) return error;
  const name = errorName(error) ?? '';
  const failure = new FlowError(isErrorCode(name) ? name : 'COMPONENT_FAILED', messageOf(error), { cause: error });
  // The trace in an execution's Cause must show the component's own lines, not this function.
  if (stack === undefined) return withoutFrames(failure);
  failure.stack = stack;
  return failure;
}
