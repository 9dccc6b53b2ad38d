import type { Expression } from '../../flow/expression.ts';
import type { Json } from '../../protocol/json.ts';

/** A text that is the same for expressions that say the same, wherever in the flow they stand. */
export const keyOf = (expression: Expression): string => JSON.stringify(essence(expression));

function essence(expression: Expression): Json {
  switch (expression.kind) {
    case 'literal':
      return [0, expression.secret ?? null, expression.value];
    case 'map':
      return [1, ...expression.entries.map(({ key, value }): Json => [key, essence(value)])];
    case 'list':
      return [2, ...expression.items.map(essence)];
    case 'input':
      return [3, expression.path.text];
    case 'step':
      return [
        4,
        expression.step,
        expression.path.text,
        ...(expression.onSkip === undefined ? [] : [expression.onSkip]),
      ];
    case 'variable':
      return [5, expression.name, expression.path.text, expression.fallback ? essence(expression.fallback) : null];
    case 'if':
      return [6, ...[expression.condition, expression.consequent, expression.alternative].map(essence)];
    case 'coalesce':
      return [7, ...expression.items.map(essence)];
  }
}
