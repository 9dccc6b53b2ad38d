import { isObject, type Json, type JsonObject } from '../../protocol/json.ts';
import { FieldError } from '../execution/failures.ts';
import { type Environment, type Expression, ExpressionError, expressionText, NO_CODE } from '../jsonata/expression.ts';
import { parseExpression } from '../jsonata/parse.ts';
import type { Problems } from './definition-error.ts';
import type { JsonPointer } from './json-pointer.ts';

/** A value that is there at once, or later: most expressions need no waiting, and waiting costs. */
export type MaybePromise<T> = T | Promise<T>;

/** A JSON value with expressions in it, ready to be evaluated. Fails with a {@link FieldError}. */
export interface Template {
  /** Whether no expression is in it: then the value never changes. */
  readonly constant: boolean;
  render(environment: Environment): MaybePromise<Json>;
}

/** Where a template stands in the definition, and where what is wrong with it is collected. */
export interface TemplateContext {
  /** The field's name as AWS writes it in causes, e.g. `Arguments/FunctionName`. */
  readonly field: string;
  readonly pointer: JsonPointer;
  readonly problems: Problems;
  /** Whether `$states.result` and `$states.errorOutput` are there. */
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

/** Whether a value surely has no expression in it, and no mistake either: its place need not be known. */
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

/** Refuses what an expression reads that is not there, in AWS's words. */
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

/** Fills in one part after the other, and waits only where a part must be waited for. */
function renderParts<T extends Json[] | JsonObject>(
  into: T,
  keys: readonly (keyof T)[],
  parts: readonly Template[],
  environment: Environment,
  from: number,
): MaybePromise<T> {
  for (let at = from; at < parts.length; at++) {
    const value = parts[at]?.render(environment) ?? null;
    if (value instanceof Promise) {
      return value.then((json) => {
        put(into, keys[at], json);
        return renderParts(into, keys, parts, environment, at + 1);
      });
    }
    put(into, keys[at], value);
  }
  return into;
}

function put(into: Json[] | JsonObject, key: PropertyKey | undefined, value: Json): void {
  // An assignment to this key would change the prototype.
  if (key === '__proto__')
    Object.defineProperty(into, key, { value, enumerable: true, configurable: true, writable: true });
  // Lists get numbers and objects names: both are property keys.
  else (into as Record<PropertyKey, Json>)[key as string | number] = value;
}

function evaluate(expression: Expression, environment: Environment, field: string): MaybePromise<Json> {
  try {
    const value = expression.evaluate(environment);
    if (!(value instanceof Promise)) return present(value, expression, field);
    return value.then(
      (json) => present(json, expression, field),
      (thrown: unknown) => Promise.reject(asFieldError(thrown, expression, field)),
    );
  } catch (thrown) {
    throw asFieldError(thrown, expression, field);
  }
}

function present(value: Json | undefined, expression: Expression, field: string): Json {
  if (value !== undefined) return value;
  throw failure(expression, field, 'returned nothing (undefined).');
}

const codeOf = ({ code }: ExpressionError): string => (code === NO_CODE ? '' : `. ${code}`);

const asFieldError = (thrown: unknown, expression: Expression, field: string): unknown =>
  thrown instanceof ExpressionError
    ? failure(expression, field, `threw an error during evaluation${codeOf(thrown)}: ${thrown.message}`)
    : thrown;

const failure = ({ source }: Expression, field: string, what: string): FieldError =>
  new FieldError(
    'States.QueryEvaluationError',
    `The JSONata expression '${source}' specified for the field '${field}' ${what}`,
    field,
  );
