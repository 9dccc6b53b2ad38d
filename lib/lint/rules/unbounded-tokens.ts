import { fieldsOf, inputField } from '../../compiler/analyse/builtins.ts';
import { aiSteps, isModelCall } from '../ai-steps.ts';
import type { Rule } from '../rule.ts';
import { takingOf } from '../schemas.ts';

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
      .filter((step) => LIMITS.every((name) => inputField(step, name) === undefined))
      .filter((step) => LIMITS.some((name) => takingOf(linted.schemasOf(step).input, [name]) !== 'not taken'))
      .map((step) => ({
        span: step.idSpan,
        step: step.id,
        message: `The answer of "${step.id}" may be as long as the model likes`,
        help: 'Add max_tokens to its input, such as max_tokens: 150.',
      })),
};
