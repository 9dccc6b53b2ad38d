import type { JsonObject } from '../../protocol/json.ts';

/** The failure of a state, as Retry and Catch match it and an execution reports it. `error` is absent after a Fail state without Error. */
export class StateFailure extends Error {
  readonly error: string | undefined;
  override readonly cause: string | undefined;
  constructor(error: string | undefined, cause?: string) {
    super(`${error ?? 'no error name'}${cause === undefined ? '' : `: ${cause}`}`);
    this.name = 'StateFailure';
    this.error = error;
    this.cause = cause;
  }
}

/**
 * The failure of a branch or iteration inside a state. The history records that the state failed once no retrier
 * applies, even if a catcher then matches.
 */
export class InnerFailure extends StateFailure {}

/** A task that sent no heartbeat in time. Its error is States.Timeout; Retry and Catch may also call it States.HeartbeatTimeout. */
export class HeartbeatTimeout extends StateFailure {
  constructor() {
    super('States.Timeout');
  }
}

/** The details of an event that reports a failure. */
export const failureDetails = ({
  error,
  cause,
}: {
  error: string | undefined;
  cause: string | undefined;
}): JsonObject => ({
  ...(error !== undefined && { error }),
  ...(cause !== undefined && { cause }),
});

/**
 * A field of a state that could not be evaluated. The visit to the state turns it into a {@link StateFailure} whose
 * cause names the state, and records it in the history.
 */
export class FieldError extends Error {
  readonly error:
    | 'States.QueryEvaluationError'
    | 'States.NoChoiceMatched'
    | 'States.IntrinsicFailure'
    | 'States.ReferencePathConflict'
    | 'States.Runtime';
  /** The field, e.g. `Arguments/FunctionName`. */
  readonly location: string | undefined;
  constructor(error: FieldError['error'], detail: string, location?: string) {
    super(detail);
    this.name = 'FieldError';
    this.error = error;
    this.location = location;
  }
}

/** Ends the work of a branch that was stopped. No state catches it. */
export class Aborted extends Error {
  constructor() {
    super('the branch was stopped');
    this.name = 'Aborted';
  }
}
