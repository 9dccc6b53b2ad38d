import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { showExplanation } from '../../lib/cli/render/explanation.ts';
import { compile } from '../../lib/compiler/compile.ts';
import { explain } from '../../lib/explain/index.ts';
import { simulateCompiled } from '../../lib/simulate/index.ts';
import { runs } from '../chance.ts';
import { eagerFlow, lazyFlow } from '../oracle/draw-flow.ts';

/** What is written of an explanation. */
function shown(explanation: Parameters<typeof showExplanation>[0]): string {
  let text = '';
  const stdout = { write: (part: string) => (text += part) };
  showExplanation(explanation, { stdout, env: {} } as unknown as Parameters<typeof showExplanation>[1]);
  return text;
}

describe('a drawn flow', () => {
  it('is simulated and explained, and no added operation looks as if it were written', {
    timeout: 240_000,
  }, async () => {
    let simulated = 0;
    let added = 0;
    const property = fc.asyncProperty(fc.oneof(eagerFlow, lazyFlow), async ({ source, variables }) => {
      const compiled = compile(source, { file: 'flow.yaml', variables });
      if (!compiled.stateMachine) return;
      const { simulation, failure } = await simulateCompiled(compiled, { variables });
      // An operand that is written, or a path that a literal has not, may be wrong in every run.
      expect(simulation ? undefined : failure?.error).toBeOneOf([undefined, 'EXPRESSION_FAILURE', 'INVALID_INPUT']);
      if (!simulation) return;
      simulated += 1;
      expect(simulation.timeline.filter(({ component }) => component === '/builtin/operands')).toEqual([]);
      const { explanation } = await explain({ source, file: 'flow.yaml', settings: { variables }, compiled });
      if (!explanation) throw new Error(source);
      added += explanation.operations.length;
      for (const { operation } of explanation.operations) expect(operation).not.toBe('');
      expect(shown(explanation)).not.toMatch(/operands_\d|\$op\(/);
    });
    await fc.assert(property, { numRuns: runs(60) });
    expect(simulated).toBeGreaterThan(runs(20));
    expect(added).toBeGreaterThan(0);
  });
});
