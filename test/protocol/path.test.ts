import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { namePath } from '../../lib/protocol/path.ts';
import { type Json, parsePath, resultAt, valueAt } from '../../lib/runtime/index.ts';
import { runs } from '../chance.ts';

const segmentsOf = (written: string | null) => {
  const path = parsePath(written);
  return 'error' in path ? path : path.segments;
};

describe('a path', () => {
  it.each([
    ['id', ['id']],
    ['profile.name', ['profile', 'name']],
    ['items[0]', ['items', 0]],
    ['[0].id', [0, 'id']],
    ['a["b.c"]', ['a', 'b.c']],
    ["a['it\\'s']", ['a', "it's"]],
    ['a[ 1 ][2].b', ['a', 1, 2, 'b']],
    ['$.a.b', ['a', 'b']],
    ['$[0]', [0]],
    ['$["a b"]', ['a b']],
    ['$', []],
    ['', []],
    [null, []],
    ['user-id', ['user-id']],
    ['größe.名前', ['größe', '名前']],
  ])('%s is read', (written, segments) => {
    expect(segmentsOf(written)).toEqual(segments);
  });

  it.each([
    ['a.', 1, 'ends with a dot'],
    ['a[-1]', 1, 'negative index'],
    ['a[*].b', 1, 'wildcard'],
    ['a.*', 2, 'wildcard'],
    ['$a', 1, 'after "$"'],
    ['a[b]', 1, 'quoted name'],
    ['a..b', 2, 'unexpected "."'],
    ['a]', 1, 'unexpected "]"'],
    [String.raw`a["\q"]`, 1, String.raw`"\q" is not a name as JSON writes it`],
    ['a["b\tc"]', 1, 'not a name as JSON writes it'],
    ['a[99999999999999999999]', 1, 'larger than any list'],
  ])('%s is refused at character %d', (written, offset, message) => {
    expect(segmentsOf(written)).toMatchObject({ offset, error: expect.stringContaining(message) });
  });
});

it('any text is a path or is refused at one of its characters', () => {
  const token = fc.constantFrom(...'ab01$.[]"\'\\*- \n\tüq', '\\u', '\\"', '"]', '["', "['", '9'.repeat(400));
  fc.assert(
    fc.property(fc.array(token, { maxLength: 12 }), (tokens) => {
      const text = tokens.join('');
      const path = parsePath(text);
      if ('error' in path) expect(text.trim().charAt(path.offset)).not.toBe('');
      else expect(path.segments.every((one) => typeof one === 'string' || Number.isSafeInteger(one))).toBe(true);
    }),
    { numRuns: runs(2000) },
  );
});

const at = (value: Json, written: string): Json | undefined => {
  const path = parsePath(written);
  if ('error' in path) throw new Error(path.error);
  return valueAt(value, path);
};

describe('the value at a path', () => {
  it('prefers a field of exactly the written name, unless the path is rooted', () => {
    const value = { 'a.b': 1, a: { b: 2 } };
    expect([at(value, 'a.b'), at(value, '$.a.b')]).toEqual([1, 2]);
  });

  it.each(['b', 'list.length', 'list[2]', 'map[0]', 'text.length', 'text[0]', 'map.toString', 'nothing.x'])(
    '%s is missing',
    (written) => {
      expect(at({ list: [1, 2], map: { '0': 1 }, text: 'abc', nothing: null }, written)).toBeUndefined();
    },
  );

  it('of a result that is null as a whole is null', () => {
    expect(resultAt(null, { segments: ['a', 0] })).toBeNull();
  });

  it('is found again by the path that quotes every field', () => {
    const key = fc.string({ minLength: 1 });
    fc.assert(
      fc.property(
        fc.array(fc.oneof(key, fc.nat(3)), { minLength: 1, maxLength: 5 }),
        fc.jsonValue(),
        (segments, leaf) => {
          const whole = segments.reduceRight<Json>(
            (inner, segment) =>
              typeof segment === 'number'
                ? [...Array<null>(segment).fill(null), inner]
                : Object.fromEntries([[segment, inner]]),
            JSON.parse(JSON.stringify(leaf)),
          );
          const written = `$${segments.map((segment) => `[${JSON.stringify(segment)}]`).join('')}`;
          expect(at(whole, written)).toEqual(JSON.parse(JSON.stringify(leaf)));
        },
      ),
    );
  });
});

it.each([
  ['a.b', '"a.b"'],
  ['$*x.y', '"x.y"'],
  ['$.a*$*x["b.c"]', '"x["b.c"]" of "$.a"'],
  ['$', '"$"'],
  ['$*$', '"$"'],
])('the name of %s in messages has no joint of paths', (text, name) => {
  expect(namePath(text)).toBe(name);
});
