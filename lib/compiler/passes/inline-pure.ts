import { type Expression, mapChildren } from '../../flow/expression.ts';
import type { FlowPass } from './pass.ts';
import { pureValueOf } from './pure-value.ts';
import { type InliningRule, StepInliner } from './step-inliner.ts';

const NAME = 'inline-pure';

const rule: InliningRule = {
  name: NAME,
  valueOf: (step, { workFinder }) => {
    const pure = pureValueOf(step);
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
