import type { Json } from '../../../protocol/json.ts';
import { compileField } from '../../definition/field.ts';
import type { Section } from '../../definition/section.ts';
import type { MaybePromise } from '../../definition/template.ts';
import { FieldError } from '../../execution/failures.ts';
import type { Visit } from '../../execution/visit.ts';
import { compilePath, requireValue } from '../../json-path/path.ts';
import type { Path } from '../../json-path/path-steps.ts';

/** Evaluates a field of a Map. `input`: the effective input, the root of JSONPath. */
export type NumberField = (visit: Visit, input: Json) => MaybePromise<number | undefined>;

/**
 * Compiles a field that is a number: a literal, a JSONata expression or, in JSONPath, a path in the field `KeyPath`. It
 * evaluates to undefined if the state does not have it. `check` returns the problem of a number, if any.
 */
export function compileNumber(
  section: Section,
  key: string,
  kind: 'integer' | 'float',
  check: (value: number) => string | undefined = () => undefined,
): NumberField {
  const isJsonata = section.language === 'JSONata';
  const path = isJsonata ? undefined : compilePath(section, `${key}Path`);
  if (path !== undefined) return (visit, input) => checked(numberAtPath(path, `${key}Path`, kind, input, visit));
  const literal = section.value[key];
  const problem = typeof literal === 'number' ? problemOf(key, literal) : undefined;
  if (problem !== undefined) section.problem(literalProblem(Number(literal), kind) ?? problem, key);
  const field = compileField(section, key, 'number');
  return (visit, input) => {
    const value = field?.evaluate(visit, input);
    return value instanceof Promise ? value.then(checked) : value === undefined ? undefined : checked(value);
  };

  function problemOf(name: string, value: number): string | undefined {
    if (kind === 'integer' && !Number.isInteger(value)) return `The ${name} field must be an integer but was: ${value}`;
    return check(value);
  }

  function checked(value: number): number {
    const message = problemOf(key, value);
    if (message === undefined) return value;
    throw new FieldError(isJsonata ? 'States.QueryEvaluationError' : 'States.Runtime', message, key);
  }
}

/** AWS's message for an invalid literal. */
function literalProblem(literal: number, kind: 'integer' | 'float'): string | undefined {
  if (kind === 'integer' && !Number.isInteger(literal)) return 'Expected value of type Integer';
  if (literal < 0) return 'Minimum value is 0';
  return kind === 'float' && literal > 100 ? 'Maximum value is 100' : undefined;
}

/** The number at a path; fails with AWS's message for a value that is not one. */
function numberAtPath(path: Path, field: string, kind: 'integer' | 'float', input: Json, visit: Visit): number {
  const value = requireValue(path, input, visit, field);
  if (typeof value === 'number' && (kind === 'float' || Number.isInteger(value))) return value;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const what = `The ${field} field refers to value "${text}" which is not a valid ${kind}: ${path.text}`;
  throw new FieldError('States.Runtime', what, field);
}
