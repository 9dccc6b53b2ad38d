import { isObject, type Json } from '../../protocol/json.ts';
import type { Step } from './path-steps.ts';

/** The values that some steps lead to from a value, in the order of the document. */
export function select(value: Json, steps: readonly Step[]): readonly Json[] {
  let found: readonly Json[] = [value];
  for (const step of steps) found = found.flatMap((from) => (step.deep ? takeDeep(from, step) : take(from, step)));
  return found;
}

/** The values that a step leads to from a value and all values below it. */
function takeDeep(value: Json, step: Step): readonly Json[] {
  const parts = withAllBelow(value);
  // Each is tested itself, so those in lists are not tested as items again.
  return parts.flatMap((part) => (step.kind === 'filter' && Array.isArray(part) ? [] : take(part, step)));
}

/** A value and all values below it, each before those below it. Without recursion, because a value may be deep. */
function withAllBelow(value: Json): readonly Json[] {
  const found: Json[] = [];
  const waiting: Json[] = [value];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    found.push(next);
    if (typeof next === 'object' && next !== null) for (const part of Object.values(next).reverse()) waiting.push(part);
  }
  return found;
}

/** The values that one step leads to. */
function take(value: Json, step: Step): readonly Json[] {
  switch (step.kind) {
    case 'names':
      return step.names.flatMap((name) => fieldOf(value, name));
    case 'indices':
      return Array.isArray(value) ? step.indices.flatMap((index) => itemOf(value, index)) : [];
    case 'slice':
      return Array.isArray(value) ? value.slice(step.from, step.to).filter((_, index) => index % step.by === 0) : [];
    case 'wildcard':
      return typeof value === 'object' && value !== null ? Object.values(value) : [];
    case 'filter':
      return (Array.isArray(value) ? value : [value]).filter((item) => isObject(item) && step.test(item));
  }
}

const fieldOf = (value: Json, name: string): readonly Json[] =>
  isObject(value) && Object.hasOwn(value, name) ? [value[name] ?? null] : [];

/** The item at an index, which counts from the end if it is negative. */
function itemOf(list: readonly Json[], index: number): readonly Json[] {
  const item = list.at(index);
  return item === undefined ? [] : [item];
}
