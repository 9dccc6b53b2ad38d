import type { CoalesceExpression, Expression, IfExpression, VariableReference } from '../../lib/flow/expression.ts';
import type { Json } from '../../lib/protocol/json.ts';
import { combine, type Found, found, isTrue, MISSING } from './found.ts';
import { operate } from './operate.ts';
import { resultAt, valueAt } from './value-at.ts';

/** What expressions may read. */
export interface World {
  readonly input: Json;
  /** The variables that have a value. */
  readonly variables: { readonly [name: string]: Json };
  /** The result of a step; the first call runs the step. */
  readonly step: (id: string) => Promise<Found>;
}

/** Evaluates an expression: its parts concurrently, but of `$if` and `$coalesce` only what the language requires. */
export async function evaluate(expression: Expression, world: World): Promise<Found> {
  switch (expression.kind) {
    case 'literal':
      return found(expression.value);
    case 'list': {
      const items = combine(await Promise.all(expression.items.map((item) => evaluate(item, world))));
      return 'kind' in items ? items : found([...items]);
    }
    case 'map': {
      const values = combine(await Promise.all(expression.entries.map(({ value }) => evaluate(value, world))));
      return 'kind' in values
        ? values
        : found(Object.fromEntries(expression.entries.map(({ key }, at) => [key, values[at] ?? null])));
    }
    case 'input':
      return found(valueAt(world.input, expression.path.path));
    case 'step': {
      const result = await world.step(expression.step);
      if (result.kind === 'skipped' && expression.onSkip !== undefined) return found(expression.onSkip);
      return result.kind === 'value' ? found(resultAt(result.value, expression.path.path)) : result;
    }
    case 'variable':
      return variable(expression, world);
    case 'operation':
      return operate(expression, await Promise.all(expression.operands.map((operand) => evaluate(operand, world))));
    case 'if':
      return choose(expression, world);
    case 'coalesce':
      return first(expression, world);
  }
}

async function variable({ name, path, fallback }: VariableReference, world: World): Promise<Found> {
  const given = Object.hasOwn(world.variables, name) ? world.variables[name] : undefined;
  const part = given === undefined ? undefined : valueAt(given, path.path);
  if (part !== undefined) return found(part);
  return fallback ? evaluate(fallback, world) : MISSING;
}

async function choose({ condition, consequent, alternative }: IfExpression, world: World): Promise<Found> {
  const met = await evaluate(condition, world);
  if (met.kind === 'stopped' || met.kind === 'skipped' || met.kind === 'fault') return met;
  return evaluate(isTrue(met) ? consequent : alternative, world);
}

async function first({ items }: CoalesceExpression, world: World): Promise<Found> {
  for (const item of items) {
    const here = await evaluate(item, world);
    if (here.kind === 'stopped' || here.kind === 'fault' || (here.kind === 'value' && here.value !== null)) return here;
  }
  return found(null);
}
