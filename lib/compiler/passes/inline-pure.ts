import { type Expression, mapChildren } from '../../flow/expression.ts';
import type { FlowPass } from './pass.ts';
import { pureValueOf } from './pure-value.ts';
import { type InliningRule, StepInliner } from './step-inliner.ts';

const NAME = 'inline-pure';

const absorption: InliningRule = {
  name: NAME,
  valueOf: (step, { workFinder: finder }) => {
    const pure = pureValueOf(step);
    const needs = pure && finder.find(step, pure);
    if (!needs) return undefined;
    const value = guaranteed(pure.value);
    return { value, work: needs, input: pure.value === step.input ? value : step.input };
  },
};

/** Steps whose result is a mere expression of what they read need no function: their readers read that themselves. */
export const inlinePure: FlowPass<'inline-pure'> = {
  rewrites: 'flow',
  name: NAME,
  title: 'steps that only pick out or put together are read straight from what they read',
  rewrite: (context) => {
    const rewritten = new StepInliner(context, absorption).rewrite();
    return rewritten.absorbed.length > 0 ? rewritten : undefined;
  },
};

/**
 * An expression of which it has been found out, before anyone reads it, that nothing is missing that must be there: what
 * it reads whatever the case.
 */
function guaranteed(expression: Expression): Expression {
  if (expression.kind === 'step' || expression.kind === 'input') {
    return { ...expression, path: { ...expression.path, guaranteed: true } };
  }
  return mapChildren(expression, (child, role) => (role === 'part' ? guaranteed(child) : child));
}
