import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CompileOptions, compile } from '../../lib/compile.ts';
import { runs } from '../chance.ts';
import { compare } from './compare.ts';
import type { Sample } from './draw-flow.ts';
import { wideFlow } from './draw-wide.ts';

const FLOWS = runs(300);
const PATIENCE = 120_000 + FLOWS * 800;

/** Whether steps of a flow share a Map. */
function isMapped({ source, variables, mocks }: Sample, options: CompileOptions): boolean {
  const { passes } = compile(source, {
    ...options,
    leastFanOut: 2,
    variables,
    opaque: ({ id }) => mocks[id] !== undefined,
  });
  return passes.some(({ name, changes }) => name === 'map-fan-outs' && changes.length > 0);
}

describe('a random flow with steps that share a Map does what the language says', () => {
  it.each([
    ['as it is', {}],
    ['where nearly every value is spilled', { spillAbove: 6 }],
    ['in small state machines', { limits: { definitionBytes: 6000 } }],
  ])('%s', { timeout: PATIENCE }, async (_, options) => {
    let mapped = 0;
    const outcomes = new Map<string, number>();
    const property = fc.asyncProperty(wideFlow, async (sample) => {
      const compared = await compare(sample, options);
      if (!isMapped(sample, options)) return;
      mapped += 1;
      for (const one of 'runs' in compared ? compared.runs : []) outcomes.set(one, (outcomes.get(one) ?? 0) + 1);
    });
    await fc.assert(property, { numRuns: FLOWS, includeErrorInReport: true });
    expect(mapped).toBeGreaterThan(FLOWS / 4);
    for (const outcome of ['success', 'failed', 'skipped']) expect(outcomes.get(outcome)).toBeGreaterThan(FLOWS / 50);
  });
});
