import fc from 'fast-check';
import jsonata from 'jsonata';
import { expect, it } from 'vitest';
import { inputAt } from '../../../../lib/compiler/emit/jsonata/input-path.ts';
import { variable } from '../../../../lib/compiler/emit/jsonata/jsonata.ts';
import { PreparedReads } from '../../../../lib/compiler/emit/jsonata/whole.ts';
import type { Json } from '../../../../lib/protocol/json.ts';
import { parsePath, valueAt } from '../../../../lib/protocol/path.ts';
import { blobStore, hydrate, spillInput } from '../../../../lib/runtime/index.ts';
import { bytesOf, MIN_SHARE } from '../../../../lib/runtime/spill/spill.ts';
import { runs } from '../../../chance.ts';
import { memoryStore } from '../../../runtime/stores/memory-store.ts';

const key = fc.constantFrom('a', 'b', 'c', 'a.b', '$whole', '$rest');

/** JSON with more in it than markers of its parts have room for. */
const { large } = fc.letrec<{ large: Json }>((tie) => ({
  large: fc.oneof(
    { maxDepth: 4, depthSize: 'large' },
    { weight: 1, arbitrary: fc.constantFrom<Json>(null, 0, '', [], {}) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 300 }).map((length) => 'x'.repeat(length)) },
    { weight: 2, arbitrary: fc.array(tie('large'), { maxLength: 5 }) },
    { weight: 4, arbitrary: fc.dictionary(key, tie('large'), { maxKeys: 6, noNullPrototype: true }) },
  ),
}));

const paths = fc.uniqueArray(
  fc.constantFrom('$', 'a', 'b', 'a.b', '$.a.b', 'a[0]', '[0]', 'a[0].b', 'b[2]', 'a.b.a', 'a.b.c', 'b.c', '[0].a.b'),
  { minLength: 1, maxLength: 6 },
);

it('an input that is read as a whole and in part is read right, however little room each read has', async () => {
  let beside = 0;
  await fc.assert(
    fc.asyncProperty(large, paths, fc.integer({ min: MIN_SHARE, max: 600 }), async (value, reads, share) => {
      const blobs = blobStore(memoryStore());
      const prepared = await spillInput(value, { reads, share, room: 20_000 }, blobs);
      if (JSON.stringify(prepared).includes('{"$whole":{"$blob"')) beside += 1;
      const own = { input: new PreparedReads(reads), variables: new PreparedReads([]) };
      for (const text of reads) {
        const path = parsePath(text);
        if ('error' in path) throw new Error(path.error);
        const code = inputAt({ input: variable('in'), reads: own }, { text, path });
        const found: Json | undefined = await jsonata(code).evaluate({}, { in: prepared });
        const wanted = valueAt(value, path);
        expect(found === undefined ? undefined : await hydrate(structuredClone(found), blobs)).toEqual(wanted);
        if (found !== undefined) expect(bytesOf(found)).toBeLessThanOrEqual(share);
      }
    }),
    { numRuns: runs(1000) },
  );
  expect(beside).toBeGreaterThan(0);
});
