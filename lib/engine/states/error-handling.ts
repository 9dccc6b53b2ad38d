import type { JsonObject } from '../../protocol/json.ts';
import { QUOTAS } from '../../protocol/quotas.ts';
import type { Exit, Loader } from '../definition/compiled.ts';
import { compileDataFlow, type DataFlow } from '../definition/data-flow.ts';
import { EMPTY, isEmpty, type Section } from '../definition/section.ts';
import { failureDetails, HeartbeatTimeout, InnerFailure, type StateFailure } from '../execution/failures.ts';
import type { Visit } from '../execution/visit.ts';

interface Retrier {
  readonly errors: readonly string[];
  readonly intervalSeconds: number;
  readonly maxAttempts: number;
  readonly backoffRate: number;
  readonly maxDelaySeconds: number;
  readonly jitter: boolean;
}

interface Catcher {
  readonly errors: readonly string[];
  readonly next: string | undefined;
  readonly dataFlow: DataFlow;
}

/** The Retry and Catch of a state. */
export interface ErrorHandling {
  readonly retriers: readonly Retrier[];
  readonly catchers: readonly Catcher[];
}

/** Compiles Retry and Catch. */
export function compileErrorHandling(section: Section, loader: Loader): ErrorHandling {
  const [retry, catches] = [section.sections('Retry'), section.sections('Catch')];
  return {
    retriers: retry.map((retrier, index) => compileRetrier(retrier, index === retry.length - 1)),
    catchers: catches.map((catcher, index) => compileCatcher(catcher, index === catches.length - 1, loader)),
  };
}

/** The maximum of MaxDelaySeconds: 366 days. */
const MAX_DELAY_SECONDS = 31_622_400;

/** The defaults are AWS's. Source: "Retrying after an error", AWS Step Functions developer guide. */
function compileRetrier(section: Section, isLast: boolean): Retrier {
  return {
    errors: compileErrors(section, isLast),
    intervalSeconds: section.number('IntervalSeconds', 1, 0, QUOTAS.seconds),
    maxAttempts: section.number('MaxAttempts', 3, 0, QUOTAS.retries),
    backoffRate: section.number('BackoffRate', 2, 1),
    maxDelaySeconds: section.number('MaxDelaySeconds', Number.POSITIVE_INFINITY, 1, MAX_DELAY_SECONDS),
    jitter: section.oneOf('JitterStrategy', ['NONE', 'FULL']) === 'FULL',
  };
}

const compileCatcher = (section: Section, isLast: boolean, loader: Loader): Catcher => ({
  errors: compileErrors(section, isLast),
  next: loader.target(section),
  dataFlow: compileDataFlow(section),
});

/** An error name or retrier after States.ALL could never match. */
function compileErrors(section: Section, isLast: boolean): readonly string[] {
  if (!section.require('ErrorEquals')) return [];
  const errors = section.texts('ErrorEquals');
  if (isEmpty(section.value.ErrorEquals)) section.problem(EMPTY, 'ErrorEquals');
  if (errors.includes('States.ALL') && (errors.length > 1 || !isLast))
    section.problem('States.ALL must appear alone and at end of list', 'ErrorEquals');
  return errors;
}

/**
 * Runs `attempt` until it succeeds or no retrier applies to its failure; then the first matching catcher handles the
 * failure. Rejects with it if no catcher matches.
 */
export async function withErrorHandling(
  visit: Visit,
  errorHandling: ErrorHandling,
  attempt: (visit: Visit) => Promise<Exit>,
): Promise<Exit> {
  let attemptsOf: Map<Retrier, number> | undefined;
  for (;;) {
    try {
      return await attempt(visit);
    } catch (thrown) {
      visit.branch.cancellation.check();
      const failure = visit.asFailure(thrown);
      const retrier = errorHandling.retriers.find(({ errors }) => matches(errors, failure));
      const attempts = retrier === undefined ? 0 : (attemptsOf?.get(retrier) ?? 0);
      if (retrier === undefined || attempts >= retrier.maxAttempts)
        return await handleFailure(visit, errorHandling, failure);
      attemptsOf ??= new Map();
      attemptsOf.set(retrier, attempts + 1);
      const delay = delayMs(retrier, attempts, visit.random);
      const retryOf = failure.error !== undefined && { retryOf: failure.error };
      await visit.clock.sleep(delay, visit.branch.cancellation.signal, { id: visit.id, ...retryOf });
      visit.beginRetry();
    }
  }
}

/** The delay before a retry, in milliseconds: interval × rate^attempts, at most the maximum. `attempts`: the retries before it. */
function delayMs(retrier: Retrier, attempts: number, random: () => number): number {
  const seconds = Math.min(retrier.intervalSeconds * retrier.backoffRate ** attempts, retrier.maxDelaySeconds);
  return seconds * 1000 * (retrier.jitter ? random() : 1);
}

async function handleFailure(visit: Visit, errorHandling: ErrorHandling, failure: StateFailure): Promise<Exit> {
  if (failure instanceof InnerFailure && !visit.branch.execution.history.full)
    visit.record(`${visit.state.type}StateFailed`, failureDetails(failure));
  const catcher = errorHandling.catchers.find(({ errors }) => matches(errors, failure));
  if (catcher === undefined) throw failure;
  const error = errorOutput(failure);
  visit.setErrorOutput(error);
  const output = await catcher.dataFlow.stateOutput(visit, error);
  return { ...output, next: catcher.next };
}

const errorOutput = ({ error, cause }: StateFailure): JsonObject => ({
  ...(error !== undefined && { Error: error }),
  ...(cause !== undefined && { Cause: cause }),
});

/** States.Runtime cannot be handled at all; States.DataLimitExceeded only by its own name. */
const TERMINAL = 'States.Runtime';
const NAMED_ONLY = 'States.DataLimitExceeded';

/**
 * Whether a list of error names matches a failure. States.ALL matches all but the terminal errors; States.TaskFailed
 * likewise, and not States.Timeout. Source: "Error names", AWS Step Functions developer guide.
 */
function matches(errors: readonly string[], failure: StateFailure): boolean {
  const { error } = failure;
  if (error === TERMINAL) return false;
  if (error !== undefined && errors.includes(error)) return true;
  if (failure instanceof HeartbeatTimeout && errors.includes('States.HeartbeatTimeout')) return true;
  if (error === NAMED_ONLY) return false;
  return errors.includes('States.ALL') || (errors.includes('States.TaskFailed') && error !== 'States.Timeout');
}
