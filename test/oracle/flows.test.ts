import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PASS_NAMES } from '../../lib/compiler/passes/passes.ts';
import { runs } from '../chance.ts';
import { type Compared, compare } from './compare.ts';
import { eagerFlow, endingFlow, lazyFlow, plainFlow, type Sample } from './draw-flow.ts';

/** How many flows of each kind are drawn; each is run with one to three inputs. */
const FLOWS = runs(300);
/** In milliseconds, for any number of flows: so many are drawn, and not so many as fit into a time. */
const PATIENCE = 300_000 + FLOWS * 500;

/** The passes that make no step part of another. */
const KEEP_STEPS: readonly string[] = ['project-reads', 'share-guards', 'map-fan-outs', 'check-output'];

/** The passes that make steps part of others, but for one that has to be asked for: see fused.test.ts. */
const TAKE_STEPS = PASS_NAMES.filter((name) => !KEEP_STEPS.includes(name) && name !== 'fuse-chains');

/** Draws flows, compares each, and tells what became of them. */
async function compareMany(flows: fc.Arbitrary<Sample>): Promise<readonly Compared[]> {
  const seen: Compared[] = [];
  const property = fc.asyncProperty(flows, async (sample) => {
    seen.push(await compare(sample));
  });
  await fc.assert(property, { numRuns: FLOWS, includeErrorInReport: true });
  return seen;
}

/** The share of the runs that ended so. */
function share(seen: readonly Compared[], outcome: string): number {
  const runs = seen.flatMap((one) => ('runs' in one ? one.runs : []));
  return runs.filter((one) => one === outcome).length / runs.length;
}

/** Every outcome has to come up, and few flows may be refused: else the comparison says little. */
function expectVariety(seen: readonly Compared[]): void {
  for (const outcome of ['success', 'failed', 'skipped']) expect(share(seen, outcome)).toBeGreaterThan(0.02);
  const refused = seen.flatMap((one) => ('refused' in one ? one.refused : []));
  expect(refused.length).toBeLessThan(seen.length / 100);
  expect(refused.filter((code) => code !== 'undecidable-demand')).toEqual([]);
  const optimised = seen.filter((one) => 'passes' in one && one.passes.length > 0);
  expect(optimised.length).toBeGreaterThan(seen.length / 50);
}

describe('a random flow, compiled and run, does what the language says', () => {
  it('where every step runs', { timeout: PATIENCE }, async () => {
    expectVariety(await compareMany(eagerFlow));
  });

  it('where one step is the last', { timeout: PATIENCE }, async () => {
    const seen = await compareMany(endingFlow);
    expectVariety(seen);
    for (const pass of KEEP_STEPS) {
      const changed = seen.filter((one) => 'changed' in one && one.changed.includes(pass));
      expect(changed.length, pass).toBeGreaterThan(seen.length / 50);
    }
  });

  it('where only what is wanted runs', { timeout: PATIENCE }, async () => {
    expectVariety(await compareMany(lazyFlow));
  });

  it('where most steps are such that the compiler can do without them', { timeout: PATIENCE }, async () => {
    const seen = await compareMany(plainFlow);
    expectVariety(seen);
    for (const pass of TAKE_STEPS) {
      const changed = seen.filter((one) => 'passes' in one && one.passes.includes(pass));
      expect(changed.length, pass).toBeGreaterThan(seen.length / 50);
    }
  });
});
