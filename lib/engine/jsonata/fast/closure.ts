import type { Environment } from '../expression.ts';
import type { Ast } from './ast.ts';

/**
 * A part of an expression, compiled: gives its value, or undefined where it has none. `locals` holds the variables that
 * the expression itself binds. Throws {@link BAIL_OUT} where only the package knows the answer.
 */
export type Closure = (environment: Environment, locals: unknown[]) => unknown;

/** Thrown by a closure that meets a value it has no rule for, such as a list in the middle of a path. */
export const BAIL_OUT: unique symbol = Symbol('left to the package');

/** Leaves the expression to the package. */
export function bailOut(): never {
  throw BAIL_OUT;
}

/** What a part of an expression sees of the parts around it. */
export interface CompileContext {
  /** The variables that the expression has bound, each with its slot. */
  readonly slots: ReadonlyMap<string, number>;
  /** The slot of the item that is being tested, inside a filter. */
  readonly itemSlot: number | undefined;
}

/** Compiles the parts of one expression. */
export interface Compiler {
  /** Undefined for what is not in the subset. */
  compile(node: Ast, context: CompileContext): Closure | undefined;
  /** A place for a value while the expression is evaluated. */
  newSlot(): number;
}

/** Whether all parts could be compiled. */
export const allDefined = <T>(list: readonly (T | undefined)[] | undefined): list is readonly T[] =>
  list?.every((one) => one !== undefined) ?? false;
