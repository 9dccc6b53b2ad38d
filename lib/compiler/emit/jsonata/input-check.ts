import { isObject, type Json, type JsonObject } from '../../../protocol/json.ts';
import { escapeValue } from '../../../protocol/markers.ts';
import { flatConstant } from './constant.ts';
import { all, any, balanced, EMPTY, FALSE, type Jsonata, jsonata, list, not, quote, TRUE } from './jsonata.ts';
import { bind, fn } from './locals.ts';
import { amongSpilled, hasSpilledPart, isSetAside, travellingField, travellingKeys } from './lookalike.ts';
import { regexOf } from './pattern.ts';

/** The problem of a value that always fits. */
export const FITS = EMPTY;

/**
 * A JSON Schema as JSONata: a message about the first misfit of `value`, or "" where it fits. Covers the keywords of
 * {@link CHECKED} and ignores annotations. A part of the value that was spilled fits: it was checked before.
 */
export function problemOf(schema: Json, value: Jsonata): Jsonata {
  const problem = problemAt(schema, value, INPUT);
  return problem === FITS ? FITS : amongSpilled(problem);
}

/** What messages call the whole value. */
const INPUT = 'the input';

function problemAt(schema: Json, value: Jsonata, where: string): Jsonata {
  const problem = ownProblemOf(schema, value, where);
  return problem === FITS || isNeverSpilled(schema) ? problem : jsonata`(${isSetAside(value)} ? "" : ${problem})`;
}

function ownProblemOf(schema: Json, value: Jsonata, where: string): Jsonata {
  if (schema === false) return quote(`${where} must not be given`);
  if (!isObject(schema)) return FITS;
  return firstOf(checksOf(schema).map(({ check }) => check({ value, where })));
}

/** The keywords of a schema, at any depth, that {@link problemOf} cannot check. */
export function uncheckedKeywords(schema: Json): readonly string[] {
  if (!isObject(schema)) return [];
  const checked = new Set(checksOf(schema).map(({ keyword }) => keyword));
  const here = Object.keys(schema).filter((keyword) => !checked.has(keyword) && !ANNOTATIONS.has(keyword));
  return [...new Set([...here, ...subschemas(schema).flatMap(uncheckedKeywords)])];
}

/** A value that is checked. */
interface At {
  readonly value: Jsonata;
  /** Names the value in messages. */
  readonly where: string;
}

/** The problem of a value by one keyword. */
type Check = (at: At) => Jsonata;

/** The check of a keyword in a schema; undefined for an argument that JSONata cannot check exactly. */
type Keyword = (argument: Json, schema: JsonObject) => Check | undefined;

const ANNOTATIONS = new Set(
  '$schema $id $comment title description default examples deprecated readOnly writeOnly is_secret format'.split(' '),
);

const KEYWORDS: ReadonlyMap<string, Keyword> = new Map<string, Keyword>([
  ['type', (types) => checkOfType(listed(types).filter(isText))],
  ['enum', (values) => (Array.isArray(values) ? checkOfValues(values, `one of ${JSON.stringify(values)}`) : undefined)],
  ['const', (value) => checkOfValues([value], JSON.stringify(value))],
  ['required', (names) => ofList(names, (all) => checkOfRequired(all.filter(isText)))],
  ['properties', (properties) => (isObject(properties) ? checkOfProperties(properties) : undefined)],
  ['additionalProperties', (rule, schema) => checkOfOtherProperties(rule, schema)],
  ['items', (schema) => (Array.isArray(schema) ? undefined : checkOfItems(schema))],
  [
    'minItems',
    (n) => limit(n, 'array', (least, at) => [jsonata`$count(${at}) >= ${least}`, `have at least ${least} items`]),
  ],
  [
    'maxItems',
    (n) => limit(n, 'array', (most, at) => [jsonata`$count(${at}) <= ${most}`, `have at most ${most} items`]),
  ],
  [
    'minLength',
    (n) =>
      limit(n, 'string', (least, at) => [jsonata`$length(${at}) >= ${least}`, `have at least ${least} characters`]),
  ],
  [
    'maxLength',
    (n) => limit(n, 'string', (most, at) => [jsonata`$length(${at}) <= ${most}`, `have at most ${most} characters`]),
  ],
  ['minimum', (n) => limit(n, 'number', (least, at) => [jsonata`${at} >= ${least}`, `be at least ${least}`])],
  ['maximum', (n) => limit(n, 'number', (most, at) => [jsonata`${at} <= ${most}`, `be at most ${most}`])],
  ['exclusiveMinimum', (n) => limit(n, 'number', (least, at) => [jsonata`${at} > ${least}`, `be more than ${least}`])],
  ['exclusiveMaximum', (n) => limit(n, 'number', (most, at) => [jsonata`${at} < ${most}`, `be less than ${most}`])],
  ['pattern', (pattern) => (isText(pattern) ? checkOfPattern(pattern) : undefined)],
  ['anyOf', (schemas) => ofList(schemas, checkOfAny)],
  ['allOf', (schemas) => ofList(schemas, checkOfAll)],
]);

/** The keywords that are checked. */
export const CHECKED: readonly string[] = [...KEYWORDS.keys()];

function checksOf(schema: JsonObject): readonly { readonly keyword: string; readonly check: Check }[] {
  return Object.entries(schema).flatMap(([keyword, argument]) => {
    const check = KEYWORDS.get(keyword)?.(argument, schema);
    return check ? [{ keyword, check }] : [];
  });
}

const checkOfType = (types: readonly string[]): Check | undefined =>
  types.length === 0
    ? undefined
    : (at) => complain(not(any(types.map((type) => isOfType(at.value, type)))), at, `be ${types.join(' or ')}`);

function isOfType(value: Jsonata, type: string): Jsonata {
  return type === 'integer'
    ? jsonata`$type(${value}) = "number" ? $floor(${value}) = ${value} : false`
    : jsonata`$type(${value}) = ${quote(type)}`;
}

/** A value may travel in another form than it is written in a schema: that is left to other checks. */
function checkOfValues(values: readonly Json[], must: string): Check | undefined {
  if (values.some((value) => escapeValue(value) !== value)) return undefined;
  const hasParts = values.some((value) => typeof value === 'object' && value !== null);
  return (at) => {
    const isOther = not(any(values.map((value) => jsonata`${at.value} = ${flatConstant(value)}`)));
    return complain(hasParts ? all([isOther, not(hasSpilledPart(at.value))]) : isOther, at, `be ${must}`);
  };
}

const checkOfRequired =
  (names: readonly string[]): Check =>
  (at) =>
    firstOf(
      names.map((name) =>
        forType(at, 'object', jsonata`$exists(${travellingField(at.value, name)})`, `have ${quote(name)}`),
      ),
    );

const checkOfProperties =
  (properties: JsonObject): Check =>
  ({ value, where }) =>
    firstOf(
      Object.entries(properties).map(([name, schema]) => {
        const named = where === INPUT ? quote(name) : `${quote(name)} of ${where}`;
        const problem = problemAt(schema, '$property', named);
        if (problem === FITS) return FITS;
        const property = jsonata`($type(${value}) = "object" ? ${travellingField(value, name)})`;
        return bind('$property', property, jsonata`$exists($property) ? ${problem} : ""`);
      }),
    );

/** Only where no other properties are allowed: JSONata has no name for each of them. */
function checkOfOtherProperties(rule: Json, { properties, patternProperties }: JsonObject): Check | undefined {
  if (rule === true || (isObject(rule) && Object.keys(rule).length === 0)) return () => FITS;
  if (rule !== false || patternProperties !== undefined) return undefined;
  const known = Object.keys(isObject(properties) ? properties : {});
  const keys = list(known.flatMap(travellingKeys).map(quote));
  return (at) =>
    forType(at, 'object', jsonata`$count($keys(${at.value})[$not($ in ${keys})]) = 0`, `have ${known.join(', ')} only`);
}

const checkOfItems =
  (schema: Json): Check =>
  ({ value, where }) => {
    const problem = problemAt(schema, '$element', `an item of ${where}`);
    if (problem === FITS) return FITS;
    const problems = jsonata`$map(${value}, ${fn(['$element'], problem)})[$ != ""]`;
    const first = bind('$problems', problems, jsonata`$exists($problems) ? $problems[0] : ""`);
    return jsonata`($type(${value}) = "array" ? ${first} : "")`;
  };

/** A keyword with a number. `holds`: the condition that it makes of a value, and what the value must be or have. */
const limit = (
  argument: Json,
  type: string,
  holds: (limit: number, value: Jsonata) => readonly [condition: Jsonata, must: string],
): Check | undefined =>
  typeof argument === 'number' ? (at) => forType(at, type, ...holds(argument, at.value)) : undefined;

function checkOfPattern(pattern: string): Check | undefined {
  const regex = regexOf(pattern);
  return regex && ((at) => forType(at, 'string', jsonata`$contains(${at.value}, ${regex})`, `match ${pattern}`));
}

const checkOfAny =
  (schemas: readonly Json[]): Check =>
  (at) =>
    complain(not(any(schemas.map((schema) => fits(schema, at)))), at, 'fit one of the schemas of its anyOf');

const checkOfAll =
  (schemas: readonly Json[]): Check =>
  ({ value, where }) =>
    firstOf(schemas.map((schema) => ownProblemOf(schema, value, where)));

function fits(schema: Json, { value, where }: At): Jsonata {
  const problem = ownProblemOf(schema, value, where);
  return problem === FITS ? TRUE : jsonata`${problem} = ""`;
}

/** A message about what a value must do and the first {@link SHOWN} characters of what it is. */
function complain(wrong: Jsonata, { where, value }: At, must: string): Jsonata {
  if (wrong === FALSE) return FITS;
  const found = jsonata`$substring($string(${value}), 0, ${SHOWN})`;
  return jsonata`((${wrong}) ? ${quote(`${where} must ${must}, but is `)} & ${found} : "")`;
}

const SHOWN = 60;

/** A keyword that applies only to values of one type. */
const forType = (at: At, type: string, holds: Jsonata, must: string): Jsonata =>
  complain(all([jsonata`$type(${at.value}) = ${quote(type)}`, not(holds)]), at, must);

/** The first of several problems that is not empty. */
function firstOf(problems: readonly Jsonata[]): Jsonata {
  const open = problems.filter((problem) => problem !== FITS);
  return balanced(open, (one, rest) => bind('$problem', one, jsonata`$problem != "" ? $problem : ${rest}`)) ?? FITS;
}

const SMALL_TYPES: readonly Json[] = ['number', 'integer', 'boolean', 'null'];

/** Whether a value that fits is smaller than any marker. */
const isNeverSpilled = (schema: Json): boolean =>
  isObject(schema) && schema.type !== undefined && listed(schema.type).every((type) => SMALL_TYPES.includes(type));

function subschemas(schema: JsonObject): readonly Json[] {
  const { properties, items, anyOf, allOf } = schema;
  return [
    ...Object.values(isObject(properties) ? properties : {}),
    ...(Array.isArray(anyOf) ? anyOf : []),
    ...(Array.isArray(allOf) ? allOf : []),
    ...(items === undefined || Array.isArray(items) ? [] : [items]),
  ];
}

const listed = (value: Json): readonly Json[] => (Array.isArray(value) ? value : [value]);

const isText = (value: Json): value is string => typeof value === 'string';

const ofList = (argument: Json, check: (items: readonly Json[]) => Check): Check | undefined =>
  Array.isArray(argument) ? check(argument) : undefined;
