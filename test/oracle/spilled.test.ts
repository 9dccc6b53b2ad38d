import fc from 'fast-check';
import { describe, it } from 'vitest';
import { runs } from '../chance.ts';
import { compare } from './compare.ts';
import { eagerFlow, lazyFlow } from './draw-flow.ts';

const FLOWS = runs(100);
const PATIENCE = 120_000 + FLOWS * 800;

/** Bytes: nothing is smaller that has anything in it, and what a Choice asks for (null, false, 0, "") is never spilled. */
const TINY = 6;

describe('a random flow of which nearly every value is spilled does what the language says', () => {
  it.each([
    ['where every step runs', eagerFlow],
    ['where only what is wanted runs', lazyFlow],
  ])('%s', { timeout: PATIENCE }, async (_, flows) => {
    const property = fc.asyncProperty(flows, async (sample) => void (await compare(sample, { spillAbove: TINY })));
    await fc.assert(property, { numRuns: FLOWS, includeErrorInReport: true });
  });
});
