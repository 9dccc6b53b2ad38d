import fc from 'fast-check';
import type { Json } from '../../lib/protocol/json.ts';

const SHA = 'a'.repeat(64);

/** Values that look like markers, or like expressions of the state machine. */
const LOOKALIKES: readonly Json[] = [
  { $skipped: true },
  { $missing: 'x' },
  { $$skipped: false },
  { $link: 's0 $' },
  { $blob: SHA, blobType: 'data', size: 3 },
  { a: { $skipped: true } },
  '{% 1 + 1 %}',
  '$',
  { outcome: 'skipped' },
];

const PLAIN: readonly Json[] = [null, true, false, 0, 1, -1.5, '', 's', 'é"\\\n', [], {}, [null], [[1]], [[]], 1e21];

const scalar = fc.constantFrom<Json>(...PLAIN);

/** Names of fields, which paths also use. */
const KEYS = ['a', 'b', 'a.b', '$x', 'c-d', '0'] as const;

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
  return fc.dictionary(fc.constantFrom(...KEYS), value, { maxKeys: 4, noNullPrototype: true });
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
    ),
  },
);

/** Names of fields in the maps of expressions. */
export const fieldName = fc.constantFrom('a', 'b', 'a.b', '$x', '$skipped', '$missing', '$blob', '$link', 'c d', '0');
