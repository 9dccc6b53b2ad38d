import type { Rule } from './rule.ts';
import { blobReadOnce } from './rules/blob-read-once.ts';
import { falseDependency } from './rules/false-dependency.ts';
import { highTemperature } from './rules/high-temperature.ts';
import { largeCopy } from './rules/large-copy.ts';
import { largeModel } from './rules/large-model.ts';
import { lateValidation } from './rules/late-validation.ts';
import { longPrompt } from './rules/long-prompt.ts';
import { noInputSchema } from './rules/no-input-schema.ts';
import { noPerformanceTest } from './rules/no-performance-test.ts';
import { noTest } from './rules/no-test.ts';
import { overGranular } from './rules/over-granular.ts';
import { retryCannotHelp } from './rules/retry-cannot-help.ts';
import { sequentialFetches } from './rules/sequential-fetches.ts';
import { singleItems } from './rules/single-items.ts';
import { superfluousAfter } from './rules/superfluous-after.ts';
import { unboundedTokens } from './rules/unbounded-tokens.ts';
import { uncachedAi } from './rules/uncached-ai.ts';
import { unusedStep } from './rules/unused-step.ts';
import { wholeObject } from './rules/whole-object.ts';

/** All rules, in the order of the documentation. */
export const RULES: readonly Rule[] = [
  falseDependency,
  sequentialFetches,
  overGranular,
  largeCopy,
  wholeObject,
  singleItems,
  lateValidation,
  uncachedAi,
  unboundedTokens,
  largeModel,
  highTemperature,
  longPrompt,
  blobReadOnce,
  retryCannotHelp,
  superfluousAfter,
  unusedStep,
  noInputSchema,
  noTest,
  noPerformanceTest,
];

export const RULE_CODES: readonly string[] = RULES.map(({ code }) => code);
