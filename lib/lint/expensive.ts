import type { Step } from '../flow/flow.ts';
import type { LintedFlow } from './linted-flow.ts';
import { isAi } from './words.ts';

/** Seconds from which a step is expensive, by the flow's profile or its timeout. */
const MANY_SECONDS = 10;
const LONG_TIMEOUT_SECONDS = 60;

/** Why a step is expensive; undefined for one that is not known to be. */
export function expenseOf(linted: LintedFlow, step: Step): string | undefined {
  const seconds = linted.secondsOf(step);
  if (seconds !== undefined && seconds >= MANY_SECONDS) return `takes ${seconds} s`;
  if (isAi(step)) return 'asks a language model';
  const { timeout } = step;
  return timeout !== undefined && timeout >= LONG_TIMEOUT_SECONDS ? `may take ${timeout} s` : undefined;
}
