import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import jsonata from 'jsonata';
import { describe, expect, it } from 'vitest';
import { problemOf, uncheckedKeywords } from '../../../../lib/compiler/emit/jsonata/input-check.ts';
import { variable } from '../../../../lib/compiler/emit/jsonata/jsonata.ts';
import type { Json } from '../../../../lib/protocol/json.ts';
import { runs } from '../../../chance.ts';

const ajv = new Ajv2020({ strict: false });

/** Evaluated no deeper than AWS does. Measured there: https://github.com/floci-io/floci/issues/2737 */
const problem = async (schema: Json, value: Json): Promise<unknown> =>
  jsonata(problemOf(schema, variable('in')), { stack: 100 }).evaluate({}, { in: value });

/** Names of fields, also of those that every object of JavaScript has, and that markers have. */
const fieldName = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('a', 'b', 'c d') },
  { weight: 1, arbitrary: fc.constantFrom('constructor', 'toString', '$blob', '$secret', '" and "', '{% 1 %}') },
);

const { value: anyValue } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<Json>(null, true, false, 0, 1, 2.5, -3, '', 'x', 'abc', 'a/b', '(', '😀', 'é', '"$blob":', [], {}, [
      [1],
    ]),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fieldName, tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
}));

type Schema = { [keyword: string]: Json };

const flat: fc.Arbitrary<Schema> = fc.record(
  {
    type: fc.constantFrom<Json>('object', 'array', 'string', 'number', 'integer', 'boolean', 'null', [
      'string',
      'null',
    ]),
    enum: fc.constantFrom<Json>([1, 'x'], [null], [[[1]]], ['" or true'], [{ a: [] }, {}]),
    const: fc.constantFrom<Json>('x', 0, '{% 1 %}', {}),
    required: fc.uniqueArray(fieldName, { maxLength: 2 }),
    additionalProperties: fc.constant(false),
    minItems: fc.nat(2),
    maxItems: fc.nat(2),
    minLength: fc.nat(3),
    maxLength: fc.nat(3),
    pattern: fc.constantFrom('^a', 'b$', 'a/b', '^[(]', '\\(', '^.$', '', '[^a-z]', '^\\/?$'),
    minimum: fc.integer({ min: -3, max: 3 }),
    exclusiveMaximum: fc.integer({ min: -3, max: 3 }),
    description: fc.constant('text'),
    constructor: fc.constant<Json>('x'),
    toString: fc.constant<Json>({ a: 1 }),
  },
  { requiredKeys: [] },
);

/** A schema with others inside, in at most `depth` levels. */
const nested = (depth: number): fc.Arbitrary<Schema> => {
  if (depth === 0) return flat;
  const inner = nested(depth - 1);
  const keywords = {
    properties: fc.dictionary(fieldName, inner, { maxKeys: 2, noNullPrototype: true }),
    items: inner,
    anyOf: fc.array(inner, { minLength: 1, maxLength: 2 }),
    allOf: fc.array(inner, { minLength: 1, maxLength: 2 }),
  };
  return fc
    .tuple(fc.option(flat), fc.record(keywords, { requiredKeys: [] }))
    .map(([own, parts]): Schema => ({ ...own, ...parts }));
};

const anySchema = nested(2);

describe('a schema as an expression', () => {
  it('accepts and refuses what a JSON Schema validator does', async () => {
    await fc.assert(
      fc.asyncProperty(anySchema, anyValue, async (schema, value) => {
        expect((await problem(schema, value)) === '').toBe(ajv.validate(schema, value));
      }),
      { numRuns: runs(300) },
    );
  });

  it('makes no code of an argument that is none of its keyword', async () => {
    const keywords = ['type', 'enum', 'required', 'properties', 'minItems', 'maxLength', 'pattern', 'maximum', 'anyOf'];
    const hostile = fc.constantFrom<Json>('0) and $error("no") or (1=1', '"', '/', { a: 1 }, [[]], null, ['"'], [{}]);
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...keywords), hostile, anyValue, async (keyword, argument, value) => {
        expect(await problem({ [keyword]: argument }, value)).toBeTypeOf('string');
      }),
      { numRuns: runs(300) },
    );
    expect(uncheckedKeywords({ maximum: '0) or (1=1', minItems: 'x', constructor: 1, toString: 2 })).toEqual([
      'maximum',
      'minItems',
      'constructor',
      'toString',
    ]);
  });

  it('lets pass what was spilled of a value, and nothing else', async () => {
    const marker = { $blob: 'a'.repeat(64), blobType: 'data', size: 300_000 };
    const schema: Json = {
      type: 'object',
      required: ['text', 'list'],
      properties: {
        text: { type: 'string' },
        list: { type: 'array', items: { type: 'string' } },
        n: { type: 'number' },
      },
    };
    const spilled = [
      marker,
      { text: marker, list: [marker, 'a'] },
      { n: 1, $rest: marker },
      { text: 'a', list: [null, marker] },
    ];
    for (const value of spilled) expect(await problem(schema, value)).toBe('');
    const wrong = [
      { text: marker },
      { text: 1, list: marker },
      { text: { $blob: 'x' }, list: [] },
      { text: '', list: [], n: '"$blob":' },
      { text: marker, list: [], n: marker },
      { ...marker, text: 1, list: [] },
    ];
    for (const value of wrong) expect(await problem(schema, value)).toMatch(/ must /);
  });

  it('says what does not fit and where', async () => {
    const schema: Json = {
      type: 'object',
      required: ['user'],
      properties: { user: { type: 'object', properties: { tags: { type: 'array', items: { type: 'string' } } } } },
    };
    expect(await problem(schema, 5)).toBe('the input must be object, but is 5');
    expect(await problem(schema, {})).toBe('the input must have "user", but is {}');
    expect(await problem(schema, { user: { tags: ['a', 5] } })).toBe(
      'an item of "tags" of "user" must be string, but is 5',
    );
    expect(await problem(schema, { user: { tags: ['a'] } })).toBe('');
  });

  it('may have hundreds of properties and values', async () => {
    const names = Array.from({ length: 300 }, (_, at) => `p${at}`);
    const schema: Json = {
      type: 'object',
      required: names,
      properties: Object.fromEntries(names.map((name) => [name, { enum: names }])),
    };
    const value = Object.fromEntries(names.map((name) => [name, name]));
    expect(await problem(schema, value)).toBe('');
    expect(await problem(schema, { ...value, p299: 'x' })).toMatch(/^"p299" must be one of .*, but is x$/);
    expect(await problem(schema, { ...value, p7: 'x', p299: 'x' })).toMatch(/^"p7" must be/);
  });

  it('names the keywords it cannot check', () => {
    expect(uncheckedKeywords({ properties: { a: { $ref: '#/x', items: { uniqueItems: true } } } })).toEqual([
      '$ref',
      'uniqueItems',
    ]);
  });
});
