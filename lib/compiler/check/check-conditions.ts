import { describeType } from './describe-type.ts';
import type { Scope } from './scope.ts';
import { truthOf } from './truth-of.ts';
import { conditionsIn } from './walk.ts';

/** Reports each condition that is true in every run, or false in every run. */
export function checkConditions(scope: Scope): void {
  for (const { condition, of } of conditionsIn(scope.flow)) {
    const truth = truthOf(condition, of, scope);
    if (truth.possible.size !== 1) continue;
    const code = truth.possible.has(true) ? 'always-true' : 'never-true';
    scope.report(code, { of, found: truth.missing ? 'always missing' : describeType(truth.variants) }, condition.span);
  }
}
