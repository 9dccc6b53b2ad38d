import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PASS_NAMES } from '../../lib/compiler/passes/passes.ts';
import { runs } from '../chance.ts';
import { type Compared, compare } from './compare.ts';
import { eagerFlow, lastStepFlow, lazyFlow, plainFlow, type Sample } from './draw-flow.ts';

/** How many flows of each kind are drawn; each is run with one to three inputs. */
const FLOWS = runs(300);
/** Milliseconds: enough for all flows, also on a busy machine. */
const TIMEOUT = 300_000 + FLOWS * 500;

/** The passes that take away no step's state. */
const KEEPING: readonly string[] = ['project-reads', 'share-guards', 'map-fan-outs', 'check-output'];

/** The passes that take away the states of steps, except the optional one: see fused.test.ts. */
const ABSORBING = PASS_NAMES.filter((name) => !KEEPING.includes(name) && name !== 'fuse-chains');

/** Draws flows and compares each. */
async function compareMany(flows: fc.Arbitrary<Sample>): Promise<readonly Compared[]> {
  const seen: Compared[] = [];
  const property = fc.asyncProperty(flows, async (sample) => {
    seen.push(await compare(sample));
  });
  await fc.assert(property, { numRuns: FLOWS, includeErrorInReport: true });
  return seen;
}

/** The share of the runs with an outcome. */
function share(seen: readonly Compared[], outcome: string): number {
  const runs = seen.flatMap((one) => ('runs' in one ? one.runs : []));
  return runs.filter((one) => one === outcome).length / runs.length;
}

/** Every outcome has to occur, and few flows may be refused: else the comparison says little. */
function expectVariety(seen: readonly Compared[]): void {
  for (const outcome of ['success', 'failed', 'skipped']) expect(share(seen, outcome)).toBeGreaterThan(0.02);
  const refused = seen.flatMap((one) => ('refused' in one ? one.refused : []));
  expect(refused.length).toBeLessThan(seen.length / 100);
  expect(refused.filter((code) => code !== 'undecidable-demand')).toEqual([]);
  const optimised = seen.filter((one) => 'absorbing' in one && one.absorbing.length > 0);
  expect(optimised.length).toBeGreaterThan(seen.length / 50);
}

describe('a random flow, compiled and run, does what the language says', () => {
  it('where every step runs', { timeout: TIMEOUT }, async () => {
    expectVariety(await compareMany(eagerFlow));
  });

  it('with one last step', { timeout: TIMEOUT }, async () => {
    const seen = await compareMany(lastStepFlow);
    expectVariety(seen);
    for (const pass of KEEPING) {
      const changed = seen.filter((one) => 'changing' in one && one.changing.includes(pass));
      expect(changed.length, pass).toBeGreaterThan(seen.length / 50);
    }
  });

  it('where only wanted steps run', { timeout: TIMEOUT }, async () => {
    expectVariety(await compareMany(lazyFlow));
  });

  it('where most steps need no state', { timeout: TIMEOUT }, async () => {
    const seen = await compareMany(plainFlow);
    expectVariety(seen);
    for (const pass of ABSORBING) {
      const changed = seen.filter((one) => 'absorbing' in one && one.absorbing.includes(pass));
      expect(changed.length, pass).toBeGreaterThan(seen.length / 50);
    }
  });
});
