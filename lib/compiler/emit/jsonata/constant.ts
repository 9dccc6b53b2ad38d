import type { Json } from '../../../protocol/json.ts';
import { heightOf } from './height.ts';
import { constant, type Jsonata, jsonata, quote } from './syntax.ts';

/** The levels of a constant up to which it is written as one; JSONata evaluates each level of a literal. */
const CONSTANT_HEIGHT = 24;

/** A JSON value in JSONata, however deep it is. */
export function flatConstant(value: Json): Jsonata {
  const text = constant(value);
  const isDeep = typeof value === 'object' && heightOf(text) > CONSTANT_HEIGHT;
  return isDeep ? jsonata`$parse(${quote(text)})` : text;
}
