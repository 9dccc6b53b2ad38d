import { isObject, type Json, type JsonObject } from '../../protocol/json.ts';
import { FieldError } from '../execution/failures.ts';
import {
  type Environment,
  type Expression,
  ExpressionError,
  expressionText,
  NO_CODE,
  UNSUPPORTED_RESULT,
} from '../jsonata/expression.ts';
import { parseExpression } from '../jsonata/parse.ts';
import type { Problems } from './definition-error.ts';
import type { JsonPointer } from './json-pointer.ts';

/** A value or a promise of it. Most expressions evaluate synchronously, which avoids the cost of awaiting. */
export type MaybePromise<T> = T | Promise<T>;

/** A JSON value with expressions in it, ready to be evaluated. */
export interface Template {
  /** Whether it contains no expression, so its value never changes. */
  readonly constant: boolean;
  /** Throws, or rejects with, a {@link FieldError}. */
  render(environment: Environment): MaybePromise<Json>;
}

/** Where a template is in the definition, what its expressions may read, and the collector of its problems. */
export interface TemplateContext {
  /** The field's name as AWS writes it in causes, e.g. `Arguments/FunctionName`. */
  readonly field: string;
  readonly pointer: JsonPointer;
  readonly problems: Problems;
  /** Whether `$states.result` and `$states.errorOutput` are available. */
  readonly hasResult: boolean;
  readonly hasErrorOutput: boolean;
}

/** Compiles a JSON value in which any string `{% … %}`, at any depth, is a JSONata expression. */
export function compileTemplate(value: Json, context: TemplateContext): Template {
  if (typeof value === 'string') {
    const source = expressionText(value);
    if (source !== undefined) return compileExpression(source, context);
    if (value.startsWith('{%'))
      context.problems.add(context.pointer, 'JSONata string must start with {% and end with %}');
    return constant(value);
  }
  if (Array.isArray(value)) return compileList(value, context);
  return isObject(value) ? compileObject(value, context) : constant(value);
}

const constant = (value: Json): Template => ({ constant: true, render: () => value });

/** Whether a value certainly contains no expression and no problem, so that it needs no location. */
const isPlain = (value: Json): boolean =>
  typeof value === 'string' ? !value.startsWith('{%') : typeof value !== 'object' || value === null;

function compileExpression(source: string, context: TemplateContext): Template {
  try {
    const expression = parseExpression(source);
    checkReferences(expression, context);
    return { constant: false, render: (environment) => evaluate(expression, environment, context.field) };
  } catch (thrown) {
    if (!(thrown instanceof ExpressionError)) throw thrown;
    const help = thrown.position === undefined ? {} : { help: `see character ${thrown.position} of '${source}'` };
    context.problems.add(context.pointer, thrown.message, { code: 'INVALID_JSONATA_EXPRESSION', ...help });
    return constant(null);
  }
}

/** Refuses references to what is not available, with AWS's messages. */
function checkReferences(
  { references }: Expression,
  { pointer, problems, hasResult, hasErrorOutput }: TemplateContext,
): void {
  for (const name of references) {
    if ((name === RESULT && hasResult) || (name === ERROR_OUTPUT && hasErrorOutput)) continue;
    const isField = name === RESULT || name === ERROR_OUTPUT;
    const message = isField
      ? `Field '${name}' does not exist.`
      : `Reference to '${name}' ${name === '$$' ? '' : 'at the top level '}is not supported.`;
    problems.add(pointer, message, { code: 'UNSUPPORTED_JSONATA_EXPRESSION' });
  }
}

const RESULT = '$states.result';
const ERROR_OUTPUT = '$states.errorOutput';

function compileList(list: readonly Json[], context: TemplateContext): Template {
  const parts = list.map((item, index) =>
    isPlain(item)
      ? constant(item)
      : compileTemplate(item, {
          ...context,
          field: `${context.field}[${index}]`,
          pointer: context.pointer.below(index),
        }),
  );
  if (parts.every((part) => part.constant)) return constant([...list]);
  const keys = parts.map((_, index) => index);
  return { constant: false, render: (environment) => renderParts<Json[]>([], keys, parts, environment, 0) };
}

function compileObject(object: JsonObject, context: TemplateContext): Template {
  const keys = Object.keys(object);
  const parts = keys.map((key) => {
    const part = object[key] ?? null;
    if (isPlain(part)) return constant(part);
    return compileTemplate(part, { ...context, field: `${context.field}/${key}`, pointer: context.pointer.below(key) });
  });
  if (parts.every((part) => part.constant)) return constant(object);
  return { constant: false, render: (environment) => renderParts<JsonObject>({}, keys, parts, environment, 0) };
}

/** Renders one part after another, and awaits only parts that are promises. */
function renderParts<T extends Json[] | JsonObject>(
  target: T,
  keys: readonly (keyof T)[],
  parts: readonly Template[],
  environment: Environment,
  from: number,
): MaybePromise<T> {
  for (let at = from; at < parts.length; at++) {
    const value = parts[at]?.render(environment) ?? null;
    if (value instanceof Promise) {
      return value.then((json) => {
        put(target, keys[at], json);
        return renderParts(target, keys, parts, environment, at + 1);
      });
    }
    put(target, keys[at], value);
  }
  return target;
}

function put(target: Json[] | JsonObject, key: PropertyKey | undefined, value: Json): void {
  // An assignment to this key would change the prototype.
  if (key === '__proto__')
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  // Lists have numbers as keys and objects have names: both are property keys.
  else (target as Record<PropertyKey, Json>)[key as string | number] = value;
}

function evaluate(expression: Expression, environment: Environment, field: string): MaybePromise<Json> {
  try {
    const value = expression.evaluate(environment);
    if (!(value instanceof Promise)) return requireResult(value, expression, field);
    return value.then(
      (json) => requireResult(json, expression, field),
      (thrown: unknown) => Promise.reject(asFieldError(thrown, expression, field)),
    );
  } catch (thrown) {
    throw asFieldError(thrown, expression, field);
  }
}

function requireResult(value: Json | undefined, expression: Expression, field: string): Json {
  if (value !== undefined) return value;
  throw failure(expression, field, 'returned nothing (undefined).');
}

const codeOf = ({ code }: ExpressionError): string => (code === NO_CODE ? '' : `. ${code}`);

function asFieldError(thrown: unknown, expression: Expression, field: string): unknown {
  if (!(thrown instanceof ExpressionError)) return thrown;
  if (thrown.code === UNSUPPORTED_RESULT) return failure(expression, field, 'returned an unsupported result type.');
  return failure(expression, field, `threw an error during evaluation${codeOf(thrown)}: ${thrown.message}`);
}

const failure = ({ source }: Expression, field: string, what: string): FieldError =>
  new FieldError(
    'States.QueryEvaluationError',
    `The JSONata expression '${source}' specified for the field '${field}' ${what}`,
    field,
  );
