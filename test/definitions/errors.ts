import type { Catcher, Retrier } from '../../lib/asl/state-machine.ts';
import { namedStatesIn, type Problem, type Rule } from './problem.ts';

/** Source: "Handling errors in Step Functions workflows", AWS Step Functions developer guide. */
const MOST_ATTEMPTS = 99_999_999;
const LONGEST_DELAY = 31_622_400;

/** Retriers and catchers name errors; States.ALL stands alone and last; numbers are within their bounds. */
export const errors: Rule = ({ machine }) =>
  namedStatesIn(machine).flatMap(([name, state]) => {
    if (!('Retry' in state) && !('Catch' in state)) return [];
    const { Retry = [], Catch = [] } = state;
    return [...all(Retry), ...all(Catch), ...Retry.flatMap(numbers)].map((problem) => `"${name}": ${problem}`);
  });

const all = (handlers: readonly Pick<Retrier | Catcher, 'ErrorEquals'>[]): readonly Problem[] =>
  handlers.flatMap(({ ErrorEquals }, at) => {
    if (ErrorEquals.length === 0) return ['no errors are named'];
    if (!ErrorEquals.includes('States.ALL')) return [];
    return ErrorEquals.length > 1 || at < handlers.length - 1 ? ['States.ALL is neither alone nor last'] : [];
  });

function numbers(retrier: Retrier): readonly Problem[] {
  const { IntervalSeconds = 1, MaxAttempts = 3, BackoffRate = 2, MaxDelaySeconds } = retrier;
  return [
    ...(Number.isInteger(IntervalSeconds) && IntervalSeconds >= 1 ? [] : [`an interval of ${IntervalSeconds} s`]),
    ...(Number.isInteger(MaxAttempts) && MaxAttempts >= 0 && MaxAttempts <= MOST_ATTEMPTS
      ? []
      : [`${MaxAttempts} attempts`]),
    ...(BackoffRate >= 1 ? [] : [`a backoff rate of ${BackoffRate}`]),
    ...(MaxDelaySeconds === undefined || (MaxDelaySeconds > IntervalSeconds && MaxDelaySeconds <= LONGEST_DELAY)
      ? []
      : [`delays of at most ${MaxDelaySeconds} s, after ${IntervalSeconds} s`]),
  ];
}
