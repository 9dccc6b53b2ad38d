import { builtinOf } from '../../compiler/analyse/builtins.ts';
import { pureValueOf } from '../../compiler/passes/pure-value.ts';
import type { ErrorCode } from '../../protocol/errors.ts';
import type { Rule } from '../rule.ts';

/** Failures that the same input always has. */
const CERTAIN: ReadonlySet<ErrorCode> = new Set(['INVALID_INPUT', 'EXPRESSION_FAILURE', 'COMPONENT_NOT_FOUND']);

export const retryCannotHelp: Rule = {
  code: 'retry-cannot-help',
  severity: 'warning',
  finds: 'a retry of what fails again in each attempt',
  guide: 'Choose Appropriate Components',
  why: 'Throttling and faults of the service are retried in any case; the same input that is wrong stays wrong.',
  find: (linted) =>
    linted.flow.steps.flatMap((step) => {
      const { onError } = step;
      if (onError.action !== 'retry') return [];
      const on = onError.on ?? [];
      const isCertain = on.length > 0 && on.every((code) => CERTAIN.has(code));
      const isPure = !linted.isReplaced(step) && (pureValueOf(step) !== undefined || builtinOf(step) === 'sleep');
      if (!isCertain && !isPure) return [];
      return [
        {
          span: step.idSpan,
          step: step.id,
          message: isCertain
            ? `Step "${step.id}" is retried only after ${on.join(' and ')}, which the same input gives each time`
            : `Step "${step.id}" gives the same for the same input each time, also when it is retried`,
          help: 'Remove onError, or give a value instead with { action: useDefault, defaultValue: … }.',
        },
      ];
    }),
};
