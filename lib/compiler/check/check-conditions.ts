import type { Expression } from '../../flow/expression.ts';
import { describeType } from './describe-type.ts';
import type { Scope } from './scope.ts';
import { truthOf } from './truth-of.ts';
import { conditionsIn } from './walk.ts';

/** Reports each condition that is true in every run, or false in every run, and each that is written as a list. */
export function checkConditions(scope: Scope): void {
  for (const { condition, of, written } of conditionsIn(scope.flow)) {
    if (written === '$ne' || saysItself(condition)) continue;
    if (isList(condition)) {
      scope.report('list-condition', { of: written }, condition.span);
      continue;
    }
    const truth = truthOf(condition, of, scope);
    if (truth.possible.size !== 1) continue;
    const code = truth.possible.has(true) ? 'always-true' : 'never-true';
    const found = truth.missing ? 'always missing' : describeType(truth.variants);
    scope.report(code, { of: written, found }, condition.span);
  }
}

/** Whether what is certain of a condition is reported of an operator in it: of a comparison, or of an operand of `$and`. */
const saysItself = (condition: Expression): boolean =>
  condition.kind === 'if'
    ? condition.written !== undefined
    : condition.kind === 'operation' && condition.operator !== 'length' && condition.operator !== 'concat';

const isList = (condition: Expression): boolean =>
  condition.kind === 'list' || (condition.kind === 'literal' && Array.isArray(condition.value));
