import { RegexEngine } from '../regex-engine.ts';
import { type Ast, childOf, childrenOf, hasOnly } from './ast.ts';
import { allDefined, bailOut, type Closure, type CompileContext, type Compiler, withSlot } from './closure.ts';
import { FUNCTIONS } from './functions.ts';

/** Compiles a call of a function of JSONata or of AWS. */
export function compileCall(
  compiler: Compiler,
  name: string,
  nodes: readonly Ast[],
  context: CompileContext,
): Closure | undefined {
  if (name === 'map') return compileMap(compiler, nodes, context);
  const [first, second, third, ...more] = nodes;
  const pattern = second && patternOf(second, context);
  if (name === 'contains' && first && pattern) return compileContainsPattern(compiler, first, pattern, context);
  if (name === 'replace' && first && pattern && third && more.length === 0)
    return compileReplacePattern(compiler, first, pattern, third, context);
  const fn = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
  const args = nodes.map((node) => compiler.compile(node, context));
  if (fn === undefined || !allDefined(args)) return undefined;
  const [minimum, maximum] = fn.arity;
  return args.length < minimum || args.length > maximum ? undefined : fn.call(args);
}

/** `$map(list, function($item) { … })`. A single result is returned itself, and undefined if there is none. */
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
  const each = compiler.compile(body, withSlot(context, parameter.value, slot));
  if (each === undefined) return undefined;
  return (environment, locals) => {
    const value = list(environment, locals);
    const results: unknown[] = [];
    for (const item of Array.isArray(value) ? value : value === undefined ? [] : [value]) {
      locals[slot] = item;
      const result = each(environment, locals);
      if (result !== undefined) results.push(result);
    }
    if (results.length > 1) return results;
    // A single list would be taken for the list of results.
    return Array.isArray(results[0]) ? bailOut() : results[0];
  };
}

/** A regular expression, or a variable that is bound to one. */
function patternOf(node: Ast, { regexes }: CompileContext): RegExp | undefined {
  if (node.value instanceof RegExp) return hasOnly(node) ? node.value : undefined;
  return node.type === 'variable' && hasOnly(node) ? regexes.get(String(node.value)) : undefined;
}

/** `$contains(text, /pattern/)`. */
function compileContainsPattern(
  compiler: Compiler,
  from: Ast,
  { source, flags }: RegExp,
  context: CompileContext,
): Closure | undefined {
  const text = compiler.compile(from, context);
  if (text === undefined) return undefined;
  return (environment, locals) => {
    const subject = text(environment, locals);
    return typeof subject === 'string' ? new RegexEngine(source, flags).test(subject) : bailOut();
  };
}

/** `$replace(text, /pattern/, "other")`, where what replaces a match is a plain text; `$0` in it is the match. */
function compileReplacePattern(
  compiler: Compiler,
  from: Ast,
  { source, flags }: RegExp,
  by: Ast,
  context: CompileContext,
): Closure | undefined {
  const text = compiler.compile(from, context);
  const other = by.type === 'string' ? by.value : undefined;
  if (text === undefined || typeof other !== 'string') return undefined;
  const around = other.split('$0');
  // Any other `$` in it stands for a part of the match.
  if (around.some((part) => part.includes('$'))) return undefined;
  const global = flags.includes('g') ? flags : `${flags}g`;
  return (environment, locals) => {
    const subject = text(environment, locals);
    if (typeof subject !== 'string') return bailOut();
    // The package refuses a match of no characters.
    return subject.replace(new RegexEngine(source, global), (match) => (match === '' ? bailOut() : around.join(match)));
  };
}

/** Functions whose one-item lists remain lists when they are called at the end of a function. */
const SEQUENCE_FUNCTIONS: readonly unknown[] = ['map', 'keys'];

/** A tail call, which the package wraps in a function without parameters. */
export function tailCall(compiler: Compiler, node: Ast, context: CompileContext): Closure | undefined {
  const body = node.thunk === true && hasOnly(node, 'thunk', 'arguments', 'body') ? childOf(node, 'body') : undefined;
  if (body === undefined || SEQUENCE_FUNCTIONS.includes(childOf(body, 'procedure')?.value)) return undefined;
  return childrenOf(node, 'arguments')?.length === 0 ? compiler.compile(body, context) : undefined;
}
