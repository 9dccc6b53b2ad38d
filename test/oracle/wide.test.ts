import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CompileOptions } from '../../lib/compiler/compile.ts';
import { runs } from '../chance.ts';
import { type Compared, compare } from './compare.ts';
import { wideFlow } from './draw-wide.ts';

const FLOWS = runs(100);
const TIMEOUT = 120_000 + FLOWS * 800;

type Ran = Extract<Compared, { runs: unknown }>;

/** Compares random flows; returns those with steps that share a Map, and how their runs ended. */
async function compareMapped(options: Pick<CompileOptions, 'spillAbove' | 'limits'>) {
  const mapped: Ran[] = [];
  const property = fc.asyncProperty(wideFlow, async (sample) => {
    const compared = await compare(sample, options);
    if ('runs' in compared && compared.changing.includes('map-fan-outs')) mapped.push(compared);
  });
  await fc.assert(property, { numRuns: FLOWS, includeErrorInReport: true });
  const outcomes = mapped.flatMap(({ runs }) => runs);
  return { mapped, outcomes };
}

describe('a random flow with steps that share a Map does what the language says', () => {
  it.each([
    ['as it is', {}],
    ['where nearly every value is spilled', { spillAbove: 6 }],
    // Bytes enough for what cannot be divided.
    ['in small nested state machines', { limits: { definitionBytes: 12_500 } }],
  ])('%s', { timeout: TIMEOUT }, async (_, options) => {
    const { mapped, outcomes } = await compareMapped(options);
    expect(mapped.length).toBeGreaterThan(FLOWS / 4);
    for (const outcome of ['success', 'failed', 'skipped'] as const) {
      expect(outcomes.filter((one) => one === outcome).length).toBeGreaterThan(FLOWS / 50);
    }
    const split = mapped.filter(({ nested }) => nested > 0);
    if ('limits' in options) expect(split.length).toBeGreaterThan(FLOWS / 50);
  });
});
