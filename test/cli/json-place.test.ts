import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { placeOfPath } from '../../lib/cli/json-place.ts';
import { spanOfTooDeep } from '../../lib/flow/text/depth.ts';
import { isObject, type Json } from '../../lib/protocol/json.ts';

/** The text at a place. */
function textAt(text: string, { line, column, endLine, endColumn }: ReturnType<typeof placeOfPath>): string {
  const lines = text.split('\n').slice(line - 1, endLine);
  lines[lines.length - 1] = lines.at(-1)?.slice(0, endColumn - 1) ?? '';
  lines[0] = lines[0]?.slice(column - 1) ?? '';
  return lines.join('\n');
}

/** All paths in a value, with the values at them. */
const partsOf = (value: Json, path: readonly string[] = []): readonly (readonly [readonly string[], Json])[] => [
  [path, value],
  ...(Array.isArray(value) || isObject(value)
    ? Object.entries(value).flatMap(([key, part]) => partsOf(part, [...path, key]))
    : []),
];

describe('the place of a path', () => {
  test('is the place of its value, however the text is written', () => {
    const property = fc.property(fc.jsonValue({ depthSize: 'small' }), fc.nat(3), (value, indent) => {
      const text = JSON.stringify(value, null, indent);
      for (const [path, part] of partsOf(JSON.parse(text)))
        expect(JSON.parse(textAt(text, placeOfPath(text, path)))).toEqual(part);
    });
    fc.assert(property);
  });

  test('is the start of the text if there is no such value', () => {
    expect(placeOfPath('{"a": 1}', ['b'])).toEqual({ line: 1, column: 1, endLine: 1, endColumn: 2 });
    expect(placeOfPath('', ['b'])).toEqual({ line: 1, column: 1, endLine: 1, endColumn: 2 });
  });
});

test('the place of what is too deep is found at any depth', () => {
  expect(spanOfTooDeep('{\n  "a": [\n    1, {}\n  ]\n}', 2)).toMatchObject({ line: 3, column: 8 });
  expect(spanOfTooDeep(`{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, 1000)).toMatchObject({ column: 1005 });
});
