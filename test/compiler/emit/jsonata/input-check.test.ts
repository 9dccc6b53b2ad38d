import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import jsonata from 'jsonata';
import { describe, expect, it } from 'vitest';
import { problemOf, uncheckedKeywords } from '../../../../lib/compiler/emit/jsonata/input-check.ts';
import type { Json } from '../../../../lib/protocol/json.ts';
import { runs } from '../../../chance.ts';

const ajv = new Ajv2020({ strict: false });

/** Evaluated no deeper than AWS does. Measured there: https://github.com/floci-io/floci/issues/2737 */
const problem = async (schema: Json, value: Json): Promise<unknown> =>
  jsonata(problemOf(schema, '$in'), { stack: 100 }).evaluate({}, { in: value });

const { value: anyValue } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<Json>(null, true, false, 0, 1, 2.5, -3, '', 'x', 'abc', 'a/b', [], {}, [[1]]),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'c d'), tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
}));

type Schema = { [keyword: string]: Json };

const flat: fc.Arbitrary<Schema> = fc.record(
  {
    type: fc.constantFrom<Json>('object', 'array', 'string', 'number', 'integer', 'boolean', 'null', [
      'string',
      'null',
    ]),
    enum: fc.constantFrom<Json>([1, 'x'], [null], [[[1]]]),
    const: fc.constantFrom<Json>('x', 0),
    required: fc.constantFrom<Json>(['a'], ['a', 'c d']),
    additionalProperties: fc.constant(false),
    minItems: fc.nat(2),
    maxItems: fc.nat(2),
    minLength: fc.nat(3),
    maxLength: fc.nat(3),
    pattern: fc.constantFrom('^a', 'b$', 'a/b'),
    minimum: fc.integer({ min: -3, max: 3 }),
    exclusiveMaximum: fc.integer({ min: -3, max: 3 }),
    description: fc.constant('text'),
  },
  { requiredKeys: [] },
);

/** A schema with others inside, in at most `depth` levels. */
const nested = (depth: number): fc.Arbitrary<Schema> => {
  if (depth === 0) return flat;
  const inner = nested(depth - 1);
  const keywords = {
    properties: fc.dictionary(fc.constantFrom('a', 'b', 'c d'), inner, { maxKeys: 2, noNullPrototype: true }),
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
