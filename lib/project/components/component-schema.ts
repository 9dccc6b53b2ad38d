import * as z from 'zod';
import { isObject, type Json, type JsonObject } from '../../protocol/json.ts';

type Override = Parameters<NonNullable<z.core.ToJSONSchemaParams['override']>>[0];
type Side = 'input' | 'output';

/**
 * The JSON Schema of what a component takes or returns. It allows every value that zod accepts, and perhaps more: what JSON
 * Schema cannot say, such as a transformation, is left open.
 */
export const componentSchema = (schema: z.ZodType, side: Side): Json =>
  openIntersections(
    JSON.parse(
      JSON.stringify(
        z.toJSONSchema(schema, {
          io: side,
          unrepresentable: 'any',
          override: (found) => (side === 'input' ? widenInput(found) : widenOverwritten(found)),
        }),
      ),
    ),
  );

function widenInput(found: Override): void {
  const { zodSchema, jsonSchema } = found;
  const { def } = zodSchema._zod;
  if (takesAnything(def)) drop(jsonSchema, Object.keys(jsonSchema));
  widenOverwritten(found);
  if (hasLooserPattern(zodSchema)) drop(jsonSchema, PATTERNS);
  if (def.type === 'object') widenObject(def, jsonSchema);
  if (def.type === 'record') widenRecord(def, jsonSchema);
  if (def.type === 'tuple' && def.items.some((item) => mayBeMissing(item))) drop(jsonSchema, ['minItems']);
  // Options that are widened may overlap.
  if (jsonSchema.oneOf) {
    jsonSchema.anyOf = jsonSchema.oneOf;
    drop(jsonSchema, ['oneOf']);
  }
}

function drop(schema: Override['jsonSchema'], keywords: readonly string[]): void {
  for (const keyword of keywords) delete schema[keyword];
}

type Def = z.core.$ZodTypes['_zod']['def'];

/** What coerces its input, transforms it first, or falls back where it does not fit. */
const takesAnything = (def: Def): boolean =>
  def.type === 'catch' ||
  ('coerce' in def && def.coerce === true) ||
  (def.type === 'pipe' && def.in._zod.def.type === 'transform');

const PATTERNS = ['pattern', 'format', 'allOf'];

/** Keywords that hold for a value as it is before, or after, a check that replaces it. */
const CHECKED = [
  ...PATTERNS,
  ...['minLength', 'maxLength', 'minItems', 'maxItems', 'additionalProperties'],
  ...['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
];

/** `trim`, `toLowerCase` and other overwrites replace the value among the checks: other checks may see another value. */
function widenOverwritten({ zodSchema, jsonSchema }: Override): void {
  if (!zodSchema._zod.def.checks?.some(({ _zod }) => _zod.def.check === 'overwrite')) return;
  drop(jsonSchema, CHECKED);
  if (jsonSchema.type === 'integer') jsonSchema.type = 'number';
}

/** Whether a string's regular expressions match more than they do without their flags. */
function hasLooserPattern(schema: z.core.$ZodType): boolean {
  const { def, bag } = schema._zod;
  const checks: readonly object[] = [def, ...(def.checks ?? []).map(({ _zod }) => _zod.def)];
  const patterns: readonly unknown[] = [...checks.map(patternOf), ...(bag.patterns instanceof Set ? bag.patterns : [])];
  return patterns.some((pattern) => pattern instanceof RegExp && /[^uv]/.test(pattern.flags)) || checks.some(seeksFrom);
}

const patternOf = (check: object): unknown => ('pattern' in check ? check.pattern : undefined);

/** `includes` from a position on: its pattern skips no line breaks. */
const seeksFrom = (check: object): boolean =>
  'includes' in check && 'position' in check && check.position !== undefined;

function widenObject({ shape }: z.core.$ZodObjectDef, schema: Override['jsonSchema']): void {
  const required = schema.required?.filter((name) => !(shape[name] && mayBeMissing(shape[name])));
  if (required && required.length > 0) schema.required = required;
  else drop(schema, ['required']);
}

/** Values of a record may be missing although its keys are listed. */
function widenRecord({ keyType }: z.core.$ZodRecordDef, schema: Override['jsonSchema']): void {
  drop(schema, ['required']);
  if (hasLooserPattern(keyType) || keyType._zod.def.checks?.some(({ _zod }) => _zod.def.check === 'overwrite'))
    drop(schema, ['patternProperties']);
}

/** Whether a schema accepts a missing value, though zod may call it required. */
function mayBeMissing(schema: z.core.$ZodType, seen: ReadonlySet<z.core.$ZodType> = new Set()): boolean {
  if (seen.has(schema)) return false;
  // The type of every schema; the generic one does not tell its definitions apart.
  const { def } = (schema as z.core.$ZodTypes)._zod;
  const inside = (one: z.core.$ZodType): boolean => mayBeMissing(one, new Set([...seen, schema]));
  switch (def.type) {
    case 'catch':
    case 'transform':
    case 'optional':
    case 'default':
    case 'prefault':
      return true;
    case 'pipe':
      return inside(def.in);
    case 'nullable':
    case 'nonoptional':
    case 'readonly':
      return inside(def.innerType);
    case 'lazy':
      return inside(def.getter());
    case 'union':
      return def.options.some(inside);
    case 'intersection':
      return inside(def.left) && inside(def.right);
    default:
      return false;
  }
}

/**
 * In an intersection, zod refuses a field only if no member lists it; in an `allOf`, each member that is closed refuses the
 * fields of all others.
 */
function openIntersections(schema: Json): Json {
  if (Array.isArray(schema)) return schema.map(openIntersections);
  if (!isObject(schema)) return schema;
  const inside: JsonObject = Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [key, openIntersections(value)]),
  );
  return Array.isArray(inside.allOf) ? { ...inside, allOf: inside.allOf.map(openMember) } : inside;
}

function openMember(member: Json): Json {
  if (!isObject(member)) return member;
  // The target of a reference may be closed, and stand elsewhere too.
  if (member.$ref !== undefined) return {};
  const { additionalProperties, propertyNames, anyOf, oneOf, ...rest } = member;
  const options = anyOf ?? oneOf;
  const lists = isObject(propertyNames) && Object.keys(propertyNames).some((keyword) => keyword !== 'type');
  return {
    ...rest,
    ...(additionalProperties !== undefined && additionalProperties !== false && !lists && { additionalProperties }),
    ...(Array.isArray(options) && { anyOf: options.map(openMember) }),
  };
}
