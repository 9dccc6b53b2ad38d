import { allWithin, type Expression, mapChildren } from '../../flow/expression.ts';
import { mayFault } from '../../protocol/operators.ts';
import type { FlowPass } from './pass.ts';
import { pureValueOf } from './pure-value.ts';
import { type InliningRule, StepInliner } from './step-inliner.ts';

const NAME = 'inline-pure';

const rule: InliningRule = {
  name: NAME,
  valueOf: (step, { workFinder }) => {
    const pure = pureValueOf(step);
    // Its readers would fail in its place, or not at all.
    if (pure && allWithin(pure.value).some(hasFaults)) return undefined;
    const work = pure && workFinder.find(step, pure);
    if (!work) return undefined;
    const value = guaranteed(pure.value);
    return { value, work, input: pure.value === step.input ? value : step.input };
  },
};

/** Inlines pure steps: their results are expressions of what they read, so that they need neither a state nor a function. */
export const inlinePure: FlowPass<'inline-pure'> = {
  rewrites: 'flow',
  name: NAME,
  title: 'pure steps are replaced by expressions in their readers',
  rewrite: (context) => {
    const rewritten = new StepInliner(context, rule).rewrite();
    return rewritten.absorbed.length > 0 ? rewritten : undefined;
  },
};

/** Whether an expression is an operation that may fail, or be missing. */
const hasFaults = (expression: Expression): boolean =>
  expression.kind === 'operation' &&
  expression.operator !== 'coalesce' &&
  (expression.operator === 'operands' || mayFault(expression.operator));

/**
 * Marks the references that an expression always evaluates as guaranteed: the attached work has checked them before
 * anything reads the expression.
 */
function guaranteed(expression: Expression): Expression {
  if (expression.kind === 'step' || expression.kind === 'input') {
    return { ...expression, path: { ...expression.path, guaranteed: true } };
  }
  return mapChildren(expression, (child, role) => (role === 'part' ? guaranteed(child) : child));
}
