import { describe, expect, it } from 'vitest';
import { compile } from '../../lib/compiler/compile.ts';
import { execute, type HistoryEvent, TaskError, VirtualClock } from '../../lib/engine/index.ts';
import type { CallReport } from '../../lib/executions/measured/measured-execution.ts';
import { priceRun } from '../../lib/simulate/price-run.ts';
import { PRICES } from '../../lib/simulate/prices.ts';
import { type BesideHistory, RunMeter } from '../../lib/simulate/run-meter.ts';
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
async function meter(
  source: string,
  failures = 0,
  {
    failure = new TaskError('COMPONENT_FAILED'),
    reports,
  }: { failure?: TaskError; reports?: BesideHistory['reports'] } = {},
) {
  const compiled = compile(source, { without: ['fuse-put-blob', 'fuse-chains'] });
  const { stateMachine, sourceMap } = compiled;
  if (!stateMachine) throw new Error(JSON.stringify(compiled.diagnostics));
  const clock = new VirtualClock();
  const meter = new RunMeter({ states: sourceMap.states }, { ...(reports && { reports }) });
  let left = failures;
  const result = await execute(stateMachine, {
    clock,
    random: () => 0,
    onEvent: (event: HistoryEvent) => meter.observe(event),
    resolver: async ({ stateName }) => {
      const [, seconds = 0] =
        Object.entries(SECONDS).find(([step]) => step === sourceMap.states[stateName]?.step) ?? [];
      await clock.sleep(seconds * 1000);
      if (stateName === 'rate' && left-- > 0) throw failure;
      return { Payload: { $: 'x' }, StatusCode: 200, SdkResponseMetadata: { RequestId: `request of ${stateName}` } };
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

  it('has no calls that Lambda refused, which it does not charge for', async () => {
    const { run, result } = await meter(FLOW, 2, {
      failure: new TaskError('Lambda.TooManyRequestsException', 'no room'),
    });
    expect(run.transitions).toBe(result.transitions);
    const rate = stepCosts(definitions, run, 'STANDARD').find(({ step }) => step === 'rate');
    expect(rate).toMatchObject({ calls: 1, seconds: 1.25 });
  });

  it('is billed by the reports of calls, those of functions that ran out of time included', async () => {
    const id = '3604209a-e9a3-11e6-939a-754dd98c7be3';
    const failure = new TaskError('Sandbox.Timedout', `RequestId: ${id} Error: Task timed out after 70.00 seconds`);
    const report = { billedMs: 100, memoryMb: 512, maxMemoryMb: 80 };
    const reports = new Map<string, CallReport>([
      [id, { ...report, billedMs: 70_000, initMs: 300 }],
      ['request of rate', report],
    ]);
    const { run } = await meter(FLOW, 1, { failure, reports });
    const costs = stepCosts(definitions, run, 'STANDARD');
    const usd = 2 * (PRICES.lambdaRequest + PRICES.transition) + 70.1 * 0.5 * PRICES.lambdaGbSecond;
    expect(costs.find(({ step }) => step === 'rate')).toMatchObject({
      ...{ calls: 2, seconds: 2.5, usd: expect.closeTo(usd, 12) },
      billed: { calls: 2, seconds: 70.1, memoryMb: 512, maxMemoryMb: 80, coldStarts: 1, initSeconds: 0.3 },
    });
    // What no log tells of has its seconds, and the memory of its component.
    const load = PRICES.lambdaRequest + 2 * PRICES.lambdaGbSecond + PRICES.transition;
    expect(costs[0]).toMatchObject({ step: 'load', usd: expect.closeTo(load, 12) });
    expect(costs[0]).not.toHaveProperty('billed');
    const { functions } = priceRun(definitions, { assumed: { input: {} } }, run);
    expect(functions).toMatchObject({ requests: 5, gbSeconds: expect.closeTo(70.1 * 0.5 + 2 + 0.5 + 0.25, 9) });
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
