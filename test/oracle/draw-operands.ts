import fc from 'fast-check';
import type { Json } from '../../lib/protocol/json.ts';

/** Numbers of up to 17 digits, and such as JSON writes in several ways. */
const NUMBERS = [
  ...[0, -0, 1, 2, -1, 10, 1.5, 0.1 + 0.2, 0.3, 1e21, 1e-7, 9007199254740991, 9007199254740992, 123456789012345680],
  ...[1 / 3, 5e-324, 1.7976931348623157e308],
];

/** Strings whose order by UTF-16 units is not that by code points, that JSON escapes, or that look like something else. */
const STRINGS = [
  ...[
    '',
    'a',
    'b',
    'ab',
    'B',
    '1',
    'null',
    'true',
    ' ',
    '"',
    '\\',
    '\n',
    '\u0000',
    '\u007f',
    '\u2028',
    '/x/',
    '$',
    '$0',
  ],
  ...[
    '\ud7ff',
    '\ue000',
    '\uffff',
    '\uffff\uffff',
    '\uffff\u0000',
    '\uffffa',
    '😀',
    '😀a',
    '\u{10ffff}',
    '\ud800',
    '\udc00',
    '\udc00\ud800',
  ],
  ...[
    'a\ud800',
    'a😀',
    'a\ue000',
    'a\uffff',
    'é',
    'e\u0301',
    '{% 1 %}',
    '{%',
    '"$blob":',
    '${x}',
    '0123456789'.repeat(7),
  ],
];

const SHA = 'a'.repeat(64);

/** Lists and maps; some look like markers. */
const COMPOSITES: readonly Json[] = [
  ...[[], [[]], [null], [1], [[1]], [1, [1]], ['a'], [1, 2], [2, 1], {}, { x: 1 }, { x: 1, y: [2] }, { y: [2], x: 1 }],
  ...[
    { x: null },
    { x: { y: 1, z: 2 } },
    { x: { z: 2, y: 1 } },
    { '0': 1 },
    { length: 1 },
    { a: {}, b: [] },
    [{}],
    { x: [] },
  ],
  ...[
    { $fault: 'x' },
    { $missing: 'x' },
    { $skipped: true },
    { $operation: ['eq', 1, 1] },
    { $secret: 'x' },
    { $$fault: 'x' },
  ],
  ...[
    { $blob: SHA, blobType: 'value', size: 3 },
    { $blob: 'x' },
    { x: { $fault: 'x' } },
    [{ $missing: 'x' }],
    { $part: `${SHA} 1` },
  ],
  ...[JSON.parse('{"__proto__": 1}'), { constructor: 1 }, { _jsonata_lambda: true }],
];

export const numberValue: fc.Arbitrary<number> = fc.constantFrom(...NUMBERS);
export const stringValue: fc.Arbitrary<string> = fc.constantFrom(...STRINGS);
export const compositeValue: fc.Arbitrary<Json> = fc.constantFrom(...COMPOSITES);

/** Any value that an operator may get. */
export const operandValue: fc.Arbitrary<Json> = fc.oneof(
  { weight: 4, arbitrary: numberValue },
  { weight: 5, arbitrary: stringValue },
  { weight: 1, arbitrary: fc.constantFrom<Json>(true, false, null) },
  { weight: 4, arbitrary: compositeValue },
  { weight: 2, arbitrary: fc.array(fc.oneof(numberValue, stringValue, compositeValue), { maxLength: 3 }) },
);
