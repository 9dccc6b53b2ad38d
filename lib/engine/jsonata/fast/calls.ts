import { type Ast, childOf, childrenOf, hasOnly } from './ast.ts';
import { allDefined, bailOut, type Closure, type CompileContext, type Compiler } from './closure.ts';
import { FUNCTIONS } from './functions.ts';

/** Compiles the call of a function of the package or of AWS. */
export function compileCall(
  compiler: Compiler,
  name: string,
  nodes: readonly Ast[],
  context: CompileContext,
): Closure | undefined {
  const [first, second] = nodes;
  if (name === 'map') return compileMap(compiler, nodes, context);
  if (name === 'contains' && first && second?.type === 'regex') return compileMatch(compiler, first, second, context);
  const known = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
  const args = nodes.map((node) => compiler.compile(node, context));
  if (known === undefined || !allDefined(args)) return undefined;
  const [least, most] = known.arity;
  return args.length < least || args.length > most ? undefined : known.call(args);
}

/** `$map(list, function($item) { … })`. One result that is alone stands for itself, and none is nothing. */
function compileMap(
  compiler: Compiler,
  [from, by, ...more]: readonly Ast[],
  context: CompileContext,
): Closure | undefined {
  const list = from && compiler.compile(from, context);
  const [parameter, ...others] = (by && childrenOf(by, 'arguments')) ?? [];
  const body = by?.type === 'lambda' && hasOnly(by, 'arguments', 'body') ? childOf(by, 'body') : undefined;
  if (!list || !body || typeof parameter?.value !== 'string' || others.length + more.length > 0) return undefined;
  const slot = compiler.newSlot();
  const each = compiler.compile(body, { ...context, slots: new Map(context.slots).set(parameter.value, slot) });
  if (each === undefined) return undefined;
  return (environment, locals) => {
    const given = list(environment, locals);
    const results: unknown[] = [];
    for (const one of Array.isArray(given) ? given : given === undefined ? [] : [given]) {
      locals[slot] = one;
      const result = each(environment, locals);
      if (result !== undefined) results.push(result);
    }
    if (results.length > 1) return results;
    // A list that is alone would be taken for the list of results.
    return Array.isArray(results[0]) ? bailOut() : results[0];
  };
}

/** `$contains(text, /pattern/)`. */
function compileMatch(compiler: Compiler, from: Ast, { value }: Ast, context: CompileContext): Closure | undefined {
  const text = compiler.compile(from, context);
  if (text === undefined || !(value instanceof RegExp)) return undefined;
  return (environment, locals) => {
    const given = text(environment, locals);
    return typeof given === 'string' ? new RegExp(value).test(given) : bailOut();
  };
}

/** Their lists of one stay lists where they come from such a call. */
const GIVE_SEQUENCES: readonly unknown[] = ['map', 'keys'];

/** A call at the end of a function, which the package wraps in a function without parameters and makes later. */
export function tailCall(compiler: Compiler, node: Ast, context: CompileContext): Closure | undefined {
  const body = node.thunk === true && hasOnly(node, 'thunk', 'arguments', 'body') ? childOf(node, 'body') : undefined;
  if (body === undefined || GIVE_SEQUENCES.includes(childOf(body, 'procedure')?.value)) return undefined;
  return childrenOf(node, 'arguments')?.length === 0 ? compiler.compile(body, context) : undefined;
}
