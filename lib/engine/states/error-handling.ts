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

/** What a state does about its failures. */
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

/** The longest MaxDelaySeconds: 366 days. */
const LONGEST_DELAY = 31_622_400;

/** The defaults are AWS's. Source: "Retrying after an error", AWS Step Functions developer guide. */
function compileRetrier(section: Section, isLast: boolean): Retrier {
  return {
    errors: compileErrors(section, isLast),
    intervalSeconds: section.number('IntervalSeconds', 1, 0, QUOTAS.seconds),
    maxAttempts: section.number('MaxAttempts', 3, 0, QUOTAS.seconds),
    backoffRate: section.number('BackoffRate', 2, 1),
    maxDelaySeconds: section.number('MaxDelaySeconds', Number.POSITIVE_INFINITY, 1, LONGEST_DELAY),
    jitter: section.oneOf('JitterStrategy', ['NONE', 'FULL']) === 'FULL',
  };
}

const compileCatcher = (section: Section, isLast: boolean, loader: Loader): Catcher => ({
  errors: compileErrors(section, isLast),
  next: loader.target(section),
  dataFlow: compileDataFlow(section),
});

/** What comes after States.ALL, or beside it, could never match. */
function compileErrors(section: Section, isLast: boolean): readonly string[] {
  if (!section.require('ErrorEquals')) return [];
  const errors = section.texts('ErrorEquals');
  if (isEmpty(section.value.ErrorEquals)) section.problem(EMPTY, 'ErrorEquals');
  if (errors.includes('States.ALL') && (errors.length > 1 || !isLast))
    section.problem('States.ALL must appear alone and at end of list', 'ErrorEquals');
  return errors;
}

/**
 * Runs `attempt` until it succeeds, no retrier is left for its failure, and then as the first matching catcher says.
 * Rejects with the failure where none matches.
 */
export async function withErrorHandling(
  visit: Visit,
  errorHandling: ErrorHandling,
  attempt: (visit: Visit) => Promise<Exit>,
): Promise<Exit> {
  let used: Map<Retrier, number> | undefined;
  for (;;) {
    try {
      return await attempt(visit);
    } catch (thrown) {
      visit.branch.cancellation.check();
      const failure = visit.asFailure(thrown);
      const retrier = errorHandling.retriers.find(({ errors }) => matches(errors, failure));
      const attempts = retrier === undefined ? 0 : (used?.get(retrier) ?? 0);
      if (retrier === undefined || attempts >= retrier.maxAttempts) return await caught(visit, errorHandling, failure);
      used ??= new Map();
      used.set(retrier, attempts + 1);
      const delay = delayMs(retrier, attempts, visit.random);
      await visit.clock.sleep(delay, visit.branch.cancellation.signal, { id: visit.id });
      visit.beginRetry();
    }
  }
}

/** The wait before a retry, in milliseconds, after `attempts` earlier ones: interval × rate^attempts, at most the maximum. */
function delayMs(retrier: Retrier, attempts: number, random: () => number): number {
  const seconds = Math.min(retrier.intervalSeconds * retrier.backoffRate ** attempts, retrier.maxDelaySeconds);
  return seconds * 1000 * (retrier.jitter ? random() : 1);
}

async function caught(visit: Visit, errorHandling: ErrorHandling, failure: StateFailure): Promise<Exit> {
  if (failure instanceof InnerFailure && !visit.branch.execution.history.full)
    visit.record(`${visit.state.type}StateFailed`, failureDetails(failure));
  const catcher = errorHandling.catchers.find(({ errors }) => matches(errors, failure));
  if (catcher === undefined) throw failure;
  const output = errorOutput(failure);
  visit.setErrorOutput(output);
  const settled = await catcher.dataFlow.stateOutput(visit, output);
  return { ...settled, next: catcher.next };
}

const errorOutput = ({ error, cause }: StateFailure): JsonObject => ({
  ...(error !== undefined && { Error: error }),
  ...(cause !== undefined && { Cause: cause }),
});

/** Errors that no wildcard matches. States.Runtime cannot be handled at all. */
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
