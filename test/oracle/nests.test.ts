import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compile } from '../../lib/compiler/compile.ts';
import { runs } from '../chance.ts';
import { compare } from './compare.ts';
import type { Sample } from './draw-flow.ts';
import { chains, flowsInFlows, mapsInMaps, nests } from './draw-nests.ts';

describe('what is nested in itself runs as the oracle says', { timeout: 240_000 }, () => {
  it.each([
    ['conditions and values', nests(2, 30)],
    ['ways in which steps are wanted', chains(2, 20)],
  ])('%s', async (_, flows) => {
    let hoisted = 0;
    const count = runs(40);
    const property = fc.asyncProperty(flows, async (sample) => {
      const compared = await compare(sample);
      expect(compared).toHaveProperty('runs');
      hoisted += 'runs' in compared && compared.isHoisted ? 1 : 0;
    });
    await fc.assert(property, { numRuns: count, endOnFailure: true, includeErrorInReport: true });
    expect(hoisted).toBeGreaterThan(count / 5);
  });

  it('also where it takes several state machines', async () => {
    const property = fc.asyncProperty(fc.oneof(nests(10, 30), chains(8, 20)), async (sample) => {
      expect(await compare(sample, { limits: { definitionBytes: 40_000 } })).toHaveProperty('runs');
    });
    await fc.assert(property, { numRuns: runs(15), endOnFailure: true, includeErrorInReport: true });
  });
});

it('maps in maps run as the oracle says, whether they are inline, distributed or both', {
  timeout: 240_000,
}, async () => {
  const flows = fc.integer({ min: 2, max: 7 }).chain(mapsInMaps);
  const property = fc.asyncProperty(flows, async (sample) => {
    expect(await compare(sample)).toHaveProperty('runs');
  });
  await fc.assert(property, { numRuns: runs(8), endOnFailure: true, includeErrorInReport: true });
});

/** The bytes of a flow's state machines, for each byte of its text. */
function bytesByText({ source }: Pick<Sample, 'source'>): number {
  const { stateMachine, nestedMachines, diagnostics } = compile(source);
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  return JSON.stringify([stateMachine, nestedMachines]).length / source.length;
}

/** A Task alone takes some 600 bytes, for the 40 of a step's text. */
const MOST_BYTES = 50;

describe('the definition of what is nested in itself grows with its text, and no faster', { timeout: 240_000 }, () => {
  it.each([
    ['conditions and values', nests(40, 150)],
    ['ways in which steps are wanted', chains(40, 200)],
  ])('%s', (_, flows) => {
    const property = fc.property(flows, (sample) => {
      expect(bytesByText(sample)).toBeLessThan(MOST_BYTES);
    });
    fc.assert(property, { numRuns: runs(15), endOnFailure: true, includeErrorInReport: true });
  });

  // The innermost maps are there up to 16 times: some 150 KB in all.
  it('flows that run each other', () => {
    const property = fc.property(flowsInFlows(15, 40), (flow) => {
      expect(bytesByText({ source: JSON.stringify(flow) })).toBeLessThan(150);
    });
    fc.assert(property, { numRuns: runs(6), endOnFailure: true, includeErrorInReport: true });
  });
});
