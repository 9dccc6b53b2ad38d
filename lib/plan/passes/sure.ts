import type { Expression } from '../../flow/expression.ts';

/**
 * An expression of which it has been found out, before anyone reads it, that nothing is missing that must be there: what
 * it reads whatever the case.
 */
export function sure(expression: Expression): Expression {
  switch (expression.kind) {
    case 'step':
    case 'input':
      return { ...expression, path: { ...expression.path, sure: true } };
    case 'map':
      return { ...expression, entries: expression.entries.map((entry) => ({ ...entry, value: sure(entry.value) })) };
    case 'list':
      return { ...expression, items: expression.items.map(sure) };
    default:
      return expression;
  }
}
