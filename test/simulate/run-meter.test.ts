import { describe, expect, it } from 'vitest';
import { compile } from '../../lib/compiler/compile.ts';
import { execute, type HistoryEvent, TaskError, VirtualClock } from '../../lib/engine/index.ts';
import { priceRun } from '../../lib/simulate/price-run.ts';
import { PRICES } from '../../lib/simulate/prices.ts';
import { RunMeter } from '../../lib/simulate/run-meter.ts';
import { simulateCompiled } from '../../lib/simulate/simulate.ts';
import { stepCosts } from '../../lib/simulate/step-costs.ts';

const FLOW = `steps:
  - { id: load, component: /my/load }
  - { id: keep, component: /put_blob, input: { data: { $step: load } } }
  - { id: rate, component: /my/rate, input: { $step: load }, onError: { action: retry, maxRetries: 2 } }
  - { id: send, component: /my/send, input: [{ $step: keep }, { $step: rate }] }
output: { $step: send }
`;
const SECONDS = { load: 2, keep: 0.5, rate: 1.25, send: 0.25 };

/** Runs a flow on a virtual clock with the seconds of its steps, and meters it. */
async function meter(source: string, failures = 0) {
  const compiled = compile(source, { without: ['fuse-put-blob', 'fuse-chains'] });
  const { stateMachine, sourceMap } = compiled;
  if (!stateMachine) throw new Error(JSON.stringify(compiled.diagnostics));
  const clock = new VirtualClock();
  const meter = new RunMeter({ states: sourceMap.states });
  let left = failures;
  const result = await execute(stateMachine, {
    clock,
    random: () => 0,
    onEvent: (event: HistoryEvent) => meter.observe(event),
    resolver: async ({ stateName }) => {
      const [, seconds = 0] =
        Object.entries(SECONDS).find(([step]) => step === sourceMap.states[stateName]?.step) ?? [];
      await clock.sleep(seconds * 1000);
      if (stateName === 'rate' && left-- > 0) throw new TaskError('COMPONENT_FAILED');
      return { Payload: { $: 'x' }, StatusCode: 200 };
    },
  });
  return { compiled, result, run: meter.run() };
}

const definitions = { definitions: [], definitionBytes: 0, memoryOf: () => 1024 };

describe('what a run is metered as', () => {
  it('is what the simulation of the same seconds says', async () => {
    const { compiled, run, result } = await meter(FLOW);
    const steps = Object.fromEntries(Object.entries(SECONDS).map(([id, seconds]) => [id, { seconds }]));
    const { simulation } = await simulateCompiled(compiled, {
      profile: { steps },
      memorySizes: async () => () => 1024,
    });
    expect(run.transitions).toBe(result.transitions);
    expect(run).toMatchObject({
      transitions: simulation?.transitions,
      events: simulation?.historyEvents,
      seconds: simulation?.makespanSeconds,
    });
    const cost = priceRun(definitions, { assumed: { input: {} } }, run);
    expect(cost.functions).toEqual(simulation?.cost.functions);
    expect(cost.s3).toEqual(simulation?.cost.s3);
    expect(cost.standard.usd).toBe(simulation?.cost.standard.usd);
    const costs = stepCosts(definitions, run, 'STANDARD').map(({ bytes: _, ...cost }) => cost);
    expect(costs).toEqual(simulation?.stepCosts);
  });

  it('has the calls that failed and their repetitions', async () => {
    const { run, result } = await meter(FLOW, 2);
    expect(run.transitions).toBe(result.transitions);
    const rate = stepCosts(definitions, run, 'STANDARD').find(({ step }) => step === 'rate');
    const calls = 3 * (PRICES.lambdaRequest + 1.25 * PRICES.lambdaGbSecond);
    expect(rate).toMatchObject({ calls: 3, seconds: 3.75, usd: expect.closeTo(calls + 3 * PRICES.transition, 12) });
  });

  it('costs no transition of its own as Express', async () => {
    const { run } = await meter(FLOW);
    const [load] = stepCosts(definitions, run, 'EXPRESS');
    expect(load).toMatchObject({
      step: 'load',
      usd: expect.closeTo(PRICES.lambdaRequest + 2 * PRICES.lambdaGbSecond, 12),
    });
  });
});
