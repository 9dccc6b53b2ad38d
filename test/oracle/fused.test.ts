import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CompileOptions } from '../../lib/compiler/compile.ts';
import { PASS_NAMES } from '../../lib/compiler/passes/passes.ts';
import { runs } from '../chance.ts';
import { compareFused } from './compare.ts';
import { chainFlow, eagerFlow, lazyFlow, type Sample } from './draw-flow.ts';

const FLOWS = runs(120);
const TIMEOUT = 240_000 + FLOWS * 800;

/** The other passes, which could take steps out of a chain. */
const OTHERS = PASS_NAMES.filter((name) => name !== 'fuse-chains' && name !== 'share-guards');

/** Compares random flows; returns how many had a fused chain. */
async function countFused(
  flows: fc.Arbitrary<Sample>,
  options: Pick<CompileOptions, 'spillAbove' | 'without'>,
): Promise<number> {
  let fused = 0;
  const property = fc.asyncProperty(flows, async (sample) => {
    const compared = await compareFused(sample, options);
    if ('absorbing' in compared && compared.absorbing.includes('fuse-chains')) fused += 1;
  });
  await fc.assert(property, { numRuns: FLOWS, includeErrorInReport: true });
  return fused;
}

describe('a random flow with fused chains does what the language says', () => {
  it('where every step runs', { timeout: TIMEOUT }, async () => {
    expect(await countFused(eagerFlow, { without: OTHERS })).toBeGreaterThan(0);
  });

  it('where only wanted steps run', { timeout: TIMEOUT }, async () => {
    expect(await countFused(lazyFlow, { without: OTHERS })).toBeGreaterThan(0);
  });

  it('where most steps read the one before them', { timeout: TIMEOUT }, async () => {
    expect(await countFused(chainFlow, {})).toBeGreaterThan(FLOWS / 2);
  });

  it('where nearly every value is spilled', { timeout: TIMEOUT }, async () => {
    expect(await countFused(chainFlow, { without: OTHERS, spillAbove: 6 })).toBeGreaterThan(FLOWS / 2);
  });
});
