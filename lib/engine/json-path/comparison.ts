import type { Json } from '../../protocol/json.ts';
import type { Section } from '../definition/section.ts';
import { FieldError } from '../execution/failures.ts';
import type { Visit } from '../execution/visit.ts';
import { compileReference, type ReferencePath, requireValue, resolve } from './path.ts';

type Test = (visit: Visit) => boolean;

/** Compiles a Choice rule of JSONPath: And, Or, Not, or a comparison of a Variable. */
export function compileComparison(section: Section): Test {
  if (!RULE_FIELDS.some((key) => section.has(key))) {
    if (!section.has('Condition')) section.problem(NO_RULE_FIELD);
    return () => false;
  }
  const tests = (key: string): readonly Test[] => section.sections(key).map(compileInner);
  if (section.has('And')) return all(tests('And'));
  if (section.has('Or')) return some(tests('Or'));
  const inner = section.section('Not');
  if (inner) {
    const test = compileInner(inner);
    return (visit) => !test(visit);
  }
  return compileOperator(section);
}

const RULE_FIELDS = ['And', 'Or', 'Not', 'Variable'];

/** AWS's message for a rule without a condition. */
export const NO_RULE_FIELD =
  'The object must have only one of the following fields, [And, Or, Not, Variable, Condition]';

/** A nested rule, which may have no Next. */
function compileInner(section: Section): Test {
  if (section.has('Next')) section.problem("Field 'Next' is not supported", 'Next', { at: section.pointer });
  return compileComparison(section);
}

const all =
  (tests: readonly Test[]): Test =>
  (visit) =>
    tests.every((test) => test(visit));
const some =
  (tests: readonly Test[]): Test =>
  (visit) =>
    tests.some((test) => test(visit));

function compileOperator(section: Section): Test {
  const variable = compileReference(section, 'Variable', NOT_A_REFERENCE);
  const keys = Object.keys(section.value).filter((name) => operatorOf(name) !== undefined || name in TYPE_TESTS);
  if (keys.length > 1) section.problem(`There should only be one of the following fields: [${keys.join(', ')}]`);
  const [key] = keys;
  if (key === undefined) section.problem('This object should have only one of the comparison operators');
  if (key === undefined || variable === undefined) return () => false;
  const expected = section.value[key];
  if (key === 'IsPresent') return (visit) => (resolve(variable, visit.input, visit) !== undefined) === expected;
  const typeTest = TYPE_TESTS[key];
  if (typeTest) return (visit) => typeTest(value(variable, visit)) === expected;
  return compileCompare(section, key, variable);
}

function compileCompare(section: Section, key: string, variable: ReferencePath): Test {
  const compare = operatorOf(key) ?? (() => false);
  if (!key.endsWith('Path')) {
    const expected = section.value[key] ?? null;
    return (visit) => compare(value(variable, visit), expected);
  }
  const path = compileReference(section, key, NOT_A_REFERENCE);
  return (visit) => path !== undefined && compare(value(variable, visit), requireValue(path, visit.input, visit, key));
}

const NOT_A_REFERENCE = "Value is not a Reference Path: Reference path didn't start with '$'";

/** The value of a rule's Variable. As on AWS, the execution fails if there is none, except in IsPresent. */
function value(path: ReferencePath, visit: Visit): Json {
  const found = resolve(path, visit.input, visit);
  if (found !== undefined) return found;
  throw new FieldError(
    'States.Runtime',
    `Invalid path '${path.text}': The choice state's condition path references an invalid value.`,
  );
}

const isTime = (json: Json): boolean =>
  typeof json === 'string' &&
  /^\d{4}-\d{2}-\d{2}T.*(?:Z|[+-]\d{2}:\d{2})$/.test(json) &&
  !Number.isNaN(Date.parse(json));

const TYPE_TESTS: Readonly<Record<string, (json: Json) => boolean>> = {
  IsPresent: () => true,
  IsNull: (json) => json === null,
  IsBoolean: (json) => typeof json === 'boolean',
  IsNumeric: (json) => typeof json === 'number',
  IsString: (json) => typeof json === 'string',
  IsTimestamp: isTime,
};

type Compare = (found: Json, expected: Json) => boolean;

const ORDER: Readonly<Record<string, (sign: number) => boolean>> = {
  Equals: (sign) => sign === 0,
  LessThan: (sign) => sign < 0,
  LessThanEquals: (sign) => sign <= 0,
  GreaterThan: (sign) => sign > 0,
  GreaterThanEquals: (sign) => sign >= 0,
};

const OPERATOR =
  /^(String|Numeric|Boolean|Timestamp)(Equals|LessThanEquals|GreaterThanEquals|LessThan|GreaterThan|Matches)(Path)?$/;

function operatorOf(key: string): Compare | undefined {
  const [, type, order] = OPERATOR.exec(key) ?? [];
  if (type === undefined || order === undefined) return undefined;
  if (order === 'Matches')
    return (found, pattern) =>
      typeof found === 'string' && typeof pattern === 'string' && wildcard(pattern).test(found);
  const test = ORDER[order] ?? (() => false);
  return (found, expected) => {
    const sign = signOf(type, found, expected);
    return sign !== undefined && test(sign);
  };
}

/** The sign of `found - expected`; undefined if either is not of the operator's type. */
function signOf(type: string, found: Json, expected: Json): number | undefined {
  const [a, b] = [keyOf(type, found), keyOf(type, expected)];
  if (a === undefined || b === undefined) return undefined;
  return a < b ? -1 : a > b ? 1 : 0;
}

function keyOf(type: string, json: Json): string | number | undefined {
  if (type === 'Numeric') return typeof json === 'number' ? json : undefined;
  if (type === 'Boolean') return typeof json === 'boolean' ? Number(json) : undefined;
  if (type === 'Timestamp') return isTime(json) ? Date.parse(String(json)) : undefined;
  return typeof json === 'string' ? json : undefined;
}

/** The pattern of StringMatches: `*` matches any text, `\\*` an asterisk. */
function wildcard(pattern: string): RegExp {
  const source = pattern.replace(/\\\*|\\\\|\*|[.+?^${}()|[\]\\]/g, (part) => {
    if (part === '*') return '[\\s\\S]*';
    return part.length === 2 ? part : `\\${part}`;
  });
  return new RegExp(`^${source}$`);
}
