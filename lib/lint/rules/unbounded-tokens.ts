import { fieldsOf } from '../../compiler/analyse/builtins.ts';
import { aiSteps, isModelCall, namesIn } from '../ai-steps.ts';
import type { Rule } from '../rule.ts';

/** The names that providers have for a limit, at the top or among further settings. */
const LIMITS = ['max_tokens', 'max_completion_tokens', 'max_output_tokens', 'maxTokens', 'maxOutputTokens'];

export const unboundedTokens: Rule = {
  code: 'unbounded-tokens',
  severity: 'warning',
  finds: 'a call of a language model that does not limit its answer',
  guide: 'Prompt Optimization',
  why: 'The length of an answer decides how long the call takes and what it costs.',
  find: (linted) =>
    aiSteps(linted)
      .filter((step) => isModelCall(step) && fieldsOf(step.input) !== undefined)
      .filter((step) => !namesIn(step.input).some((name) => LIMITS.includes(name)))
      .filter((step) => LIMITS.some((name) => linted.takingOf(step, [name]) !== 'not taken'))
      .map((step) => ({
        span: step.idSpan,
        step: step.id,
        message: `The answer of "${step.id}" may be as long as the model likes`,
        help: 'Add max_tokens to its input, such as max_tokens: 150.',
      })),
};
