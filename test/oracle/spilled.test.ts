import fc from 'fast-check';
import { describe, it } from 'vitest';
import { runs } from '../chance.ts';
import { compare } from './compare.ts';
import { eagerFlow, lazyFlow } from './draw-flow.ts';

const FLOWS = runs(70);
const TIMEOUT = 120_000 + FLOWS * 800;

/** Bytes: any value with content is larger. What a Choice tests (null, false, 0, "") is never spilled. */
const TINY = 6;

describe('a random flow with nearly all values spilled does what the language says', () => {
  it.each([
    ['where every step runs', eagerFlow],
    ['where only wanted steps run', lazyFlow],
  ])('%s', { timeout: TIMEOUT }, async (_, flows) => {
    const property = fc.asyncProperty(flows, async (sample) => void (await compare(sample, { spillAbove: TINY })));
    await fc.assert(property, { numRuns: FLOWS, includeErrorInReport: true });
  });
});
