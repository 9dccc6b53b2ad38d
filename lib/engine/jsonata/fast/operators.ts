import { bailOut, type Closure } from './closure.ts';
import { equal, toBoolean } from './values.ts';

/** The binary operators: each compiles to a closure from those of its operands. */
export const OPERATORS: Readonly<Record<string, (left: Closure, right: Closure) => Closure>> = {
  and: (left, right) => (environment, locals) =>
    toBoolean(left(environment, locals)) === true && toBoolean(right(environment, locals)) === true,
  or: (left, right) => (environment, locals) =>
    toBoolean(left(environment, locals)) === true || toBoolean(right(environment, locals)) === true,
  '=': (left, right) => strict(left, right, (a, b) => a !== undefined && b !== undefined && equal(a, b)),
  '!=': (left, right) => strict(left, right, (a, b) => a !== undefined && b !== undefined && !equal(a, b)),
  in: (left, right) => strict(left, right, isIn),
  '&': (left, right) => strict(left, right, (a, b) => textOf(a) + textOf(b)),
  '<': (left, right) =>
    strict(
      left,
      right,
      ordered((a, b) => a < b),
    ),
  '<=': (left, right) =>
    strict(
      left,
      right,
      ordered((a, b) => a <= b),
    ),
  '>': (left, right) =>
    strict(
      left,
      right,
      ordered((a, b) => a > b),
    ),
  '>=': (left, right) =>
    strict(
      left,
      right,
      ordered((a, b) => a >= b),
    ),
  '+': (left, right) =>
    strict(
      left,
      right,
      arithmetic((a, b) => a + b),
    ),
  '-': (left, right) =>
    strict(
      left,
      right,
      arithmetic((a, b) => a - b),
    ),
  '*': (left, right) =>
    strict(
      left,
      right,
      arithmetic((a, b) => a * b),
    ),
};

type Operation = (a: unknown, b: unknown) => unknown;

const strict =
  (left: Closure, right: Closure, operation: Operation): Closure =>
  (environment, locals) =>
    operation(left(environment, locals), right(environment, locals));

function isIn(a: unknown, list: unknown): boolean {
  if (a === undefined || list === undefined) return false;
  return Array.isArray(list) ? list.some((one) => one === a) : list === a;
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === undefined ? '' : bailOut();
}

/** Both operands must be numbers, or both strings; the package handles all others, and their errors. */
const ordered =
  (compare: (a: number | string, b: number | string) => boolean): Operation =>
  (a, b) => {
    if (typeof a === 'number' && typeof b === 'number') return compare(a, b);
    return typeof a === 'string' && typeof b === 'string' ? compare(a, b) : bailOut();
  };

const arithmetic =
  (compute: (a: number, b: number) => number): Operation =>
  (a, b) => {
    if (typeof a !== 'number' || typeof b !== 'number') return bailOut();
    const value = compute(a, b);
    // JSON has no -0.
    return Number.isFinite(value) ? value + 0 : bailOut();
  };
