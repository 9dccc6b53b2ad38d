import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../chance.ts';
import { type Compared, compare } from './compare.ts';
import { innerFlow } from './draw-inner.ts';

const FLOWS = runs(80);
const TIMEOUT = 200_000 + FLOWS * 1500;

/** Bytes: any value with content is larger. */
const TINY = 6;

describe('a random flow with flows in it that are given variables does what the language says', () => {
  it.each([
    ['as it is', {}, FLOWS],
    ['with nearly all values spilled', { spillAbove: TINY }, Math.ceil(FLOWS / 2)],
    ['in small nested state machines', { limits: { definitionBytes: 12_000 } }, Math.ceil(FLOWS / 2)],
  ])('%s', { timeout: TIMEOUT }, async (_, options, numRuns) => {
    const seen: Compared[] = [];
    const property = fc.asyncProperty(innerFlow, async (sample) => void seen.push(await compare(sample, options)));
    await fc.assert(property, { numRuns, includeErrorInReport: true });
    const outcomes = seen.flatMap((one) => ('runs' in one ? one.runs : []));
    for (const outcome of ['success', 'failed']) {
      expect(outcomes.filter((one) => one === outcome).length).toBeGreaterThan(outcomes.length / 20);
    }
  });
});
