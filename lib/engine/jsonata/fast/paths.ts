import { type Ast, childOf, childrenOf, hasOnly } from './ast.ts';
import { bailOut, type Closure, type CompileContext, type Compiler } from './closure.ts';
import { field, item, toBoolean } from './values.ts';

/** A path from a variable: each step is a field with optional indices and filters. */
export function compilePath(compiler: Compiler, node: Ast, context: CompileContext): Closure | undefined {
  const [first, ...steps] = childrenOf(node, 'steps') ?? [];
  if (first === undefined || !hasOnly(node, 'steps')) return undefined;
  let closure = firstStep(compiler, first, context);
  for (const step of steps) closure = closure && fieldStep(compiler, closure, step, context);
  return closure;
}

/** The first step: a variable or, in a filter, a field of the item. Any other step would have its own context value. */
function firstStep(compiler: Compiler, step: Ast, context: CompileContext): Closure | undefined {
  if (step.type === 'variable') return compiler.compile(step, context);
  const slot = context.itemSlot;
  return slot === undefined ? undefined : fieldStep(compiler, (_, locals) => locals[slot], step, context);
}

function fieldStep(compiler: Compiler, from: Closure, step: Ast, context: CompileContext): Closure | undefined {
  const name = step.value;
  if (step.type !== 'name' || typeof name !== 'string' || !hasOnly(step, 'stages')) return undefined;
  const read: Closure = (environment, locals) => field(from(environment, locals), name);
  return withStages(compiler, read, step, 'stages', context);
}

/** The indices and filters after a part of an expression: `a[0][b = 1]`. */
export function withStages(
  compiler: Compiler,
  from: Closure,
  node: Ast,
  key: 'stages' | 'predicate',
  context: CompileContext,
): Closure | undefined {
  if (node[key] === undefined) return from;
  let closure: Closure | undefined = from;
  for (const stage of childrenOf(node, key) ?? [undefined])
    closure = closure && stage && compileStage(compiler, closure, stage, context);
  return closure;
}

function compileStage(compiler: Compiler, from: Closure, stage: Ast, context: CompileContext): Closure | undefined {
  const test = childOf(stage, 'expr');
  if (stage.type !== 'filter' || test === undefined || !hasOnly(stage, 'expr')) return undefined;
  if (test.type !== 'number') return compileFilter(compiler, from, test, context);
  const at = Number(test.value);
  return Number.isInteger(at) ? (environment, locals) => item(from(environment, locals), at) : undefined;
}

/** The items for which a test holds. A single item is returned itself, and undefined if there is none. */
function compileFilter(compiler: Compiler, from: Closure, node: Ast, context: CompileContext): Closure | undefined {
  const slot = compiler.newSlot();
  const test = compiler.compile(node, { ...context, itemSlot: slot });
  if (test === undefined) return undefined;
  return (environment, locals) => {
    const found: unknown[] = [];
    for (const item of listOf(from(environment, locals))) {
      locals[slot] = item;
      if (holds(test(environment, locals))) found.push(item);
    }
    return found.length > 1 ? found : found[0];
  };
}

/** The package applies the test even to undefined, and a test may fail. */
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);

/** Whether a test holds. A number would be an index. */
const holds = (value: unknown): boolean =>
  typeof value === 'number' || Array.isArray(value) ? bailOut() : toBoolean(value) === true;
