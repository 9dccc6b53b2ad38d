import type { Json } from '../../../protocol/json.ts';
import type { Environment } from '../expression.ts';
import { compileCall, tailCall } from './calls.ts';
import { type Ast, allThere, type Closure, childOf, childrenOf, hasOnly, isAst, UNSURE } from './closure.ts';
import type { CompileContext, Compiler } from './compile-context.ts';
import { BUILT_IN } from './functions.ts';
import { OPERATORS } from './operators.ts';
import { compilePath, withStages } from './paths.ts';
import { truth } from './values.ts';

/** An expression of the subset, compiled. */
export interface FastExpression {
  /** The value; `UNSURE` where the package must be asked. */
  evaluate(environment: Environment): Json | undefined | typeof UNSURE;
}

/**
 * Compiles the part of JSONata that flows compile to: variables, exact paths, `$lookup`, conditions, comparisons,
 * literals and constructors. Undefined for an expression outside it. Where the package would flatten, map, or fail,
 * the closures give up instead: so they agree with the package wherever they answer.
 */
export function compileFast(ast: unknown): FastExpression | undefined {
  const compiler = new FastCompiler();
  const closure = isAst(ast) ? compiler.compile(ast) : undefined;
  if (closure === undefined) return undefined;
  const functions = [...compiler.functions];
  const { slots } = compiler;
  return {
    evaluate(environment) {
      // A variable of the run that has a function's name hides the function.
      for (const name of functions) if (environment.variable(name) !== undefined) return UNSURE;
      try {
        // The subset only takes JSON apart and puts it together, so what comes out is JSON.
        return closure(environment, slots > 0 ? new Array(slots) : NO_LOCALS) as Json | undefined;
      } catch (thrown) {
        if (thrown === UNSURE) return UNSURE;
        throw thrown;
      }
    },
  };
}

const NO_LOCALS: unknown[] = [];

const OUTSIDE: CompileContext = { locals: new Map(), item: undefined };

class FastCompiler implements Compiler {
  /** The functions that the expression calls. */
  readonly functions = new Set<string>();
  /** How many variables the expression binds, and items its filters have at a time. */
  slots = 0;

  slot(): number {
    return this.slots++;
  }

  compile(node: Ast, place: CompileContext = OUTSIDE): Closure | undefined {
    switch (node.type) {
      case 'string':
      case 'number':
      case 'value':
        return hasOnly(node) ? literal(node.value) : undefined;
      case 'variable':
        return this.#variable(node, place);
      case 'path':
        return compilePath(this, node, place);
      case 'function':
        return this.#call(node, place);
      case 'binary':
        return this.#binary(node, place);
      case 'condition':
        return this.#condition(node, place);
      case 'block':
        return this.#block(node, place);
      case 'lambda':
        return tailCall(this, node, place);
      case 'unary':
        return node.value === '{' ? this.#object(node, place) : this.#list(node, place);
      default:
        return undefined;
    }
  }

  #variable(node: Ast, place: CompileContext): Closure | undefined {
    const name = node.value;
    if (typeof name !== 'string' || !hasOnly(node, 'predicate')) return undefined;
    const value = readVariable(name, place);
    return value && withStages(this, value, node, 'predicate', place);
  }

  #call(node: Ast, place: CompileContext): Closure | undefined {
    const procedure = childOf(node, 'procedure');
    const name = procedure?.type === 'variable' && hasOnly(procedure) ? procedure.value : undefined;
    if (typeof name !== 'string' || place.locals.has(name)) return undefined;
    if (!hasOnly(node, 'procedure', 'arguments', 'predicate')) return undefined;
    const closure = compileCall(this, name, childrenOf(node, 'arguments') ?? [], place);
    if (closure !== undefined) this.functions.add(name);
    return closure && withStages(this, closure, node, 'predicate', place);
  }

  #binary(node: Ast, place: CompileContext): Closure | undefined {
    const operator = typeof node.value === 'string' ? OPERATORS[node.value] : undefined;
    const [left, right] = [childOf(node, 'lhs'), childOf(node, 'rhs')].map((side) => side && this.compile(side, place));
    return operator && left && right && hasOnly(node, 'lhs', 'rhs') ? operator(left, right) : undefined;
  }

  #condition(node: Ast, place: CompileContext): Closure | undefined {
    const parts = ['condition', 'then', 'else'].map((key) => childOf(node, key));
    const [test, consequent, otherwise] = parts.map((part) => part && this.compile(part, place));
    if (!test || !consequent || !hasOnly(node, 'condition', 'then', 'else')) return undefined;
    if (node.else !== undefined && !otherwise) return undefined;
    return (environment, values) => {
      if (truth(test(environment, values)) === true) return consequent(environment, values);
      return otherwise?.(environment, values);
    };
  }

  /** `(a; $v := b; c)`: bindings are seen by what follows them in the block. */
  #block(node: Ast, outer: CompileContext): Closure | undefined {
    const expressions = childrenOf(node, 'expressions');
    if (expressions === undefined || expressions.length === 0 || !hasOnly(node, 'expressions')) return undefined;
    const locals = new Map(outer.locals);
    const place = { ...outer, locals };
    const closures = expressions.map((expression) =>
      expression.type === 'bind' ? this.#bind(expression, place) : this.compile(expression, place),
    );
    if (!allThere(closures)) return undefined;
    const [only, second] = closures;
    if (only && !second) return only;
    return (environment, values) => {
      let value: unknown;
      for (const closure of closures) value = closure(environment, values);
      return value;
    };
  }

  #bind(node: Ast, place: CompileContext & { readonly locals: Map<string, number> }): Closure | undefined {
    const name = childOf(node, 'lhs')?.value;
    const right = childOf(node, 'rhs');
    const value = right && this.compile(right, place);
    if (typeof name !== 'string' || name === 'states' || !value || !hasOnly(node, 'lhs', 'rhs')) return undefined;
    const slot = this.slot();
    place.locals.set(name, slot);
    return (environment, values) => {
      values[slot] = value(environment, values);
      return values[slot];
    };
  }

  #object(node: Ast, place: CompileContext): Closure | undefined {
    if (!Array.isArray(node.lhs) || !hasOnly(node, 'lhs')) return undefined;
    const entries: [string, Closure][] = [];
    for (const pair of node.lhs) {
      const [key, value] = Array.isArray(pair) && isAst(pair[0]) && isAst(pair[1]) ? [pair[0], pair[1]] : [];
      const closure = value && this.compile(value, place);
      if (!closure || key?.type !== 'string' || typeof key.value !== 'string' || !isPlainKey(key.value))
        return undefined;
      if (entries.some(([name]) => name === key.value)) return undefined;
      entries.push([key.value, closure]);
    }
    return (environment, values) => construct(entries, environment, values);
  }

  /** A list: what is no list constructor itself is spliced in where it is a list. */
  #list(node: Ast, place: CompileContext): Closure | undefined {
    const nodes = node.value === '[' && hasOnly(node, 'expressions') ? childrenOf(node, 'expressions') : undefined;
    const closures = nodes?.map((one) => this.compile(one, place));
    if (!allThere(closures)) return undefined;
    const isWhole = nodes?.map((one) => one.value === '[') ?? [];
    return (environment, values) => {
      const list: unknown[] = [];
      for (let at = 0; at < closures.length; at++)
        append(list, closures[at]?.(environment, values), isWhole[at] === true);
      return list;
    };
  }
}

function append(list: unknown[], value: unknown, isWhole: boolean): void {
  if (Array.isArray(value) && !isWhole) for (const one of value) list.push(one);
  else if (value !== undefined) list.push(value);
}

/** A literal object's keys that would not be plain fields of what is made here. */
const isPlainKey = (key: string): boolean => !['__proto__', '_jsonata_lambda', '_jsonata_function'].includes(key);

const literal =
  (value: unknown): Closure =>
  () =>
    value;

function readVariable(name: string, { locals, item }: CompileContext): Closure | undefined {
  const slot = name === '' ? item : locals.get(name);
  if (slot !== undefined) return (_, values) => values[slot];
  if (name === 'states') return (environment) => environment.states;
  return name === '' || BUILT_IN.has(name) ? undefined : (environment) => environment.variable(name);
}

function construct(entries: readonly [string, Closure][], environment: Environment, values: unknown[]): unknown {
  const object: Record<string, unknown> = {};
  for (const [key, closure] of entries) {
    const value = closure(environment, values);
    if (value !== undefined) object[key] = value;
  }
  return object;
}
