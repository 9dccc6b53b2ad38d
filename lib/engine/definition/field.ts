import type { Json } from '../../protocol/json.ts';
import { FieldError } from '../execution/failures.ts';
import type { Visit } from '../execution/visit.ts';
import { compilePath, requireValue } from '../json-path/path.ts';
import { compilePathValue, type PathValue } from '../json-path/path-value.ts';
import { expressionText } from '../jsonata/expression.ts';
import { expectedType, kindOf, type Section } from './section.ts';
import { compileTemplate, type MaybePromise, type Template } from './template.ts';

/** A field that evaluates to a value of one type. `input`: the value of `$` in JSONPath. */
export interface Field<T> {
  evaluate(visit: Visit, input: Json): MaybePromise<T>;
}

interface Types {
  readonly number: number;
  readonly string: string;
  readonly boolean: boolean;
  readonly array: readonly Json[];
}

/** The bounds of an integer, both included. */
export interface Range {
  readonly minimum: number;
  readonly maximum: number;
}

/**
 * Compiles a field that is a literal, a JSONata expression or, in JSONPath, a path in the field `KeyPath`.
 * Undefined if the state does not have it.
 */
export function compileField<K extends keyof Types>(
  section: Section,
  key: string,
  type: K,
  range?: Range,
): Field<Types[K]> | undefined {
  const isJsonata = section.language === 'JSONata';
  const path = isJsonata ? undefined : compilePathOrCall(section, `${key}Path`);
  if (path !== undefined) return pathField(path, section.text(`${key}Path`) ?? '', `${key}Path`, type, range);
  const value = section.value[key];
  if (value === undefined) return undefined;
  const source = typeof value === 'string' && isJsonata ? expressionText(value) : undefined;
  // A literal list may contain expressions.
  if (source !== undefined || (isJsonata && isOf(value, type) && type === 'array'))
    return expressionField(
      compileTemplate(value, section.templateContext(key)),
      source ?? key,
      section.templateContext(key).field,
      type,
      range,
    );
  if (!isOf(value, type)) section.problem(wrongTypeMessage(value, type), key);
  else if (range && Number(value) < range.minimum) section.problem(`Minimum value is ${range.minimum}`, key);
  else if (range && Number(value) > range.maximum) section.problem(`Maximum value is ${range.maximum}`, key);
  else return { evaluate: () => value };
  return undefined;
}

/** The fields in which a call of an intrinsic function may stand in place of a path. */
const WITH_CALLS: ReadonlySet<string> = new Set(['ErrorPath', 'CausePath']);

function compilePathOrCall(section: Section, key: string): PathValue | undefined {
  const text = section.text(key);
  if (text !== undefined && WITH_CALLS.has(key)) return compilePathValue(text, key, section.templateContext(key));
  const path = compilePath(section, key);
  return path && ((input, environment) => requireValue(path, input, environment, key));
}

function wrongTypeMessage(value: Json, type: keyof Types): string {
  if (type === 'number') return 'Expected value of type Integer';
  if (typeof value === 'string' && value.startsWith('{%')) return 'JSONata string must start with {% and end with %}';
  return expectedType(type === 'string' ? 'STRING' : type === 'boolean' ? 'BOOLEAN' : 'ARRAY');
}

const isOf = <K extends keyof Types>(value: Json, type: K): value is Json & Types[K] => kindOf(value) === type;

const unexpected = (value: Json, type: string): string =>
  `Expected '${type}', but was '${kindOf(value)}' for value: ${JSON.stringify(value)}`;

/** Fails unless the value is an integer in the range, in the words that AWS uses for MaxConcurrency. */
function checkRange(value: number, { minimum, maximum }: Range, field: string, error: FieldError['error']): void {
  if (Number.isInteger(value) && value >= minimum && value <= maximum) return;
  const wanted =
    value > maximum ? `an integer of at most ${maximum}` : `a ${minimum > 0 ? 'positive' : 'non-negative'} integer`;
  throw new FieldError(error, `The ${field} field must be ${wanted} but was: ${value}`, field);
}

/** The failure of an expression whose value is not of the type that its field requires. */
export function unexpectedResult(source: string, field: string, type: string, value: Json): FieldError {
  const what = `The JSONata expression '${source}' specified for the field '${field}' returned an unexpected result type.`;
  return new FieldError('States.QueryEvaluationError', `${what} ${unexpected(value, type)}`, field);
}

function expressionField<K extends keyof Types>(
  template: Template,
  source: string,
  field: string,
  type: K,
  range: Range | undefined,
): Field<Types[K]> {
  const check = (value: Json): Types[K] => {
    if (!isOf(value, type)) throw unexpectedResult(source, field, type, value);
    if (range) checkRange(Number(value), range, field, 'States.QueryEvaluationError');
    return value;
  };
  return {
    evaluate(visit) {
      const value = template.render(visit);
      return value instanceof Promise ? value.then(check) : check(value);
    },
  };
}

function pathField<K extends keyof Types>(
  valueAt: PathValue,
  text: string,
  field: string,
  type: K,
  range: Range | undefined,
): Field<Types[K]> {
  return {
    evaluate(visit, input) {
      const value = valueAt(input, visit);
      if (isOf(value, type)) {
        if (range) checkRange(Number(value), range, field, 'States.Runtime');
        return value;
      }
      const what = `The JSONPath '${text}' specified for the field '${field}' has a value of an unexpected type.`;
      throw new FieldError('States.Runtime', `${what} ${unexpected(value, type)}`, field);
    },
  };
}
