import type { Expression } from '../../flow/expression.ts';

/** Characters of a value that is written out which count as much as one reference. */
const CHARACTERS = 64;

/** How much an expression takes in a definition, in about as many references. */
export function sizeOf(expression: Expression): number {
  const all = (parts: readonly Expression[]): number => parts.reduce((sum, part) => sum + sizeOf(part), 0);
  switch (expression.kind) {
    case 'literal':
      return Math.ceil(JSON.stringify(expression.value).length / CHARACTERS);
    case 'map':
      return all(expression.entries.map(({ value }) => value));
    case 'list':
    case 'coalesce':
      return all(expression.items);
    case 'if':
      return all([expression.condition, expression.consequent, expression.alternative]);
    default:
      return 1;
  }
}
