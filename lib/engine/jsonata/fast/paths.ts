import { type Ast, type Closure, childOf, childrenOf, hasOnly, unsure } from './closure.ts';
import type { CompileContext, Compiler } from './compile-context.ts';
import { field, item, truth } from './values.ts';

/** A path from a variable: each step is a field, perhaps with indices and filters. */
export function compilePath(compiler: Compiler, node: Ast, place: CompileContext): Closure | undefined {
  const [first, ...steps] = childrenOf(node, 'steps') ?? [];
  if (first === undefined || !hasOnly(node, 'steps')) return undefined;
  let closure = firstStep(compiler, first, place);
  for (const step of steps) closure = closure && fieldStep(compiler, closure, step, place);
  return closure;
}

/** A variable; in a filter also a field of the item. Any other step would be evaluated in a context of its own. */
function firstStep(compiler: Compiler, step: Ast, place: CompileContext): Closure | undefined {
  if (step.type === 'variable') return compiler.compile(step, place);
  const slot = place.item;
  return slot === undefined ? undefined : fieldStep(compiler, (_, values) => values[slot], step, place);
}

function fieldStep(compiler: Compiler, from: Closure, step: Ast, place: CompileContext): Closure | undefined {
  const name = step.value;
  if (step.type !== 'name' || typeof name !== 'string' || !hasOnly(step, 'stages')) return undefined;
  const read: Closure = (environment, values) => field(from(environment, values), name);
  return withStages(compiler, read, step, 'stages', place);
}

/** The indices and filters behind a part of an expression: `a[0][b = 1]`. */
export function withStages(
  compiler: Compiler,
  from: Closure,
  node: Ast,
  key: 'stages' | 'predicate',
  place: CompileContext,
): Closure | undefined {
  if (node[key] === undefined) return from;
  let closure: Closure | undefined = from;
  for (const stage of childrenOf(node, key) ?? [undefined])
    closure = closure && stage && compileStage(compiler, closure, stage, place);
  return closure;
}

function compileStage(compiler: Compiler, from: Closure, stage: Ast, place: CompileContext): Closure | undefined {
  const test = childOf(stage, 'expr');
  if (stage.type !== 'filter' || test === undefined || !hasOnly(stage, 'expr')) return undefined;
  if (test.type !== 'number') return compileFilter(compiler, from, test, place);
  const at = Number(test.value);
  return Number.isInteger(at) ? (environment, values) => item(from(environment, values), at) : undefined;
}

/** The items for which a test holds; one that is alone stands for itself, and none is nothing. */
function compileFilter(compiler: Compiler, from: Closure, node: Ast, place: CompileContext): Closure | undefined {
  const slot = compiler.slot();
  const test = compiler.compile(node, { ...place, item: slot });
  if (test === undefined) return undefined;
  return (environment, values) => {
    const found: unknown[] = [];
    for (const one of listOf(from(environment, values))) {
      values[slot] = one;
      if (holds(test(environment, values))) found.push(one);
    }
    return found.length > 1 ? found : found[0];
  };
}

/** The package tests even what is not there, and a test may fail. */
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);

/** Numbers would be positions. */
const holds = (value: unknown): boolean =>
  typeof value === 'number' || Array.isArray(value) ? unsure() : truth(value) === true;
