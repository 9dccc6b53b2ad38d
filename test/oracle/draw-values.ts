import fc from 'fast-check';
import type { Json } from '../../lib/protocol/json.ts';

const SHA = 'a'.repeat(64);

/** Values that look like markers, or like expressions of the state machine. */
const LOOKALIKES: readonly Json[] = [
  { $skipped: true },
  { $missing: 'x' },
  { $fault: 'x' },
  { $operation: ['eq', 1, 1] },
  { $$skipped: false },
  { $link: 's0 $' },
  { $blob: SHA, blobType: 'data', size: 3 },
  { a: { $skipped: true } },
  '{% 1 + 1 %}',
  '{% for x in y %} hi',
  '{%',
  '${Token[TOKEN.1]} {{resolve:ssm:x}}',
  '"$blob":',
  { $blob: 'x' },
  { constructor: 1, toString: {} },
  JSON.parse('{ "__proto__": { "a": 1 } }'),
  JSON.parse('{ "a": [{ "__proto__": "x", "b": 2 }] }'),
  { _jsonata_lambda: true },
  { a: { _jsonata_function: true, b: [{ _jsonata_lambda: 1 }] } },
  '$',
  { outcome: 'skipped' },
];

const PLAIN: readonly Json[] = [null, true, false, 0, 1, -1.5, '', 's', 'é"\\\n', [], {}, [null], [[1]], [[]], 1e21];

const scalar = fc.constantFrom<Json>(...PLAIN);

/** Names of fields, which paths also use. */
const KEYS = ['a', 'b', 'a.b', '$x', 'c-d', '0', 'constructor', '_jsonata_lambda', '__proto__', '{% 1 %}'] as const;

/** Something once in so many times, else nothing. */
export const onceIn = <T>(times: number, one: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: times - 1, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: one });

/** JSON: often with the fields that paths use, seldom like a marker. */
export const jsonValue: fc.Arbitrary<Json> = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    { weight: 6, arbitrary: scalar },
    { weight: 1, arbitrary: fc.constantFrom(...LOOKALIKES) },
    { weight: 2, arbitrary: fc.array(tie('value'), { maxLength: 2 }) },
    { weight: 4, arbitrary: record(tie('value')) },
  ),
})).value;

function record(value: fc.Arbitrary<Json>): fc.Arbitrary<Json> {
  return fc
    .array(fc.tuple(fc.constantFrom(...KEYS), value), { maxLength: 4 })
    .map((entries) => Object.fromEntries(entries));
}

/** A map in which most paths exist. */
export const jsonRecord: fc.Arbitrary<Json> = fc.record(
  { a: jsonValue, b: jsonValue, 'a.b': jsonValue, 'c-d': jsonValue, text: fc.constantFrom('', 'text') },
  { requiredKeys: ['a', 'b', 'a.b', 'c-d', 'text'], noNullPrototype: true },
);

/** A path as written, undefined for none: mostly one that exists in a {@link jsonRecord}. */
export const path: fc.Arbitrary<string | undefined> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(undefined, 'a', '$.b', 'a.b', '["c-d"]', '$') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      ...['$.a.b', 'a[0]', '[0]', '[0].a', 'a["b"]', '$["a.b"]', "b['a']", 'c-d', 'nope', '$.b[1]', 'b.a.b'],
      ...['constructor', 'a.toString', '__proto__', 'a.__proto__', '_jsonata_lambda', '["{% 1 %}"]', '{% 1+1 %}'],
    ),
  },
);

/** Names of fields in the maps of expressions. */
export const fieldName = fc.constantFrom(
  ...['a', 'b', 'a.b', '$x', '$skipped', '$missing', '$fault', '$operation', '$blob', '$link', 'c d', '0'],
  ...['constructor', '__proto__', '_jsonata_lambda', '{% 1 %}'],
);
