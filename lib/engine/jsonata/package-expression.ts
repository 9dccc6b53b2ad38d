import jsonata from 'jsonata';
import type { Json } from '../../protocol/json.ts';
import { QUOTAS } from '../../protocol/quotas.ts';
import {
  DEPTH,
  type Environment,
  ExpressionError,
  MEMORY,
  NO_CODE,
  TIMEOUT,
  UNSUPPORTED_RESULT,
} from './expression.ts';
import { addedFunction, base64Decode } from './functions.ts';
import { RegexEngine } from './regex-engine.ts';

/** An expression that runs longer, such as an endless recursion, fails: nothing else could stop it. */
const MAX_MS = 10_000;
/** The maximum length of a list that an expression can make on AWS. Measured: floci-io/floci issue 2737. */
const MAX_LIST_LENGTH = 873_782;

/** Evaluates an expression with the `jsonata` package. */
export type Evaluate = (environment: Environment) => Promise<Json | undefined>;

/** Parses an expression of the whole language with the `jsonata` package. Throws an {@link ExpressionError} for a syntax error. */
export function parseWithPackage(source: string): { readonly ast: unknown; readonly evaluate: Evaluate } {
  const compiled = compile(source);
  const ast = compiled.ast();
  refuseLaterOperators(ast, source);
  const variables = new Set<string>();
  collectVariables(ast, variables);
  variables.delete('states');
  // AWS has no $eval: an expression may not make expressions.
  compiled.assign('eval', undefined);
  compiled.registerFunction('base64decode', base64Decode, '<s-:s>');
  return { ast, evaluate: (environment) => evaluate(compiled, variables, environment) };
}

const OPTIONS: jsonata.JsonataOptions = {
  timeout: MAX_MS,
  stack: QUOTAS.expressionDepth,
  sequence: MAX_LIST_LENGTH,
  // The package only constructs it, and never calls it without `new`.
  RegexEngine: RegexEngine as unknown as RegExpConstructor,
};

function compile(source: string): jsonata.Expression {
  try {
    return jsonata(source, OPTIONS);
  } catch (thrown) {
    // The stack ended: the parser is recursive.
    if (thrown instanceof RangeError) throw thrown;
    throw asExpressionError(thrown);
  }
}

async function evaluate(
  compiled: jsonata.Expression,
  variables: ReadonlySet<string>,
  environment: Environment,
): Promise<Json | undefined> {
  const bindings: [string, unknown][] = [['states', environment.states]];
  for (const name of variables) {
    const value = environment.variable(name);
    const bound = value === undefined ? addedFunction(name, environment) : value;
    if (bound !== undefined) bindings.push([name, bound]);
  }
  try {
    return asJson(await compiled.evaluate(undefined, Object.fromEntries(bindings)));
  } catch (thrown) {
    throw asExpressionError(thrown);
  }
}

/** Collects the variables that an expression names. Only these are bound, because an execution may have thousands. */
function collectVariables(ast: unknown, names: Set<string>): void {
  visitNodes(ast, (node) => {
    if (node.type === 'variable' && typeof node.value === 'string' && node.value !== '') names.add(node.value);
  });
}

/**
 * Refuses the operators `??` and `?:`: AWS has JSONata 2.0.6, whose parser takes their second character for a unary
 * operator. The package makes conditions of them, whose position is the end of the operator.
 */
function refuseLaterOperators(ast: unknown, source: string): void {
  if (!source.includes('??') && !source.includes('?:')) return;
  visitNodes(ast, ({ type, position }) => {
    if (type !== 'condition' || typeof position !== 'number') return;
    const operator = source.slice(position - 2, position);
    if (operator !== '??' && operator !== '?:') return;
    throw new ExpressionError('S0211', `The symbol "${operator[1]}" cannot be used as a unary operator`, position);
  });
}

/** A node of an expression's tree. */
type Node = { readonly type?: unknown; readonly value?: unknown; readonly position?: unknown };

function visitNodes(part: unknown, visit: (node: Node) => void): void {
  if (typeof part !== 'object' || part === null) return;
  visit(part);
  for (const inner of Object.values(part)) visitNodes(inner, visit);
}

/** AWS's messages for the codes with which the package stops an expression. */
const STOP_MESSAGES: Readonly<Record<string, string>> = { D1011: DEPTH, D1012: TIMEOUT, D2015: MEMORY };

/** The package throws plain objects with a code, and sometimes an Error. */
function asExpressionError(thrown: unknown): unknown {
  if (thrown instanceof ExpressionError || typeof thrown !== 'object' || thrown === null) return thrown;
  // The stack ended.
  if (thrown instanceof RangeError) return new ExpressionError(NO_CODE, DEPTH);
  const code = 'code' in thrown ? String(thrown.code) : 'D0000';
  const stopped = STOP_MESSAGES[code];
  if (stopped !== undefined) return new ExpressionError(NO_CODE, stopped);
  const message = 'message' in thrown ? String(thrown.message) : 'the expression failed';
  const position = 'position' in thrown && typeof thrown.position === 'number' ? thrown.position : undefined;
  return new ExpressionError(code, message, position);
}

/**
 * A result as plain JSON. The package marks its own lists as sequences, which a later expression would flatten, and makes
 * objects without a prototype. Parts that need no change are shared.
 */
function asJson(value: unknown): Json | undefined {
  if (value === undefined || value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  // Measured on AWS: `1/0` gives "Infinity", in a list too. Source: floci-io/floci issue 2737.
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (Array.isArray(value)) return listAsJson(value);
  if (
    typeof value === 'function' ||
    (typeof value === 'object' && ('_jsonata_lambda' in value || '_jsonata_function' in value))
  )
    throw new ExpressionError(UNSUPPORTED_RESULT, 'A function is not a JSON value');
  return typeof value === 'object' ? objectAsJson(value) : undefined;
}

function listAsJson(list: readonly unknown[]): Json {
  const items = list.map((item) => asJson(item) ?? null);
  const plain = !('sequence' in list) && !('cons' in list) && !('keepSingleton' in list);
  // If all parts are JSON already, so is the list.
  return plain && items.every((item, index) => item === list[index]) ? (list as Json[]) : items;
}

function objectAsJson(object: object): Json {
  let same = Object.getPrototypeOf(object) === Object.prototype;
  const entries: [string, Json][] = [];
  for (const [key, part] of Object.entries(object)) {
    const json = asJson(part);
    same &&= json === part && json !== undefined;
    if (json !== undefined) entries.push([key, json]);
  }
  // As with a list.
  return same ? (object as Json) : Object.fromEntries(entries);
}
