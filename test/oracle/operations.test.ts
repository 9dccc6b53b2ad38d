import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CompileOptions } from '../../lib/compiler/compile.ts';
import { runs } from '../chance.ts';
import { compare, compareFused } from './compare.ts';
import { operationFlow } from './draw-operations.ts';

const FLOWS = runs(60);
const TIMEOUT = 240_000 + FLOWS * 800;

/** Each way to run a flow, and how many of the flows are run so. */
const WAYS: readonly (readonly [
  name: string,
  count: number,
  options: Pick<CompileOptions, 'spillAbove' | 'limits'>,
])[] = [
  ['as it is', FLOWS, {}],
  ['where nearly every value is spilled', FLOWS, { spillAbove: 6 }],
  ['where long values are spilled', FLOWS / 2, { spillAbove: 40 }],
  ['in small nested state machines', FLOWS / 3, { limits: { definitionBytes: 12_000 } }],
  ['packed', FLOWS / 3, { limits: { values: 1 } }],
];

describe('a random flow of operations does what the language says', () => {
  it.each(WAYS)('%s', { timeout: TIMEOUT }, async (_, numRuns, options) => {
    const seen: string[] = [];
    const property = fc.asyncProperty(operationFlow, async (sample) => {
      const compared = await compare(sample, options);
      seen.push(...('runs' in compared ? compared.runs : compared.refused));
    });
    await fc.assert(property, { numRuns, includeErrorInReport: true });
    expect(seen.filter((one) => one === 'success').length).toBeGreaterThan(seen.length / 3);
  });

  it('with fused chains', { timeout: TIMEOUT }, async () => {
    const property = fc.asyncProperty(operationFlow, async (sample) => void (await compareFused(sample)));
    await fc.assert(property, { numRuns: FLOWS / 3, includeErrorInReport: true });
  });
});
