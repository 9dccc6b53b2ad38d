import { describe, expect, it } from 'vitest';
import { isTooDeep, spanOfTooDeep } from '../../../lib/flow/text/depth.ts';
import type { Json } from '../../../lib/protocol/json.ts';
import { DEPTH_LIMIT } from '../../../lib/protocol/json.ts';

/** Lists and maps in turn, so many in each other. */
const nested = (levels: number): Json => {
  let value: Json = 'in the middle';
  for (let level = 0; level < levels; level += 1) value = level % 2 === 0 ? [0, value] : { a: {}, b: value };
  return value;
};

describe('a value', () => {
  it('is too deep beyond the limit, and not before', () => {
    const levels = [0, 1, DEPTH_LIMIT - 1, DEPTH_LIMIT, DEPTH_LIMIT + 1];
    expect(levels.map((many) => isTooDeep(nested(many)))).toEqual([false, false, false, false, true]);
  });

  it('of any depth can be asked', () => {
    expect(isTooDeep(nested(1_000_000))).toBe(true);
  });
});

describe('a text', () => {
  it('has the place of what is too deep', () => {
    const text = `{"brackets in a text: [[[\\"[":\n  ${'['.repeat(DEPTH_LIMIT - 1)}{"here": 1}`;
    expect(spanOfTooDeep(text)).toEqual({ line: 2, column: DEPTH_LIMIT + 2, endLine: 2, endColumn: DEPTH_LIMIT + 3 });
    expect(spanOfTooDeep('[[]]')).toEqual({ line: 1, column: 1, endLine: 1, endColumn: 2 });
  });
});
