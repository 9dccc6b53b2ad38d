import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compile } from '../../lib/compiler/compile.ts';
import { runs } from '../chance.ts';
import { Counting, flowOf, type LoopSample, loopSample, TooLong } from './draw-loops.ts';
import { runLoops } from './run-loops.ts';

/** The most calls of a run that is compared. */
const CALLS = 150;

/** What the language says of a drawn loop; undefined where it runs too long for a test. */
function judge({ loop, failsAt }: LoopSample) {
  try {
    return { found: new Counting(failsAt, CALLS).loop(loop, 0) };
  } catch (error) {
    if (error instanceof TooLong) return undefined;
    throw error;
  }
}

it('a random loop does what the language says, in executions of few events', { timeout: 120_000 }, async () => {
  let several = 0;
  let compared = 0;
  const property = fc.asyncProperty(loopSample, fc.constantFrom(150, 300, 15_000), async (sample, events) => {
    const verdict = judge(sample);
    fc.pre(verdict !== undefined);
    const compiled = compile(JSON.stringify(flowOf(sample.loop)), { limits: { events } });
    // Deep nestings may not fit into a payload.
    fc.pre(compiled.diagnostics.every(({ code }) => code !== 'payload-limit'));
    const run = await runLoops(compiled, { n: 0, most: sample.loop.most }, sample);
    expect(run.events).toBeLessThanOrEqual(events);
    compared += 1;
    if (compiled.nestedMachines.length > 0) several += 1;
    if (!verdict?.found) {
      expect(run.result).toMatchObject({ status: 'FAILED' });
      return;
    }
    const { n, iterations, terminated } = verdict.found;
    expect(run.result).toMatchObject({ output: { result: { result: { n }, iterations, terminated } } });
  });
  await fc.assert(property, { numRuns: runs(30), includeErrorInReport: true });
  expect(several).toBeGreaterThan(compared / 3);
});
