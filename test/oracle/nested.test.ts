import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { prepareFlow } from '../../lib/run/run-flow.ts';
import { runs } from '../chance.ts';
import { flowOf, judgeNested, nesting } from './nested-flows.ts';

const FLOWS = runs(10);
const COMPONENTS = fileURLToPath(new URL('components', import.meta.url));

describe('flows in flows', () => {
  it('give what the language says, whatever their depth and the size of their values', {
    timeout: 300_000,
  }, async () => {
    const property = fc.asyncProperty(nesting, fc.constantFrom(undefined, 2000), async (drawn, spillAbove) => {
      const flow = flowOf(drawn);
      const source = JSON.stringify(flow);
      const prepared = await prepareFlow({ source, components: [COMPONENTS], ...(spillAbove && { spillAbove }) });
      expect(prepared.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
      const input = { some: ['input'] };
      const run = await prepared.run({ input });
      const wanted = judgeNested(flow, input);
      expect(summary(run.result)).toEqual(summary({ outcome: 'success', result: wanted }));
    });
    await fc.assert(property, { numRuns: FLOWS });
  });
});

/** Long texts by their lengths. */
const summary = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value), (_, part) => (typeof part === 'string' && part.length > 99 ? part.length : part));
