import { type Expression, mapChildren } from '../../flow/expression.ts';
import { Absorber, type Absorption } from './absorber.ts';
import type { FlowPass } from './pass.ts';
import { pureValueOf } from './pure-value.ts';

const NAME = 'inline-pure';

const absorption: Absorption = {
  name: NAME,
  valueOf: (step, { needs: finder }) => {
    const pure = pureValueOf(step);
    const needs = pure && finder.find(step, pure);
    if (!needs) return undefined;
    const value = sure(pure.value);
    return { value, needs, input: pure.value === step.input ? value : step.input };
  },
};

/** Steps whose result is a mere expression of what they read need no function: their readers read that themselves. */
export const inlinePure: FlowPass<'inline-pure'> = {
  rewrites: 'flow',
  name: NAME,
  title: 'steps that only pick out or put together are read straight from what they read',
  rewrite: (context) => {
    const rewritten = new Absorber(context, absorption).rewrite();
    return rewritten.absorbed.length > 0 ? rewritten : undefined;
  },
};

/**
 * An expression of which it has been found out, before anyone reads it, that nothing is missing that must be there: what
 * it reads whatever the case.
 */
function sure(expression: Expression): Expression {
  if (expression.kind === 'step' || expression.kind === 'input') {
    return { ...expression, path: { ...expression.path, sure: true } };
  }
  return mapChildren(expression, (child, role) => (role === 'part' ? sure(child) : child));
}
