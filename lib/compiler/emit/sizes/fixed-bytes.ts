import type { Expression, Literal } from '../../../flow/expression.ts';
import { parseSlotKey } from '../../../protocol/invocation.ts';
import { escapeValue, secret } from '../../../protocol/markers.ts';
import { isSmallOperation } from '../../../protocol/operation.ts';
import { parseJoined } from '../../../protocol/path.ts';
import { bytesOf } from '../../../runtime/spill/spill.ts';
import { mayFail, mayMiss } from '../../analyse/operation-faults.ts';

/** Bytes of a marker that says what is missing, without the path. */
const MISSING_TEXT = 60;

/** Bytes of the marker of an operation, without its operands; what the operation gives, its constants included, takes no more. */
const MARKER_OF_OPERATION = 32;

/** The most bytes of what an operation gives that is neither text nor a whole value: an outline, or the marker of a fault. */
const SMALL = 200;

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
      if (isSmallOperation(expression.path.text)) return SMALL;
      // The text of an operation has its constants.
      return MISSING_TEXT + bytesOf(expression.path.text);
    case 'operation':
      return expression.operands.reduce((sum, operand) => sum + 1 + fixedBytes(operand), MARKER_OF_OPERATION);
    case 'step':
      if (isSmallOperation(expression.path.text)) return SMALL;
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
  keys.reduce((sum, key) => sum + bytesOf(key) + 2 + bytesOfSlot(key), 32);

function bytesOfSlot(key: string): number {
  if (holdsValue(key)) return bytesOf(key) + 1;
  return parseSlotKey(key).test || isBoolean(key) ? 5 : SMALL + bytesOf(key);
}

/** Whether the slot of an operation has true or false in any case. */
function isBoolean(key: string): boolean {
  const path = parseJoined(key);
  const operation = 'error' in path ? undefined : path.operation;
  return operation?.operator === 'eq' && !mayFail(operation) && !mayMiss(operation);
}

/** Whether a slot holds a value that may be large: not a test of one, nor what an operation makes of it. */
export const holdsValue = (key: string): boolean => parseSlotKey(key).test === undefined && !isSmallOperation(key);
