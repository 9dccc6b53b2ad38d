import type { Json } from '../../../runtime/json.ts';
import type { Environment } from '../expression.ts';
import { type Ast, type Closure, childOf, childrenOf, hasOnly, isAst, UNSURE, unsure } from './closure.ts';
import { BUILT_IN, FUNCTIONS } from './functions.ts';
import { OPERATORS } from './operators.ts';
import { field, item, truth } from './values.ts';

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

type Locals = ReadonlyMap<string, number>;

class FastCompiler {
  /** The functions that the expression calls. */
  readonly functions = new Set<string>();
  /** How many variables the expression binds, and items its filters have at a time. */
  slots = 0;
  /** The slot of the item that is being tested, inside a filter. */
  #item: number | undefined;

  compile(node: Ast, locals: Locals = new Map()): Closure | undefined {
    switch (node.type) {
      case 'string':
      case 'number':
      case 'value':
        return hasOnly(node) ? literal(node.value) : undefined;
      case 'variable':
        return this.#variable(node, locals);
      case 'path':
        return this.#path(node, locals);
      case 'function':
        return this.#call(node, locals);
      case 'binary':
        return this.#binary(node, locals);
      case 'condition':
        return this.#condition(node, locals);
      case 'block':
        return this.#block(node, locals);
      case 'unary':
        return node.value === '{' ? this.#object(node, locals) : this.#list(node, locals);
      default:
        return undefined;
    }
  }

  #variable(node: Ast, locals: Locals): Closure | undefined {
    const name = node.value;
    if (typeof name !== 'string' || name === '' || !hasOnly(node, 'predicate')) return undefined;
    const value = readVariable(name, locals);
    return value && this.#filtered(value, node, 'predicate', locals);
  }

  /** A path from a variable: each step is a field, perhaps with an index. */
  #path(node: Ast, locals: Locals): Closure | undefined {
    const [first, ...steps] = childrenOf(node, 'steps') ?? [];
    if (first === undefined || !hasOnly(node, 'steps')) return undefined;
    let closure = this.#firstStep(first, locals);
    for (const step of steps) closure = closure && this.#fieldStep(closure, step, locals);
    return closure;
  }

  /** A variable; in a filter also a field of the item. Any other step would be evaluated in a context of its own. */
  #firstStep(step: Ast, locals: Locals): Closure | undefined {
    if (step.type === 'variable') return this.compile(step, locals);
    const slot = this.#item;
    return slot === undefined ? undefined : this.#fieldStep((_, values) => values[slot], step, locals);
  }

  #fieldStep(from: Closure, step: Ast, locals: Locals): Closure | undefined {
    const name = step.value;
    if (step.type !== 'name' || typeof name !== 'string' || !hasOnly(step, 'stages')) return undefined;
    return this.#filtered((environment, values) => field(from(environment, values), name), step, 'stages', locals);
  }

  /** The indices and filters behind a step: `a[0][b = 1]`. */
  #filtered(from: Closure, node: Ast, key: 'stages' | 'predicate', locals: Locals): Closure | undefined {
    if (node[key] === undefined) return from;
    let closure: Closure | undefined = from;
    for (const stage of childrenOf(node, key) ?? [undefined])
      closure = closure && stage && this.#stage(closure, stage, locals);
    return closure;
  }

  #stage(from: Closure, stage: Ast, locals: Locals): Closure | undefined {
    const test = childOf(stage, 'expr');
    if (stage.type !== 'filter' || test === undefined || !hasOnly(stage, 'expr')) return undefined;
    if (test.type !== 'number') return this.#filter(from, test, locals);
    const at = Number(test.value);
    return Number.isInteger(at) ? (environment, values) => item(from(environment, values), at) : undefined;
  }

  /** The items for which a test holds; one that is alone stands for itself, and none is nothing. */
  #filter(from: Closure, node: Ast, locals: Locals): Closure | undefined {
    const outer = this.#item;
    const slot = this.slots++;
    this.#item = slot;
    const test = this.compile(node, locals);
    this.#item = outer;
    return (
      test &&
      ((environment, values) => {
        const found: unknown[] = [];
        for (const one of listOf(from(environment, values))) {
          values[slot] = one;
          if (holds(test(environment, values))) found.push(one);
        }
        return found.length > 1 ? found : found[0];
      })
    );
  }

  #call(node: Ast, locals: Locals): Closure | undefined {
    const procedure = childOf(node, 'procedure');
    const args = childrenOf(node, 'arguments')?.map((arg) => this.compile(arg, locals));
    const name = procedure?.type === 'variable' && hasOnly(procedure) ? procedure.value : undefined;
    if (typeof name !== 'string' || !Object.hasOwn(FUNCTIONS, name) || locals.has(name)) return undefined;
    const known = FUNCTIONS[name];
    if (known === undefined || !allThere(args)) return undefined;
    const [least, most] = known.arity;
    if (args.length < least || args.length > most) return undefined;
    if (!hasOnly(node, 'procedure', 'arguments', 'predicate')) return undefined;
    this.functions.add(name);
    return this.#filtered(known.call(args), node, 'predicate', locals);
  }

  #binary(node: Ast, locals: Locals): Closure | undefined {
    const operator = typeof node.value === 'string' ? OPERATORS[node.value] : undefined;
    const [left, right] = [childOf(node, 'lhs'), childOf(node, 'rhs')].map(
      (side) => side && this.compile(side, locals),
    );
    return operator && left && right && hasOnly(node, 'lhs', 'rhs') ? operator(left, right) : undefined;
  }

  #condition(node: Ast, locals: Locals): Closure | undefined {
    const parts = ['condition', 'then', 'else'].map((key) => childOf(node, key));
    const [test, consequent, otherwise] = parts.map((part) => part && this.compile(part, locals));
    if (!test || !consequent || !hasOnly(node, 'condition', 'then', 'else')) return undefined;
    if (node.else !== undefined && !otherwise) return undefined;
    return (environment, values) => {
      if (truth(test(environment, values)) === true) return consequent(environment, values);
      return otherwise?.(environment, values);
    };
  }

  /** `(a; $v := b; c)`: bindings are seen by what follows them in the block. */
  #block(node: Ast, outer: Locals): Closure | undefined {
    const expressions = childrenOf(node, 'expressions');
    if (expressions === undefined || expressions.length === 0 || !hasOnly(node, 'expressions')) return undefined;
    const locals = new Map(outer);
    const closures = expressions.map((expression) =>
      expression.type === 'bind' ? this.#bind(expression, locals) : this.compile(expression, locals),
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

  #bind(node: Ast, locals: Map<string, number>): Closure | undefined {
    const name = childOf(node, 'lhs')?.value;
    const right = childOf(node, 'rhs');
    const value = right && this.compile(right, locals);
    if (typeof name !== 'string' || name === 'states' || !value || !hasOnly(node, 'lhs', 'rhs')) return undefined;
    const slot = this.slots++;
    locals.set(name, slot);
    return (environment, values) => {
      values[slot] = value(environment, values);
      return values[slot];
    };
  }

  #object(node: Ast, locals: Locals): Closure | undefined {
    if (!Array.isArray(node.lhs) || !hasOnly(node, 'lhs')) return undefined;
    const entries: [string, Closure][] = [];
    for (const pair of node.lhs) {
      const [key, value] = Array.isArray(pair) && isAst(pair[0]) && isAst(pair[1]) ? [pair[0], pair[1]] : [];
      const closure = value && this.compile(value, locals);
      if (!closure || key?.type !== 'string' || typeof key.value !== 'string' || !isPlainKey(key.value))
        return undefined;
      if (entries.some(([name]) => name === key.value)) return undefined;
      entries.push([key.value, closure]);
    }
    return (environment, values) => construct(entries, environment, values);
  }

  /** A list: what is no list constructor itself is spliced in where it is a list. */
  #list(node: Ast, locals: Locals): Closure | undefined {
    const nodes = node.value === '[' && hasOnly(node, 'expressions') ? childrenOf(node, 'expressions') : undefined;
    const closures = nodes?.map((one) => this.compile(one, locals));
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

const allThere = <T>(list: readonly (T | undefined)[] | undefined): list is readonly T[] =>
  list?.every((one) => one !== undefined) ?? false;

const literal =
  (value: unknown): Closure =>
  () =>
    value;

function readVariable(name: string, locals: Locals): Closure | undefined {
  const slot = locals.get(name);
  if (slot !== undefined) return (_, values) => values[slot];
  if (name === 'states') return (environment) => environment.states;
  return BUILT_IN.has(name) ? undefined : (environment) => environment.variable(name);
}

/** The package tests even what is not there, and a test may fail. */
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);

/** Numbers would be positions. */
const holds = (value: unknown): boolean =>
  typeof value === 'number' || Array.isArray(value) ? unsure() : truth(value) === true;

function construct(entries: readonly [string, Closure][], environment: Environment, values: unknown[]): unknown {
  const object: Record<string, unknown> = {};
  for (const [key, closure] of entries) {
    const value = closure(environment, values);
    if (value !== undefined) object[key] = value;
  }
  return object;
}
