import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Limits } from '../../lib/compiler/emit/split/emit-within.ts';
import { runs } from '../chance.ts';
import { compare } from './compare.ts';
import { eagerFlow, lazyFlow } from './draw-flow.ts';

const FLOWS = runs(150);

// So few bytes that many small flows are split, and so many that few single steps are too large.
const LIMITS: Limits = { definitionBytes: 9_000 };

it.each([
  ['every step runs', eagerFlow],
  ['only wanted steps run', lazyFlow],
] as const)(
  'a random flow in small nested state machines does what the language says, where %s',
  { timeout: 240_000 },
  async (_, flows) => {
    let split = 0;
    let refused = 0;
    const property = fc.asyncProperty(flows, async (sample) => {
      const compared = await compare(sample, { limits: LIMITS });
      if ('refused' in compared) refused += 1;
      else if (compared.nested > 0) split += 1;
    });
    await fc.assert(property, { numRuns: FLOWS, includeErrorInReport: true });
    expect(split).toBeGreaterThan(FLOWS / 20);
    expect(refused).toBeLessThan(FLOWS / 5);
  },
);
