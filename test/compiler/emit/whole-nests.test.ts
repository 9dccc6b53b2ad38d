import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compile } from '../../../lib/compiler/compile.ts';
import type { JsonObject } from '../../../lib/protocol/json.ts';
import { runs } from '../../chance.ts';

/** What is said of a step's time and failures. */
const saying = fc.record(
  {
    timeout: fc.integer({ min: 1, max: 100 }),
    onError: fc.record({ action: fc.constant('retry'), maxRetries: fc.constantFrom(1, 2, 4, 15, 100, 400) }),
  },
  { requiredKeys: [], noNullPrototype: true },
);

const RUNNERS = {
  eval: (flow: JsonObject) => ({ input: {}, flow }),
  map: (workflow: JsonObject) => ({ items: { $input: 'rows' }, workflow }),
  'written map': (workflow: JsonObject) => ({ items: [1, 2], workflow }),
  iterate: (flow: JsonObject) => ({ initial_input: {}, flow: { ...flow, output: { result: { $step: 's' } } } }),
  'short iterate': (flow: JsonObject) => ({
    initial_input: {},
    max_iterations: 7,
    flow: { ...flow, output: { next: { $step: 's' } } },
  }),
};

const levels = fc.array(
  fc.record({ runner: fc.constantFrom(...(Object.keys(RUNNERS) as (keyof typeof RUNNERS)[])), says: saying }),
  { minLength: 1, maxLength: 4 },
);

it('flows in each other have a state machine, whatever timeouts and retries they have', () => {
  fc.assert(
    fc.property(levels, saying, (nest, says) => {
      const call: JsonObject = { id: 's', component: '/my/work', input: {}, ...says };
      const step = nest.reduce<JsonObject>((inside, { runner, says: own }) => {
        const flow = { steps: [inside], output: { $step: 's' } };
        return { id: 's', component: `/${runner.split(' ').at(-1)}`, input: RUNNERS[runner](flow), ...own };
      }, call);
      const { stateMachine, diagnostics } = compile(JSON.stringify({ steps: [step], output: { $step: 's' } }));
      const errors = diagnostics.filter(({ severity }) => severity === 'error');
      // A step that runs a flow may be repeated 500 times at most.
      expect(errors.filter(({ code }) => code !== 'too-many-retries')).toEqual([]);
      if (errors.length === 0) expect(stateMachine).toBeDefined();
    }),
    { numRuns: runs(150) },
  );
});
