import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { check } from '../../../lib/compiler/check/index.ts';
import { compile } from '../../../lib/compiler/compile.ts';
import { componentSchema } from '../../../lib/project/components/component-schema.ts';
import type { Json } from '../../../lib/protocol/json.ts';

/** The errors of a flow that gives a value, written out, to a component. */
function errorsOf(schema: z.ZodType, value: Json): readonly string[] {
  const flow = { steps: [{ id: 'it', component: '/it', input: { $literal: value } }] };
  const compiled = compile(JSON.stringify(flow), { file: 'flow.yaml' });
  const schemas = { input: componentSchema(schema, 'input'), output: componentSchema(schema, 'output') };
  const found = compiled.flow ? check(compiled.flow, () => schemas) : [];
  return found.filter(({ severity }) => severity === 'error').map(({ message }) => message);
}

const accepted: readonly (readonly [string, z.ZodType, Json])[] = [
  ['a pattern without regard to case', z.string().regex(/^a$/i), 'A'],
  ['a pattern over lines', z.string().regex(/^b$/m), 'a\nb'],
  ['a pattern whose dot is anything', z.string().regex(/^a.b$/s), 'a\nb'],
  ['several patterns', z.string().regex(/^a/).regex(/B$/i), 'ab'],
  ['a pattern of a format', z.email({ pattern: /^[a-z]+@[a-z]+$/i }), 'A@b'],
  ['includes from a position on', z.string().includes('x', { position: 1 }), '\n\nx'],
  ['trim before a length', z.string().trim().max(2), '  ab  '],
  ['toLowerCase before a pattern', z.string().toLowerCase().regex(/^a$/), 'A'],
  ['toUpperCase before a pattern', z.string().toUpperCase().startsWith('A'), 'a'],
  ['normalize before a length', z.string().normalize('NFC').length(1), 'e\u0301'],
  [
    'overwrite before a length',
    z
      .string()
      .overwrite((text) => text.repeat(3))
      .min(3),
    'a',
  ],
  [
    'overwrite of a list',
    z
      .array(z.number())
      .overwrite((list) => list.slice(0, 1))
      .max(1),
    [1, 2],
  ],
  ['overwrite of a number', z.number().overwrite(Math.round).int().max(3), 3.2],
  ['preprocess', z.preprocess(Number, z.number()), '3'],
  ['preprocess of a missing field', z.object({ a: z.preprocess((a) => a ?? 'x', z.string()) }), {}],
  ['preprocess deeper in a field', z.object({ a: z.preprocess((a) => a ?? 'x', z.string()).readonly() }), {}],
  ['preprocess of an item', z.tuple([z.string(), z.preprocess((a) => a ?? 'x', z.string())]), ['a']],
  ['catch', z.string().catch('x'), 5],
  ['catch of a missing field', z.object({ a: z.string().catch('x') }), {}],
  ['catch in a record', z.record(z.enum(['a', 'b']), z.string().catch('x')), { a: 'a' }],
  ['a record with keys of a pattern', z.record(z.string().regex(/^a$/i), z.number()), { A: 1 }],
  ['a record with keys that are trimmed', z.record(z.string().trim().max(1), z.number()), { ' a ': 1 }],
  ['a loose record', z.looseRecord(z.string().regex(/^x$/i), z.number()), { y: 'text', X: 1 }],
  ['a multiple of 0.1', z.number().multipleOf(0.1), 0.3],
  ['a multiple of 0.01', z.number().multipleOf(0.01), 19.99],
  ['a large multiple', z.number().multipleOf(0.01), 123456789.01],
  ['a pattern in code units', z.string().regex(/^..$/), '😀'],
  ['options that overlap', z.xor([z.string().regex(/^a$/i), z.string().regex(/^[b-z]$/i)]), 'A'],
  ['closed and a record', z.strictObject({ a: z.string() }).and(z.record(z.string(), z.any())), { a: 'a', b: 1 }],
  ['open and a record', z.object({ a: z.string() }).and(z.record(z.string(), z.any())), { a: 'a', b: 1 }],
  ['closed and closed', z.strictObject({ a: z.string() }).and(z.strictObject({ b: z.string() })), { a: 'a', b: 'b' }],
  [
    'closed and closed, one by reference',
    z
      .strictObject({ a: z.string() })
      .meta({ id: 'closed_a' })
      .and(z.strictObject({ b: z.string() })),
    { a: 'a', b: 'b' },
  ],
];

const refused: readonly (readonly [string, z.ZodType, Json])[] = [
  ['a pattern', z.string().regex(/^a$/), 'b'],
  ['a length', z.string().max(2), 'abc'],
  ['a kind, whatever is trimmed', z.string().trim().min(1), 5],
  ['a missing field', z.object({ a: z.any(), b: z.string() }), { a: 1 }],
  ['a field that is not allowed', z.strictObject({ a: z.string() }), { a: 'a', b: 1 }],
  ['a multiple', z.number().multipleOf(0.1), 0.35],
  ['a member of an intersection', z.object({ a: z.string() }).and(z.record(z.string(), z.any())), { a: 5 }],
];

describe('what a component takes', () => {
  it.each(accepted)('is not refused: %s', (_, schema, value) => {
    expect(schema.safeParse(value).success).toBe(true);
    expect(errorsOf(schema, value)).toEqual([]);
  });

  it.each(refused)('is refused where it is never accepted: %s', (_, schema, value) => {
    expect(schema.safeParse(value).success).toBe(false);
    expect(errorsOf(schema, value)).toHaveLength(1);
  });

  it('is never refused, whatever the schema', () => {
    const values = fc.oneof(fc.constantFrom<Json>(...VALUES), small);
    fc.assert(
      fc.property(schemas, fc.array(values, { minLength: 10, maxLength: 30 }), (schema, tried) => {
        for (const value of tried.filter((one) => accepts(schema, one))) expect(errorsOf(schema, value)).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });
});

/** Members of an intersection that cannot be merged make zod throw. */
function accepts(schema: z.ZodType, value: Json): boolean {
  try {
    return schema.safeParse(value).success;
  } catch {
    return false;
  }
}

const VALUES: readonly Json[] = [
  ...[
    null,
    true,
    0,
    0.3,
    19.99,
    3.2,
    -1,
    '',
    'a',
    'A',
    ' a ',
    'ab',
    '5',
    '\n\na',
    '😀',
    [],
    ['a'],
    ['a', 1],
    [1, 2, 3],
  ],
  ...[{}, { a: 'a' }, { a: 'A', b: 1 }, { b: 1 }, { a: 1 }, { a: 'a', b: ' b ' }, { A: 1, c: null }],
];

const small: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json>('a', 'A', ' a ', 1, 0.3, null),
  fc.array(fc.constantFrom<Json>('a', 'A', 1, null), { maxLength: 3 }),
  fc.dictionary(
    fc.constantFrom('a', 'b', 'A'),
    fc.constantFrom<Json>('a', 'A', ' a ', 1, 0.3, null, ['a'], { a: 'a' }),
    {
      maxKeys: 3,
    },
  ),
);

const text: fc.Arbitrary<z.ZodString> = fc
  .array(
    fc.constantFrom<(schema: z.ZodString) => z.ZodString>(
      (schema) => schema.trim(),
      (schema) => schema.toLowerCase(),
      (schema) => schema.toUpperCase(),
      (schema) => schema.normalize(),
      (schema) => schema.min(1),
      (schema) => schema.max(2),
      (schema) => schema.regex(/^a/),
      (schema) => schema.regex(/^a/i),
      (schema) => schema.regex(/a$/m),
      (schema) => schema.includes('a', { position: 1 }),
    ),
    { maxLength: 3 },
  )
  .map((changes) => changes.reduce((schema, change) => change(schema), z.string()));

const leaf: fc.Arbitrary<z.ZodType> = fc.oneof(
  text,
  fc.constantFrom<z.ZodType>(
    z.number().multipleOf(0.1),
    z.number().overwrite(Math.round).int().max(3),
    z.int(),
    z.null(),
    z.any(),
    z.unknown(),
    z.literal(['a', 1]),
    z.enum(['a', 'A']),
    z.coerce.number(),
    z.stringbool(),
    z.string().transform(Number),
  ),
);

const { schema: schemas } = fc.letrec<{ schema: z.ZodType }>((tie) => ({
  schema: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    tie('schema').map((one) => one.catch(null)),
    tie('schema').map((one) => z.preprocess((value) => value ?? 'a', one)),
    tie('schema').map((one) => one.optional()),
    tie('schema').map((one) => one.nullable()),
    tie('schema').map((one) => one.default('a')),
    tie('schema').map((one) => one.readonly()),
    tie('schema').map((one) => z.lazy(() => one)),
    tie('schema').map((one) => z.array(one).max(2)),
    tie('schema').map((one) =>
      z
        .array(one)
        .overwrite((list) => list.slice(0, 1))
        .max(1),
    ),
    fc.tuple(tie('schema'), tie('schema')).map(([a, b]) => z.tuple([a, b])),
    fc.tuple(tie('schema'), tie('schema')).map(([a, b]) => z.union([a, b])),
    fc.tuple(tie('schema'), tie('schema')).map(([a, b]) => z.xor([a, b])),
    fc.tuple(tie('schema'), tie('schema')).map(([a, b]) => z.intersection(a, b)),
    fc.tuple(tie('schema'), tie('schema')).map(([a, b]) => z.object({ a, b })),
    tie('schema').map((a) => z.strictObject({ a })),
    tie('schema').map((b) => z.looseObject({ b })),
    fc.tuple(text, tie('schema')).map(([key, one]) => z.record(key, one)),
    fc.tuple(text, tie('schema')).map(([key, one]) => z.looseRecord(key, one)),
    tie('schema').map((one) => z.record(z.enum(['a', 'b']), one)),
    tie('schema').map((one) => z.partialRecord(z.enum(['a', 'b']), one)),
  ),
}));
