import type { Ast, Closure } from './closure.ts';

/** What a part of an expression sees of the parts around it. */
export interface CompileContext {
  /** The variables that the expression has bound, each with its slot. */
  readonly locals: ReadonlyMap<string, number>;
  /** The slot of the item that is being tested, inside a filter. */
  readonly item: number | undefined;
}

/** Compiles the parts of one expression. */
export interface Compiler {
  /** Undefined for what is not in the subset. */
  compile(node: Ast, place: CompileContext): Closure | undefined;
  /** A place for a value while the expression is evaluated. */
  slot(): number;
}
