import { Ajv, type ErrorObject, type Options, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { BoundedCache } from '../../protocol/bounded-cache.ts';
import { PatternTimeout, schemaPattern } from '../../protocol/bounded-pattern.ts';
import { describe } from '../../protocol/describe.ts';
import { isObject, type Json } from '../../protocol/json.ts';
import type { Segment } from '../../protocol/path.ts';

/** A part of a value that does not match a schema. */
export interface Problem {
  /** Where; for a missing field, the path of the object that lacks it. */
  readonly path: readonly Segment[];
  /** The missing field. */
  readonly missing?: string;
  /** What is wrong there, a predicate without its subject: `is null, but a string is expected`. */
  readonly problem: string;
}

/** A schema, and the document that its references point into. */
interface Schema {
  readonly schema: Json;
  readonly root: Json;
}

/** Patterns as {@link schemaPattern} reads them. `code` is for validators that are written to a file, of which there are none. */
const regExp = Object.assign(schemaPattern, { code: 'schemaPattern' });

const OPTIONS: Options = {
  strict: false,
  verbose: true,
  validateSchema: false,
  logger: false,
  code: { regExp },
};

/** How many problems of a value are looked for. Each takes some hundred bytes, and a value may have as many as it has items. */
export type Extent = 'all' | 'first';

/**
 * Everything in a value that does not match, or the first of it. Formats are only checked on request: libraries disagree about them, as they do
 * about the length of a string with characters of two code units. An invalid schema rejects nothing.
 */
export function findProblems(
  value: Json,
  { schema, root }: Schema,
  formats = false,
  extent: Extent = 'all',
): readonly Problem[] {
  const lengths = formats || !/[\ud800-\udfff]/.test(JSON.stringify(value));
  const options = { formats, extent };
  const validate = lengths
    ? compiled(schema, root, options)
    : compiled(withoutLengths(schema), withoutLengths(root), options);
  return validate ? problemsBy(validate, value) : [];
}

function problemsBy(validate: ValidateFunction, value: Json): readonly Problem[] {
  try {
    return validate(value) ? [] : (validate.errors ?? []).map(toProblem);
  } catch (error) {
    if (error instanceof PatternTimeout) return [{ path: [], problem: `cannot be checked: ${error.message}` }];
    throw error;
  }
}

const withoutLengths = (schema: Json): Json =>
  JSON.parse(JSON.stringify(schema), (key, value) => {
    const counts =
      key === 'pattern' ? typeof value === 'string' : /^m(in|ax)Length$/.test(key) && typeof value === 'number';
    return counts ? undefined : value;
  });

/** Compiled schemas by their text. One takes some hundred times the bytes of its text. */
const cache = new BoundedCache<ValidateFunction | undefined>(2 ** 18);

/** What a validator looks at and looks for. */
interface Looking {
  readonly formats: boolean;
  readonly extent: Extent;
}

function compiled(schema: Json, root: Json, looking: Looking): ValidateFunction | undefined {
  if (!isObject(schema)) return schema === false ? ajvFor('', looking).compile(false) : undefined;
  const { $schema: _, ...rest } = schema;
  const { $defs, definitions } = isObject(root) ? root : {};
  const whole = { ...($defs && { $defs }), ...(definitions && { definitions }), ...rest };
  const text = JSON.stringify(whole);
  // A part with references into the rest of the document cannot be compiled alone.
  if (schema !== root && /"\$ref":"#(?!\/\$defs\/|\/definitions\/)/.test(text)) return undefined;
  return cache.get(`${looking.formats} ${looking.extent} ${text}`, () => tryCompile(whole, ajvFor(text, looking)));
}

function tryCompile(schema: object, ajv: Ajv): ValidateFunction | undefined {
  try {
    return ajv.compile(schema);
  } catch {
    return undefined;
  }
}

/** Of what schemas use here, the drafts differ only in how they write the first items of a list. */
function ajvFor(text: string, { formats, extent }: Looking): Ajv {
  const options = { ...OPTIONS, validateFormats: formats, allErrors: extent === 'all' };
  const ajv = text.includes('"prefixItems"') ? new Ajv2020(options) : new Ajv(options);
  if (formats) addFormats.default(ajv);
  ajv.removeKeyword('multipleOf');
  return ajv.addKeyword({ keyword: 'multipleOf', type: 'number', schemaType: 'number', validate: isMultiple });
}

/** Whether a number is a multiple of another but for rounding: 0.3 is one of 0.1. */
function isMultiple(of: number, value: number): boolean {
  const ratio = value / of;
  return Math.abs(ratio - Math.round(ratio)) <= 1e-9 * Math.max(1, Math.abs(ratio));
}

function toProblem(error: ErrorObject): Problem {
  const path = error.instancePath.split('/').slice(1).map(toSegment);
  if (error.keyword === 'required') {
    return { path, missing: String(error.params.missingProperty), problem: 'is missing' };
  }
  return { path, problem: `is ${describe(error.data)}, but ${expected(error)}` };
}

/** A segment of a JSON pointer. */
function toSegment(text: string): Segment {
  return /^\d+$/.test(text) ? Number(text) : text.replaceAll('~1', '/').replaceAll('~0', '~');
}

function expected({ keyword, params, message, schema }: ErrorObject): string {
  if (keyword === 'type') return `${[params.type].flat().map(withArticle).join(' or ')} is expected`;
  if (keyword === 'enum')
    return `one of ${params.allowedValues.map((one: Json) => JSON.stringify(one)).join(', ')} is expected`;
  if (keyword === 'multipleOf') return `it must be multiple of ${schema}`;
  if (keyword === 'additionalProperties') return `the field "${params.additionalProperty}" is not allowed`;
  return `it ${message ?? `does not match "${keyword}"`}`;
}

const withArticle = (type: string): string => (type === 'null' ? type : `${/^[aio]/.test(type) ? 'an' : 'a'} ${type}`);
