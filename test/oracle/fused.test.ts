import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CompileOptions } from '../../lib/compiler/compile.ts';
import { PASS_NAMES } from '../../lib/compiler/passes/passes.ts';
import { runs } from '../chance.ts';
import { compareFused } from './compare.ts';
import { chainFlow, eagerFlow, lazyFlow, type Sample } from './draw-flow.ts';

const FLOWS = runs(120);
const PATIENCE = 240_000 + FLOWS * 800;

/** Without the other passes no step is taken out of a chain. */
const ALONE = PASS_NAMES.filter((name) => name !== 'fuse-chains' && name !== 'share-guards');

/** How many of the flows had steps in one function. */
async function fusedOf(
  flows: fc.Arbitrary<Sample>,
  options: Pick<CompileOptions, 'spillAbove' | 'without'>,
): Promise<number> {
  let fused = 0;
  const property = fc.asyncProperty(flows, async (sample) => {
    const compared = await compareFused(sample, options);
    if ('passes' in compared && compared.passes.includes('fuse-chains')) fused += 1;
  });
  await fc.assert(property, { numRuns: FLOWS, includeErrorInReport: true });
  return fused;
}

describe('a random flow whose chains are each one function does what the language says', () => {
  it('where every step runs', { timeout: PATIENCE }, async () => {
    expect(await fusedOf(eagerFlow, { without: ALONE })).toBeGreaterThan(0);
  });

  it('where only what is wanted runs', { timeout: PATIENCE }, async () => {
    expect(await fusedOf(lazyFlow, { without: ALONE })).toBeGreaterThan(0);
  });

  it('where most steps read the one before them', { timeout: PATIENCE }, async () => {
    expect(await fusedOf(chainFlow, {})).toBeGreaterThan(FLOWS / 2);
  });

  it('where nearly every value is spilled', { timeout: PATIENCE }, async () => {
    expect(await fusedOf(chainFlow, { without: ALONE, spillAbove: 6 })).toBeGreaterThan(FLOWS / 2);
  });
});
