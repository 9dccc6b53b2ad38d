import type { Expression, MapExpression } from '../flow/expression.ts';
import { mapChildren } from '../flow/expression.ts';
import { type Flow, mapFlow, type Step } from '../flow/flow.ts';

/** A flow with another step of the same id in place of one. */
export const withStep = (flow: Flow, id: string, change: (step: Step) => Step): Flow => ({
  ...flow,
  steps: flow.steps.map((step) => (step.id === id ? change(step) : step)),
});

/** A flow without some steps. */
export const withoutSteps = (flow: Flow, ids: ReadonlySet<string>): Flow => ({
  ...flow,
  steps: flow.steps.filter(({ id }) => !ids.has(id)),
});

/** A step without the value at `keys` of its input. */
export const withoutInput = (step: Step, keys: readonly (string | number)[]): Step => ({
  ...step,
  input: withoutKey(step.input, keys),
});

function withoutKey(expression: Expression, [key, ...rest]: readonly (string | number)[]): Expression {
  if (expression.kind === 'list')
    return {
      ...expression,
      items: expression.items.map((item, at) => (at === key ? withoutKey(item, rest) : item)),
    };
  if (expression.kind !== 'map') return expression;
  const entries = expression.entries.flatMap((entry) => {
    if (entry.key !== key) return [entry];
    return rest.length === 0 ? [] : [{ ...entry, value: withoutKey(entry.value, rest) }];
  });
  // A map without expressions is a literal.
  if (entries.every(({ value }) => value.kind === 'literal')) return literalOf(expression, entries);
  return { ...expression, entries };
}

const literalOf = ({ span }: MapExpression, entries: MapExpression['entries']): Expression => ({
  kind: 'literal',
  value: Object.fromEntries(entries.map(({ key, value }) => [key, value.kind === 'literal' ? value.value : null])),
  entries,
  span,
});

/** A step with another value at `keys` of its input. */
export const withInput = (step: Step, keys: readonly (string | number)[], value: Expression): Step => ({
  ...step,
  input: withValue(step.input, keys, value),
});

function withValue(
  expression: Expression,
  [key, ...rest]: readonly (string | number)[],
  value: Expression,
): Expression {
  if (key === undefined) return value;
  if (expression.kind === 'list')
    return {
      ...expression,
      items: expression.items.map((item, at) => (at === key ? withValue(item, rest, value) : item)),
    };
  if (expression.kind !== 'map') return expression;
  const entries = expression.entries.map((entry) =>
    entry.key === key ? { ...entry, value: withValue(entry.value, rest, value) } : entry,
  );
  return { ...expression, entries };
}

/** A flow in which `change` has replaced expressions, the inner ones first. */
export const withExpressions = (flow: Flow, change: (expression: Expression) => Expression): Flow => {
  const all = (expression: Expression): Expression => change(mapChildren(expression, all));
  return mapFlow(flow, all);
};

/** A flow as if a step did not run: what a hit of the cache saves, or a refused input. */
export const withoutRunning = (flow: Flow, id: string): Flow =>
  withStep(flow, id, (step) => ({ ...step, skipIf: { kind: 'literal', value: true, span: step.idSpan } }));
