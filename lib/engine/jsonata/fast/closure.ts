import type { Environment } from '../expression.ts';
import type { Ast } from './ast.ts';

/**
 * A compiled part of an expression: returns its value, or undefined if it has none. `locals` has the variables that the
 * expression binds itself, by slot. Throws {@link BAIL_OUT} if only the package can evaluate it.
 */
export type Closure = (environment: Environment, locals: unknown[]) => unknown;

/** Thrown by a closure for a value that it cannot handle, such as a list in the middle of a path. */
export const BAIL_OUT: unique symbol = Symbol('left to the package');

/** Leaves the evaluation to the package. */
export function bailOut(): never {
  throw BAIL_OUT;
}

/** What the enclosing parts of an expression provide to a part. */
export interface CompileContext {
  /** The slots of the variables that the expression has bound. */
  readonly slots: ReadonlyMap<string, number>;
  /** The regular expressions of those that it has bound to one: they are no values, and only a call may use them. */
  readonly regexes: ReadonlyMap<string, RegExp>;
  /** The slot of the item that is being tested, inside a filter. */
  readonly itemSlot: number | undefined;
}

/** A context in which a variable has a slot. */
export function withSlot({ slots, regexes, ...context }: CompileContext, name: string, slot: number): CompileContext {
  const others = regexes.has(name) ? new Map([...regexes].filter(([other]) => other !== name)) : regexes;
  return { ...context, slots: new Map(slots).set(name, slot), regexes: others };
}

/** Compiles the parts of one expression. */
export interface Compiler {
  /** Undefined for a node outside the subset. */
  compile(node: Ast, context: CompileContext): Closure | undefined;
  /** Reserves a slot for a local variable. */
  newSlot(): number;
}

/** Whether all parts could be compiled. */
export const allDefined = <T>(list: readonly (T | undefined)[] | undefined): list is readonly T[] =>
  list?.every((one) => one !== undefined) ?? false;
