import type { Expression } from '../../../flow/expression.ts';
import { alternativesOf, parseJoined, type Segment } from '../../../protocol/path.ts';

/**
 * Whether a path, as written, leads inside a value that an expression only refers to. The state machine can follow it there
 * only while the value is small: of a spilled value it has only the marker.
 */
export function pathEntersReference(expression: Expression, written: string): boolean {
  const path = parseJoined(written);
  return !('error' in path) && alternativesOf(path).some((way) => segmentsEnterReference(expression, way));
}

/** Whether segments of a path lead inside a value that an expression only refers to. */
export function segmentsEnterReference(expression: Expression, way: readonly Segment[]): boolean {
  const [first, ...rest] = way;
  if (first === undefined) return false;
  switch (expression.kind) {
    case 'literal':
      return false;
    case 'variable':
      return expression.given !== undefined;
    case 'map': {
      const entry = expression.entries.find(({ key }) => key === first);
      return entry !== undefined && segmentsEnterReference(entry.value, rest);
    }
    case 'list': {
      const item = typeof first === 'number' ? expression.items[first] : undefined;
      return item !== undefined && segmentsEnterReference(item, rest);
    }
    case 'if':
      return segmentsEnterReference(expression.consequent, way) || segmentsEnterReference(expression.alternative, way);
    case 'operation':
      return false;
    case 'coalesce':
      return expression.items.some((item) => segmentsEnterReference(item, way));
    case 'input':
    case 'step':
      return true;
  }
}
