import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPart } from '../../lib/protocol/markers.ts';
import {
  escapeValue,
  findMarkers,
  isBlobMarker,
  isMissing,
  isSecret,
  isSkipped,
  type Json,
  unescapeValue,
} from '../../lib/runtime/index.ts';
import { trickyJson } from '../runtime/arbitraries.ts';

const HASH = 'ab'.repeat(32);

/** A value and all values in it. */
const allIn = (value: Json): readonly Json[] =>
  typeof value === 'object' && value !== null ? [value, ...Object.values(value).flatMap(allIn)] : [value];

describe("a user's value", () => {
  it('comes out as it went in, whatever it looks like', () => {
    fc.assert(
      fc.property(trickyJson, (value) => {
        expect(unescapeValue(escapeValue(value))).toEqual(value);
      }),
    );
  });

  it('holds no marker while it travels', () => {
    fc.assert(
      fc.property(trickyJson, (value) => {
        expect(findMarkers(escapeValue(value))).toEqual([]);
        expect(allIn(escapeValue(value)).flatMap((part) => readPart(part) ?? [])).toEqual([]);
      }),
    );
  });

  it('is shared, not copied, where nothing looks like a marker', () => {
    const value = { a: [{ b: 1 }], $if: true };
    expect(escapeValue(value)).toBe(value);
    expect(unescapeValue(value)).toBe(value);
  });
});

describe('a marker', () => {
  it('is known by its exact shape', () => {
    expect(isBlobMarker({ $blob: HASH, blobType: 'data', size: 1 })).toBe(true);
    expect(isMissing({ $missing: 'x' })).toBe(true);
    expect(isSkipped({ $skipped: true })).toBe(true);
    expect(isSecret({ $secret: 'login.password' })).toBe(true);
    expect(readPart({ $part: `${HASH} 12` })).toEqual({ blobId: HASH, index: 12 });
  });

  it.each([{ $part: HASH }, { $part: `${HASH} x` }, { $part: `${HASH} 1`, more: 1 }, { $$part: `${HASH} 1` }])(
    'of a packed value is not %j',
    (value) => {
      expect(readPart(value)).toBeUndefined();
    },
  );

  it.each([
    { $blob: HASH },
    { $blob: 'short', blobType: 'data', size: 1 },
    { $blob: HASH, blobType: 'data', size: '1' },
    { $blob: HASH, blobType: 'data', size: 1, more: 1 },
    { $missing: 1 },
    { $missing: 'x', more: 1 },
    { $skipped: 'yes' },
    { $secret: true },
    { $secret: 'key', more: 1 },
    [[]],
    null,
    '$skipped',
  ])('is not %j', (value) => {
    expect([isBlobMarker, isMissing, isSkipped, isSecret].filter((is) => is(value))).toEqual([]);
  });
});
