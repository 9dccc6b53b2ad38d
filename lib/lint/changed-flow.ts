import { withPreceding } from '../compiler/passes/preceding.ts';
import type { Expression, MapExpression } from '../flow/expression.ts';
import { mapChildren } from '../flow/expression.ts';
import { type Flow, mapFlow, type Step } from '../flow/flow.ts';

/** A flow with another step of the same id in place of one. */
export const withStep = (flow: Flow, id: string, change: (step: Step) => Step): Flow => ({
  ...flow,
  steps: flow.steps.map((step) => (step.id === id ? change(step) : step)),
});

/** A flow without some steps, which nothing comes after any more. */
export const withoutSteps = (flow: Flow, ids: ReadonlySet<string>): Flow => ({
  ...flow,
  steps: flow.steps
    .filter(({ id }) => !ids.has(id))
    .map((step) => withPreceding(step, (id) => (ids.has(id) ? [] : [id]))),
});

/** A step without the item of its `after` at an index. */
export function withoutAfter({ after = [], ...step }: Step, at: number): Step {
  const left = after.filter((_, index) => index !== at);
  return left.length > 0 ? { ...step, after: left } : step;
}

type Keys = readonly (string | number)[];
type Entry = MapExpression['entries'][number];

/** A step without the value at `keys` of its input. */
export const withoutInput = (step: Step, keys: Keys): Step => withEntry(step, keys, () => []);

/** A step with another value at `keys` of its input, and under another key where one is given. */
export const withInput = (step: Step, keys: Keys, value: Expression, key?: string): Step => {
  if (keys.length === 0) return { ...step, input: value };
  return withEntry(step, keys, (entry) => [{ ...entry, ...(key !== undefined && { key }), value }], value);
};

/** A step with other entries in place of the one at `keys` of its input; `item` is what takes the place of a list's. */
const withEntry = (
  step: Step,
  keys: Keys,
  change: (entry: Entry) => readonly Entry[],
  item: Expression | undefined = undefined,
): Step => ({ ...step, input: changedAt(step.input, keys, { change, item }) });

interface Change {
  readonly change: (entry: Entry) => readonly Entry[];
  /** Undefined: the items of lists stay. */
  readonly item: Expression | undefined;
}

function changedAt(expression: Expression, [key, ...rest]: Keys, by: Change): Expression {
  const isLast = rest.length === 0;
  if (expression.kind === 'list') {
    const changed = (item: Expression): Expression => (isLast ? (by.item ?? item) : changedAt(item, rest, by));
    return { ...expression, items: expression.items.map((item, at) => (at === key ? changed(item) : item)) };
  }
  if (expression.kind !== 'map') return expression;
  const entries = expression.entries.flatMap((entry) => {
    if (entry.key !== key) return [entry];
    return isLast ? by.change(entry) : [{ ...entry, value: changedAt(entry.value, rest, by) }];
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

/** A flow in which `change` has replaced expressions, the inner ones first. */
export const withExpressions = (flow: Flow, change: (expression: Expression) => Expression): Flow => {
  const all = (expression: Expression): Expression => change(mapChildren(expression, all));
  return mapFlow(flow, all);
};

/** A flow as if a step did not run: what a hit of the cache saves, or a refused input. */
export const withoutRunning = (flow: Flow, id: string): Flow =>
  withStep(flow, id, (step) => ({ ...step, skipIf: { kind: 'literal', value: true, span: step.idSpan } }));
