import type { Json } from '../../../protocol/json.ts';
import type { Environment } from '../expression.ts';
import { type Ast, childOf, childrenOf, hasOnly, isAst } from './ast.ts';
import { compileCall, tailCall } from './calls.ts';
import { allDefined, BAIL_OUT, type Closure, type CompileContext, type Compiler, withSlot } from './closure.ts';
import { BUILT_IN } from './functions.ts';
import { OPERATORS } from './operators.ts';
import { compilePath, withStages } from './paths.ts';
import { toBoolean } from './values.ts';

/** An expression of the subset, compiled. */
export interface FastExpression {
  /** The value, or `BAIL_OUT` if the package must evaluate the expression. */
  evaluate(environment: Environment): Json | undefined | typeof BAIL_OUT;
}

/**
 * Compiles a subset of JSONata: variables, exact paths, `$lookup`, conditions, comparisons, literals and constructors.
 * Undefined for an expression outside it. Where the package would flatten, map, or fail, the closures bail out, so that
 * every value they return is the package's.
 */
export function compileFast(ast: unknown): FastExpression | undefined {
  const compiler = new FastCompiler();
  const closure = isAst(ast) ? compiler.compile(ast) : undefined;
  if (closure === undefined) return undefined;
  const functions = [...compiler.functions];
  const { slotCount } = compiler;
  return {
    evaluate(environment) {
      // A variable of the execution with a function's name hides the function.
      for (const name of functions) if (environment.variable(name) !== undefined) return BAIL_OUT;
      try {
        // The subset only selects and combines JSON, so the value is JSON.
        return closure(environment, slotCount > 0 ? new Array(slotCount) : NO_LOCALS) as Json | undefined;
      } catch (thrown) {
        if (thrown === BAIL_OUT) return BAIL_OUT;
        throw thrown;
      }
    },
  };
}

const NO_LOCALS: unknown[] = [];

const TOP_LEVEL: CompileContext = { slots: new Map(), regexes: new Map(), itemSlot: undefined };

class FastCompiler implements Compiler {
  /** The functions that the expression calls. */
  readonly functions = new Set<string>();
  /** The number of slots: one for each variable that the expression binds, and one for the item of each filter. */
  slotCount = 0;

  newSlot(): number {
    return this.slotCount++;
  }

  compile(node: Ast, context: CompileContext = TOP_LEVEL): Closure | undefined {
    switch (node.type) {
      case 'string':
      case 'number':
      case 'value':
        return hasOnly(node) ? literal(node.value) : undefined;
      case 'variable':
        return this.#variable(node, context);
      case 'path':
        return compilePath(this, node, context);
      case 'function':
        return this.#call(node, context);
      case 'binary':
        return this.#binary(node, context);
      case 'condition':
        return this.#condition(node, context);
      case 'block':
        return this.#block(node, context);
      case 'lambda':
        return tailCall(this, node, context);
      case 'unary':
        return node.value === '{' ? this.#object(node, context) : this.#list(node, context);
      default:
        return undefined;
    }
  }

  #variable(node: Ast, context: CompileContext): Closure | undefined {
    const name = node.value;
    if (typeof name !== 'string' || !hasOnly(node, 'predicate')) return undefined;
    const value = readVariable(name, context);
    return value && withStages(this, value, node, 'predicate', context);
  }

  #call(node: Ast, context: CompileContext): Closure | undefined {
    const procedure = childOf(node, 'procedure');
    const name = procedure?.type === 'variable' && hasOnly(procedure) ? procedure.value : undefined;
    if (typeof name !== 'string' || context.slots.has(name) || context.regexes.has(name)) return undefined;
    if (!hasOnly(node, 'procedure', 'arguments', 'predicate')) return undefined;
    const closure = compileCall(this, name, childrenOf(node, 'arguments') ?? [], context);
    if (closure !== undefined) this.functions.add(name);
    return closure && withStages(this, closure, node, 'predicate', context);
  }

  #binary(node: Ast, context: CompileContext): Closure | undefined {
    const operator = typeof node.value === 'string' ? OPERATORS[node.value] : undefined;
    const [left, right] = [childOf(node, 'lhs'), childOf(node, 'rhs')].map(
      (side) => side && this.compile(side, context),
    );
    return operator && left && right && hasOnly(node, 'lhs', 'rhs') ? operator(left, right) : undefined;
  }

  #condition(node: Ast, context: CompileContext): Closure | undefined {
    const parts = ['condition', 'then', 'else'].map((key) => childOf(node, key));
    const [test, consequent, otherwise] = parts.map((part) => part && this.compile(part, context));
    if (!test || !consequent || !hasOnly(node, 'condition', 'then', 'else')) return undefined;
    if (node.else !== undefined && !otherwise) return undefined;
    return (environment, locals) => {
      if (toBoolean(test(environment, locals)) === true) return consequent(environment, locals);
      return otherwise?.(environment, locals);
    };
  }

  /** `(a; $v := b; c)`: a binding is visible to the expressions after it in the block. */
  #block(node: Ast, outer: CompileContext): Closure | undefined {
    const expressions = childrenOf(node, 'expressions');
    if (expressions === undefined || expressions.length === 0 || !hasOnly(node, 'expressions')) return undefined;
    let context = outer;
    const closures: Closure[] = [];
    // As the value of the block, a regular expression would be a function.
    if (boundRegex(expressions.at(-1))) return undefined;
    for (const expression of expressions) {
      const regex = boundRegex(expression);
      if (regex) {
        context = { ...context, regexes: new Map([...context.regexes, regex]) };
        continue;
      }
      const bound = expression.type === 'bind' ? this.#bind(expression, context) : undefined;
      const closure = bound ? bound.closure : this.compile(expression, context);
      if (!closure) return undefined;
      closures.push(closure);
      context = bound?.context ?? context;
    }
    const [only, second] = closures;
    if (only && !second) return only;
    return (environment, locals) => {
      let value: unknown;
      for (const closure of closures) value = closure(environment, locals);
      return value;
    };
  }

  #bind(node: Ast, context: CompileContext): Bound | undefined {
    const name = childOf(node, 'lhs')?.value;
    const right = childOf(node, 'rhs');
    if (typeof name !== 'string' || name === 'states' || !right || !hasOnly(node, 'lhs', 'rhs')) return undefined;
    const value = this.compile(right, context);
    const slot = this.newSlot();
    return (
      value && {
        closure: (environment, locals) => {
          locals[slot] = value(environment, locals);
          return locals[slot];
        },
        context: withSlot(context, name, slot),
      }
    );
  }

  #object(node: Ast, context: CompileContext): Closure | undefined {
    if (!Array.isArray(node.lhs) || !hasOnly(node, 'lhs')) return undefined;
    const entries: [string, Closure][] = [];
    for (const pair of node.lhs) {
      const [key, value] = Array.isArray(pair) && isAst(pair[0]) && isAst(pair[1]) ? [pair[0], pair[1]] : [];
      const closure = value && this.compile(value, context);
      if (!closure || key?.type !== 'string' || typeof key.value !== 'string' || !isPlainKey(key.value))
        return undefined;
      if (entries.some(([name]) => name === key.value)) return undefined;
      entries.push([key.value, closure]);
    }
    return (environment, locals) => construct(entries, environment, locals);
  }

  /** A list constructor: items that are lists are flattened, unless they are list constructors themselves. */
  #list(node: Ast, context: CompileContext): Closure | undefined {
    const nodes = node.value === '[' && hasOnly(node, 'expressions') ? childrenOf(node, 'expressions') : undefined;
    const closures = nodes?.map((one) => this.compile(one, context));
    if (!allDefined(closures)) return undefined;
    const isConstructor = nodes?.map((one) => one.value === '[') ?? [];
    return (environment, locals) => {
      const list: unknown[] = [];
      for (let at = 0; at < closures.length; at++)
        append(list, closures[at]?.(environment, locals), isConstructor[at] === true);
      return list;
    };
  }
}

/** The name of a variable that is bound to a regular expression, and that. */
function boundRegex(node: Ast | undefined): readonly [name: string, RegExp] | undefined {
  if (node?.type !== 'bind' || !hasOnly(node, 'lhs', 'rhs')) return undefined;
  const [name, regex] = [childOf(node, 'lhs')?.value, childOf(node, 'rhs')];
  const isRegex = typeof name === 'string' && name !== 'states' && regex?.value instanceof RegExp && hasOnly(regex);
  return isRegex ? [name, regex.value] : undefined;
}

/** A binding, and what the expressions after it may refer to. */
interface Bound {
  readonly closure: Closure;
  readonly context: CompileContext;
}

function append(list: unknown[], value: unknown, isConstructor: boolean): void {
  if (Array.isArray(value) && !isConstructor) for (const one of value) list.push(one);
  else if (value !== undefined) list.push(value);
}

/** Whether a key is a plain field in a JavaScript object, and not one with a special meaning. */
const isPlainKey = (key: string): boolean => !['__proto__', '_jsonata_lambda', '_jsonata_function'].includes(key);

const literal =
  (value: unknown): Closure =>
  () =>
    value;

function readVariable(name: string, { slots, regexes, itemSlot }: CompileContext): Closure | undefined {
  if (regexes.has(name)) return undefined;
  const slot = name === '' ? itemSlot : slots.get(name);
  if (slot !== undefined) return (_, locals) => locals[slot];
  if (name === 'states') return (environment) => environment.states;
  return name === '' || BUILT_IN.has(name) ? undefined : (environment) => environment.variable(name);
}

function construct(entries: readonly [string, Closure][], environment: Environment, locals: unknown[]): unknown {
  const object: Record<string, unknown> = {};
  for (const [key, closure] of entries) {
    const value = closure(environment, locals);
    if (value !== undefined) object[key] = value;
  }
  return object;
}
