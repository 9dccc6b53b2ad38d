import type { Expression, Literal } from '../../../flow/expression.ts';
import { parseSlotKey } from '../../../protocol/invocation.ts';
import { escapeValue, secret } from '../../../protocol/markers.ts';
import { bytesOf } from '../../../runtime/spill/spill.ts';

/** Bytes of a marker that says what is missing, without the path. */
const MISSING_TEXT = 60;

/** The most bytes of an expression's value without the values it reads: what is written in the flow itself. */
export function fixedBytes(expression: Expression): number {
  switch (expression.kind) {
    case 'literal':
      return literalBytes(expression);
    case 'map':
      return expression.entries.reduce((sum, { key, value }) => sum + bytesOf(key) + 2 + fixedBytes(value), 2);
    case 'list':
      return expression.items.reduce((sum, item) => sum + 1 + fixedBytes(item), 2);
    case 'input':
      return MISSING_TEXT + bytesOf(expression.path.text);
    case 'step':
      return expression.onSkip === undefined ? 0 : bytesOf(escapeValue(expression.onSkip));
    case 'variable':
      return MISSING_TEXT + bytesOf(expression.name) + bytesOf(expression.path.text);
    case 'if':
      return Math.max(fixedBytes(expression.consequent), fixedBytes(expression.alternative));
    case 'coalesce':
      return Math.max(4, ...expression.items.map(fixedBytes));
  }
}

const literalBytes = ({ value, secret: path }: Literal): number =>
  bytesOf(path === undefined ? escapeValue(value) : secret(path));

/** Bytes of slots without their values: keys, tests, and which paths are missing. */
export const bytesOfKeys = (keys: readonly string[]): number =>
  keys.reduce((sum, key) => sum + bytesOf(key) + 2 + (holdsValue(key) ? bytesOf(key) + 1 : 5), 32);

/** Whether a slot holds a value, not a test of one. */
export const holdsValue = (key: string): boolean => parseSlotKey(key).test === undefined;
