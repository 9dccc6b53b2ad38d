import type { Expression, Literal, VariableReference } from '../../flow/expression.ts';
import type { Step } from '../../flow/flow.ts';
import { formatPath } from '../../protocol/describe.ts';
import { isObject } from '../../protocol/json.ts';
import { type Operation, pathsIn } from '../../protocol/operation.ts';
import { alternativesOf, type Path, type Segment } from '../../protocol/path.ts';
import { fieldsOf, inputField } from './builtins.ts';

/** The field of a step's input that gives values to the variables of the flow that the step runs. */
export const VARIABLES_FIELD = 'variables';

/**
 * What a step gives to a variable of the flow that it runs: a literal, an expression whose value a run computes, or, where the
 * names too are only known in a run, perhaps a value.
 */
export type Giving =
  | { readonly kind: 'constant'; readonly value: Literal }
  | { readonly kind: 'computed'; readonly value: Expression }
  | { readonly kind: 'perhaps' };

/** What a step gives to the variable of a name; undefined for nothing. */
export function givingOf(step: Pick<Step, 'input'>, name: string): Giving | undefined {
  const field = inputField(step, VARIABLES_FIELD);
  if (!field) return undefined;
  if (field.kind === 'literal' && field.secret !== undefined) return { kind: 'constant', value: within(field, [name]) };
  const fields = fieldsOf(field);
  if (!fields) return field.kind === 'literal' ? undefined : { kind: 'perhaps' };
  const value = fields.find(([key]) => key === name)?.[1];
  if (!value) return undefined;
  return value.kind === 'literal' ? { kind: 'constant', value } : { kind: 'computed', value };
}

/** A part of a secret, as a literal of its own; of any other literal, the literal itself. */
export function within(literal: Literal, segments: readonly Segment[]): Literal {
  const { secret } = literal;
  if (secret === undefined || segments.length === 0) return literal;
  const rest = formatPath(segments);
  return { ...literal, secret: rest.startsWith('[') ? `${secret}${rest}` : `${secret}.${rest}` };
}

/** The names that a step is known to give values to; undefined where only a run knows them. */
export function givenNames(step: Pick<Step, 'input'>): readonly string[] | undefined {
  const field = inputField(step, VARIABLES_FIELD);
  if (!field) return [];
  if (field.kind === 'literal' && (field.secret !== undefined || !isObject(field.value))) return [];
  return fieldsOf(field)?.map(([key]) => key);
}

/**
 * Where operations on a flow's input find what is given to its variables, too: as if the input had a field of this name. No text
 * in a flow contains a NUL.
 */
export const VARIABLES_OF_INPUT = '\u0000variables';

/** The path of a variable among those of the input; undefined for a path that may be read in two ways. */
export function inputPathOf({ name, path: { path } }: Pick<VariableReference, 'name' | 'path'>): Path | undefined {
  const [way, other] = alternativesOf(path);
  return way && !other && !path.further ? { segments: [VARIABLES_OF_INPUT, name, ...way] } : undefined;
}

/** Where a path among those of the input leads in a map of what is given to variables; undefined for one of the input itself. */
export const givenSegments = ({ segments: [first, ...rest] }: Path): readonly Segment[] | undefined =>
  first === VARIABLES_OF_INPUT ? rest : undefined;

/** The names of the variables that an operation on the input reads. */
export const variablesOfOperation = (operation: Operation): readonly string[] =>
  pathsIn(operation).flatMap((path) => givenSegments(path)?.slice(0, 1).map(String) ?? []);

/** The paths that a reference to a variable may resolve to in a map of all variables, as written. */
export const variablePaths = ({ name, path }: Pick<VariableReference, 'name' | 'path'>): readonly string[] =>
  alternativesOf(path.path).map((way) => formatPath([name, ...way]));

/** A key that is equal for references to variables that read the same. */
export const variableKey = (reference: Pick<VariableReference, 'name' | 'path'>): string =>
  variablePaths(reference).join(' or ');
