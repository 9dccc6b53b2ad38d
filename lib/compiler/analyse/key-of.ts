import type { Expression } from '../../flow/expression.ts';
import type { Json } from '../../protocol/json.ts';
import { variablePaths } from './given-variables.ts';

/** A key that is equal for expressions of equal structure, whatever their positions. */
export const keyOf = (expression: Expression): string => JSON.stringify(structureOf(expression));

function structureOf(expression: Expression): Json {
  switch (expression.kind) {
    case 'literal':
      return [0, expression.secret ?? null, expression.value];
    case 'map':
      return [1, ...expression.entries.map(({ key, value }): Json => [key, structureOf(value)])];
    case 'list':
      return [2, ...expression.items.map(structureOf)];
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
      return [
        5,
        ...variablePaths(expression),
        expression.given ?? null,
        expression.fallback ? structureOf(expression.fallback) : null,
      ];
    case 'if':
      return [6, ...[expression.condition, expression.consequent, expression.alternative].map(structureOf)];
    case 'coalesce':
      return [7, ...expression.items.map(structureOf)];
    case 'operation':
      return [8, expression.operator, ...expression.operands.map(structureOf)];
  }
}
