import type { Json } from '../../protocol/json.ts';
import { expectedType, kindOf } from '../definition/section.ts';
import { isTimestamp, NOT_A_TIMESTAMP } from '../definition/timestamp.ts';
import { matchesParts } from '../wildcard.ts';

/** An operator of a Choice rule in JSONPath. */
export interface Operator {
  /** The problem of a literal operand; undefined if it has none. */
  readonly problemOf: (operand: Json) => string | undefined;
  /** Whether it holds for the value of the rule's Variable. */
  readonly holds: (found: Json, operand: Json) => boolean;
  /** Whether its operand is a path to the value to compare with. */
  readonly isPath: boolean;
}

type Named = Operator & { readonly name: string };

function operator(name: string, problemOf: Operator['problemOf'], holds: Operator['holds'], isPath = false): Named {
  return { name, problemOf, holds, isPath };
}

const typeTest = (name: string, is: (json: Json) => boolean): Named =>
  operator(name, boolean, (found, operand) => is(found) === operand);

/** An operator, and its variant that takes a path. */
function withPath(name: string, problemOf: Operator['problemOf'], holds: Operator['holds']): readonly Named[] {
  return [operator(name, problemOf, holds), operator(`${name}Path`, text, holds, true)];
}

/** The five comparisons of a type. `keyOf`: what values of the type are ordered by; undefined for any other value. */
function comparisons(
  type: string,
  problemOf: Operator['problemOf'],
  keyOf: (json: Json) => string | number | undefined,
): readonly Named[] {
  const compare =
    (order: (sign: number) => boolean): Operator['holds'] =>
    (found, operand) => {
      const [a, b] = [keyOf(found), keyOf(operand)];
      return a !== undefined && b !== undefined && order(a < b ? -1 : a > b ? 1 : 0);
    };
  return [
    ...withPath(
      `${type}Equals`,
      problemOf,
      compare((sign) => sign === 0),
    ),
    ...withPath(
      `${type}LessThan`,
      problemOf,
      compare((sign) => sign < 0),
    ),
    ...withPath(
      `${type}LessThanEquals`,
      problemOf,
      compare((sign) => sign <= 0),
    ),
    ...withPath(
      `${type}GreaterThan`,
      problemOf,
      compare((sign) => sign > 0),
    ),
    ...withPath(
      `${type}GreaterThanEquals`,
      problemOf,
      compare((sign) => sign >= 0),
    ),
  ];
}

function text(operand: Json): string | undefined {
  return kindOf(operand) === 'string' ? undefined : expectedType('STRING');
}

function number(operand: Json): string | undefined {
  return kindOf(operand) === 'number' ? undefined : expectedType('NUMBER');
}

function boolean(operand: Json): string | undefined {
  return kindOf(operand) === 'boolean' ? undefined : expectedType('BOOLEAN');
}

function timestamp(operand: Json): string | undefined {
  return text(operand) ?? (isTime(operand) ? undefined : NOT_A_TIMESTAMP);
}

function isTime(json: Json): boolean {
  return typeof json === 'string' && isTimestamp(json);
}

/** StringMatches: in the pattern, `*` matches any text, `\\*` an asterisk, and `\\` a backslash. */
function matches(found: Json, pattern: Json): boolean {
  return typeof found === 'string' && typeof pattern === 'string' && matchesParts(found, partsOf(pattern));
}

function partsOf(pattern: string): readonly string[] {
  const parts = [''];
  for (const [token] of pattern.matchAll(/\\[*\\]|[\s\S]/g)) {
    if (token === '*') parts.push('');
    else parts.push((parts.pop() ?? '') + token.slice(-1));
  }
  return parts;
}

/** The operators by their names. Source: "Choice", AWS Step Functions developer guide. */
export const OPERATORS: ReadonlyMap<string, Operator> = new Map(
  [
    ...comparisons('String', text, (json) => (typeof json === 'string' ? json : undefined)),
    ...comparisons('Numeric', number, (json) => (typeof json === 'number' ? json : undefined)),
    ...comparisons('Timestamp', timestamp, (json) => (isTime(json) ? Date.parse(String(json)) : undefined)),
    ...withPath('BooleanEquals', boolean, (found, operand) => typeof found === 'boolean' && found === operand),
    operator('StringMatches', text, matches),
    typeTest('IsNull', (json) => json === null),
    typeTest('IsBoolean', (json) => typeof json === 'boolean'),
    typeTest('IsNumeric', (json) => typeof json === 'number'),
    typeTest('IsString', (json) => typeof json === 'string'),
    typeTest('IsTimestamp', isTime),
    // Whether there is a value is found before there is one to test.
    typeTest('IsPresent', () => true),
  ].map((entry) => [entry.name, entry]),
);
