import { type Expression, forEachChild, literal, mapChildren } from '../../flow/expression.ts';
import { afterOf, expressionsOf, type Flow, mapStep, type Step } from '../../flow/flow.ts';
import { ownValues } from '../analyse/variables.ts';
import type { Scope } from './scope.ts';
import { truthOf } from './truth-of.ts';

/**
 * The part of a flow that some run may evaluate: without steps that never run, arms that are never taken, items of a
 * `$coalesce` after one that is always there, and defaults of variables that have a value. What is wrong there fails no run.
 */
export function liveFlow(scope: Scope): Flow {
  const { flow } = scope;
  const skipped = skippedSteps(scope);
  const live = (expression: Expression): Expression => liveExpression(expression, scope, skipped);
  const steps = flow.steps.filter(({ id }) => !skipped.has(id)).map((step) => mapStep(step, live));
  const output = flow.output && live(flow.output);
  if (!output) return { ...flow, steps };
  const wanted = flow.evaluation === 'lazy' ? wantedSteps(steps, output) : undefined;
  const { output: _, ...rest } = flow;
  return {
    ...rest,
    steps: steps.filter(({ id }) => !wanted || wanted.has(id)),
    ...(!readsOneOf(output, skipped) && { output }),
  };
}

function liveExpression(expression: Expression, scope: Scope, skipped: ReadonlySet<string>): Expression {
  const inside = (one: Expression): Expression => liveExpression(one, scope, skipped);
  switch (expression.kind) {
    case 'step':
      if (!skipped.has(expression.step) || expression.onSkip === undefined) return expression;
      return literal(expression.onSkip, expression.span);
    case 'if': {
      const { possible } = truthOf(expression.condition, '$if', scope);
      if (possible.size !== 1) return mapChildren(expression, inside);
      const arm = inside(possible.has(true) ? expression.consequent : expression.alternative);
      return { ...expression, condition: inside(expression.condition), consequent: arm, alternative: arm };
    }
    case 'coalesce': {
      const last = expression.items.findIndex((item) => isSure(item, 'present', scope));
      const items = last < 0 ? expression.items : expression.items.slice(0, last + 1);
      return { ...expression, items: items.map(inside) };
    }
    case 'variable': {
      const { fallback, ...reference } = expression;
      const whole = expression.path.path.segments.length === 0;
      if (fallback && whole && Object.hasOwn(ownValues(scope.flow), expression.name)) return reference;
      return mapChildren(expression, inside);
    }
    default:
      return mapChildren(expression, inside);
  }
}

function isSure(expression: Expression, test: 'skipIf' | 'present', scope: Scope): boolean {
  const { possible } = truthOf(expression, test, scope);
  return possible.size === 1 && possible.has(true);
}

/** The steps that every run skips: by their own `skipIf`, or because they read a step that is skipped. */
function skippedSteps(scope: Scope): ReadonlySet<string> {
  const { steps } = scope.flow;
  const skipped = new Set(steps.filter(({ skipIf }) => skipIf && isSure(skipIf, 'skipIf', scope)).map(({ id }) => id));
  for (let before = -1; before !== skipped.size; ) {
    before = skipped.size;
    for (const { id, input } of steps) if (readsOneOf(input, skipped)) skipped.add(id);
  }
  return skipped;
}

/** Whether an expression reads a step of these whenever it is evaluated, and has no value without it. */
function readsOneOf(expression: Expression, skipped: ReadonlySet<string>): boolean {
  if (skipped.size === 0) return false;
  if (expression.kind === 'step') return skipped.has(expression.step) && expression.onSkip === undefined;
  let reads = false;
  forEachChild(expression, (child, role) => {
    reads ||= role === 'part' && readsOneOf(child, skipped);
  });
  return reads;
}

/** The steps that a lazy flow runs. */
function wantedSteps(steps: readonly Step[], output: Expression): ReadonlySet<string> {
  const byId = new Map(steps.map((step) => [step.id, step]));
  const wanted = new Set<string>();
  const pending: Expression[] = [output];
  const want = (first: Step): void => {
    const open = [first];
    for (let step = open.pop(); step; step = open.pop()) {
      if (wanted.has(step.id)) continue;
      wanted.add(step.id);
      pending.push(...expressionsOf(step));
      open.push(...afterOf(step).flatMap((id) => byId.get(id) ?? []));
    }
  };
  for (const step of steps) if (step.mustExecute) want(step);
  for (let next = pending.pop(); next; next = pending.pop()) {
    const read = next.kind === 'step' ? byId.get(next.step) : undefined;
    if (read) want(read);
    forEachChild(next, (child) => pending.push(child));
  }
  return wanted;
}
