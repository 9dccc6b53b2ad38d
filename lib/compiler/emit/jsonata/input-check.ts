import { isObject, type Json, type JsonObject } from '../../../protocol/json.ts';
import { all, any, balanced, constant, FALSE, type Jsonata, lookup, not, quote } from './jsonata.ts';
import { bind, fn } from './locals.ts';

/**
 * A JSON Schema as JSONata: a message about the first misfit of `value`, or "" where it fits. Covers the keywords of
 * {@link CHECKED} and ignores annotations.
 */
export function problemOf(schema: Json, value: Jsonata, where = 'the input'): Jsonata {
  if (schema === false) return quote(`${where} must not be given`);
  if (!isObject(schema)) return FITS;
  return firstOf([
    ...Object.entries(schema).flatMap(([keyword, argument]) => {
      const check = CHECKS[keyword];
      return check ? [check(argument, { schema, value, where })] : [];
    }),
  ]);
}

/** The keywords of a schema, at any depth, that {@link problemOf} cannot check. */
export function uncheckedKeywords(schema: Json): readonly string[] {
  if (!isObject(schema)) return [];
  const here = Object.keys(schema).filter((keyword) => !CHECKS[keyword] && !ANNOTATIONS.has(keyword));
  return [...new Set([...here, ...subschemas(schema).flatMap(uncheckedKeywords)])];
}

interface At {
  readonly schema: JsonObject;
  readonly value: Jsonata;
  /** Names the value in messages. */
  readonly where: string;
}

type Check = (argument: Json, at: At) => Jsonata;

/** The problem of a value that always fits. */
export const FITS = '""';

const ANNOTATIONS = new Set(
  '$schema $id $comment title description default examples deprecated readOnly writeOnly is_secret format'.split(' '),
);

const CHECKS: { readonly [keyword: string]: Check } = {
  type: (type, at) => {
    const types = Array.isArray(type) ? type : [type];
    return complain(not(any(types.map((one) => isOfType(at.value, one)))), at, `must be ${types.join(' or ')}`);
  },
  enum: (values, at) =>
    complain(
      not(any(list(values).map((one) => equals(at.value, one)))),
      at,
      `must be one of ${JSON.stringify(values)}`,
    ),
  const: (constant, at) => complain(not(equals(at.value, constant)), at, `must be ${JSON.stringify(constant)}`),
  required: (names, at) =>
    firstOf(
      list(names).map((name) =>
        forType(at, 'object', `$exists(${lookup(at.value, String(name))})`, `must have ${quote(String(name))}`),
      ),
    ),
  properties: (properties, { value, where }) =>
    firstOf(
      Object.entries(isObject(properties) ? properties : {}).map(([name, schema]) => {
        const problem = problemOf(
          schema,
          '$property',
          where === 'the input' ? quote(name) : `${quote(name)} of ${where}`,
        );
        if (problem === FITS) return FITS;
        const property = `$type(${value}) = "object" ? ${lookup(value, name)}`;
        return bind('$property', `(${property})`, `$exists($property) ? ${problem} : ""`);
      }),
    ),
  additionalProperties: (rule, at) => {
    const known = Object.keys(isObject(at.schema.properties) ? at.schema.properties : {});
    if (rule !== false) return FITS;
    return forType(
      at,
      'object',
      `$count($keys(${at.value})[$not($ in ${constant(known)})]) = 0`,
      `may have ${known.join(', ')} only`,
    );
  },
  items: (schema, { value, where }) => {
    const problem = problemOf(schema, '$element', `an item of ${where}`);
    if (problem === FITS) return FITS;
    const problems = `$map(${value}, ${fn(['$element'], problem)})[$ != ""]`;
    const first = bind('$problems', problems, '$exists($problems) ? $problems[0] : ""');
    return `($type(${value}) = "array" ? ${first} : "")`;
  },
  minItems: (least, at) => forType(at, 'array', `$count(${at.value}) >= ${least}`, `must have at least ${least} items`),
  maxItems: (most, at) => forType(at, 'array', `$count(${at.value}) <= ${most}`, `must have at most ${most} items`),
  minLength: (least, at) =>
    forType(at, 'string', `$length(${at.value}) >= ${least}`, `must have at least ${least} characters`),
  maxLength: (most, at) =>
    forType(at, 'string', `$length(${at.value}) <= ${most}`, `must have at most ${most} characters`),
  pattern: (pattern, at) =>
    forType(at, 'string', `$contains(${at.value}, ${regex(String(pattern))})`, `must match ${pattern}`),
  minimum: (least, at) => forType(at, 'number', `${at.value} >= ${least}`, `must be at least ${least}`),
  maximum: (most, at) => forType(at, 'number', `${at.value} <= ${most}`, `must be at most ${most}`),
  exclusiveMinimum: (least, at) => forType(at, 'number', `${at.value} > ${least}`, `must be more than ${least}`),
  exclusiveMaximum: (most, at) => forType(at, 'number', `${at.value} < ${most}`, `must be less than ${most}`),
  anyOf: (schemas, at) =>
    complain(
      not(any(list(schemas).map((schema) => fits(schema, at.value)))),
      at,
      'must fit one of the schemas of its anyOf',
    ),
  allOf: (schemas, { value, where }) => firstOf(list(schemas).map((schema) => problemOf(schema, value, where))),
};

/** The keywords that are checked. */
export const CHECKED: readonly string[] = Object.keys(CHECKS);

const list = (value: Json): readonly Json[] => (Array.isArray(value) ? value : []);

const fits = (schema: Json, value: Jsonata): Jsonata => {
  const problem = problemOf(schema, value);
  return problem === FITS ? 'true' : `${problem} = ""`;
};

const isOfType = (value: Jsonata, type: Json): Jsonata =>
  type === 'integer'
    ? `$type(${value}) = "number" ? $floor(${value}) = ${value} : false`
    : `$type(${value}) = ${constant(type)}`;

const equals = (value: Jsonata, other: Json): Jsonata => `${value} = ${constant(other)}`;

/** A message about what a value must be and the first {@link SHOWN} characters of what it is. */
const complain = (wrong: Jsonata, { where, value }: Omit<At, 'schema'>, must: string): Jsonata => {
  const found = `$substring($string(${value}), 0, ${SHOWN})`;
  return wrong === FALSE ? FITS : `((${wrong}) ? ${quote(`${where} ${must}, but is `)} & ${found} : "")`;
};

const SHOWN = 60;

/** A keyword that applies only to values of one type. */
const forType = (at: At, type: string, holds: Jsonata, must: string): Jsonata =>
  complain(all([`$type(${at.value}) = ${quote(type)}`, not(holds)]), at, must);

const regex = (pattern: string): Jsonata => `/${pattern.replace(/(?<!\\)\//g, '\\/')}/`;

/** The first of several problems that is not empty. */
function firstOf(problems: readonly Jsonata[]): Jsonata {
  const open = problems.filter((problem) => problem !== FITS);
  return balanced(open, (one, rest) => bind('$problem', one, `$problem != "" ? $problem : ${rest}`)) ?? FITS;
}

function subschemas(schema: JsonObject): readonly Json[] {
  const { properties, items, anyOf, allOf } = schema;
  return [
    ...Object.values(isObject(properties) ? properties : {}),
    ...list(anyOf ?? []),
    ...list(allOf ?? []),
    items ?? true,
  ];
}
