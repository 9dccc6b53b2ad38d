import { describe, expect, it } from 'vitest';
import { type Compiled, type CompileOptions, compile } from '../../lib/compiler/compile.ts';
import { knownRounds } from '../../lib/compiler/emit/builtin-states.ts';
import { execute } from '../../lib/engine/index.ts';
import { invocationIn } from '../../lib/protocol/component-task.ts';
import { isObject, type Json, type JsonObject } from '../../lib/protocol/json.ts';
import { LongestHistory } from '../../lib/run/report/longest-history.ts';
import { prepareFlow } from '../../lib/run/run-flow.ts';
import { machineResolver } from '../../lib/run/tasks/nested-machines.ts';
import { runLoops } from '../oracle/run-loops.ts';

/** A loop of some steps that count, and of one that checks whether the number is divisible. */
const loopOf = (steps: number, max: Json, more: JsonObject = {}): JsonObject => {
  const adding = Array.from({ length: steps - 1 }, (_, at) => ({
    id: `a${at}`,
    component: '/m/add',
    input: { n: at === 0 ? { $input: 'n' } : { $step: `a${at - 1}`, path: 'n' } },
  }));
  const last = { n: { $step: `a${steps - 2}`, path: 'n' }, stop: 1_000_003 };
  const n = { n: { $step: 'c', path: 'n' } };
  return {
    id: 'loop',
    component: '/iterate',
    input: {
      initial_input: { n: 0 },
      max_iterations: max,
      flow: {
        $literal: {
          steps: [...adding, { id: 'c', component: '/m/check', input: last }],
          // biome-ignore lint/suspicious/noThenProperty: a key of the language.
          output: { $if: { $step: 'c', path: 'done' }, then: { result: n }, else: { next: n } },
        },
      },
    },
    ...more,
  };
};

/** A loop of some steps that count, and that never ends before its limit. */
const counting = (steps: number, max: number): JsonObject => {
  const n = (at: number): Json => (at === 0 ? { $input: 'n' } : { $step: `a${at - 1}`, path: 'n' });
  const ids = Array.from({ length: steps }, (_, at) => at);
  const inner = {
    steps: ids.map((at) => ({ id: `a${at}`, component: '/m/add', input: { n: n(at) } })),
    output: { next: { n: n(steps) } },
  };
  const input = { initial_input: { n: 0 }, max_iterations: max, flow: { $literal: inner } };
  return { id: 'loop', component: '/iterate', input };
};

const numberIn = (input: Json | undefined): number => (isObject(input) && typeof input.n === 'number' ? input.n : 0);

const flowOf = (loop: JsonObject, more: JsonObject = {}): string =>
  JSON.stringify({ name: 'looping', steps: [loop], output: { $step: 'loop' }, ...more });

const compiled = (loop: JsonObject, options: CompileOptions = {}): Compiled => compile(flowOf(loop), options);

const terminated = (n: number, iterations: number) => ({
  status: 'SUCCEEDED',
  output: { outcome: 'success', result: { result: { n }, iterations, terminated: true } },
});

describe('a loop of more rounds than an execution has events for', () => {
  it('of five steps goes on to its 2,000 rounds, within AWS’s limits', { timeout: 120_000 }, async () => {
    const { stateMachine, nestedMachines } = compiled(counting(5, 2000));
    expect(nestedMachines.map(({ name }) => name)).toEqual(['looping--loop']);
    const histories = new LongestHistory();
    // Without the functions around components, of which there would be 10,000 calls.
    const result = await execute(stateMachine ?? {}, {
      resolver: async (request) => ({
        Payload: { n: numberIn(invocationIn(request.arguments, request.stateName).input) + 1 },
      }),
      nestedMachines: machineResolver(nestedMachines),
      onEvent: (event) => histories.observe(event),
    });
    expect(result).toMatchObject(terminated(10_000, 2000));
    expect(histories.events).toBeLessThan(4_200);
  });

  it('is moved out at 160 rounds, and at 90 it is not', () => {
    expect(compiled(loopOf(5, 160)).nestedMachines).toHaveLength(1);
    expect(compiled(loopOf(5, 90)).nestedMachines).toEqual([]);
  });

  it('needs executions on three levels where each has few events', async () => {
    const { result, events } = await runLoops(compiled(loopOf(2, 90), { limits: { events: 60 } }), {});
    expect(result).toMatchObject(terminated(90, 90));
    expect(events).toBeLessThanOrEqual(60);
  });

  it.each([1, 3, 4, 60])('is moved out where its rounds are only known at run time: %s', async (most) => {
    const flow = compiled(loopOf(2, { $input: 'most' }), { limits: { events: 80 } });
    expect(flow.nestedMachines).toHaveLength(1);
    const { result, events } = await runLoops(flow, { most });
    expect(result).toMatchObject(terminated(most, most));
    expect(events).toBeLessThanOrEqual(80);
  });

  it('stays as it is in an Express flow, whose history has no limit', () => {
    const flow = compile(flowOf(loopOf(5, 100_000), { metadata: { aws: { type: 'EXPRESS' } } }));
    expect(flow.diagnostics).toEqual([]);
    expect(flow.nestedMachines).toEqual([]);
  });

  it('fails as its flow does', async () => {
    const flow = compiled(loopOf(3, 500), { limits: { events: 100 } });
    const { result } = await runLoops(flow, {}, { failsAt: 31 });
    expect(result).toMatchObject({ status: 'FAILED', error: 'COMPONENT_FAILED' });
    expect(result.cause).toContain('not to 31');
  });

  it('is covered by onError', async () => {
    const onError = { action: 'useDefault', defaultValue: 'instead' };
    const flow = compiled(loopOf(3, 500, { onError }), { limits: { events: 100 } });
    const { result } = await runLoops(flow, {}, { failsAt: 31 });
    expect(result).toMatchObject({ status: 'SUCCEEDED', output: { result: 'instead' } });
  });

  it('has a flow that is itself too large for one state machine', async () => {
    const flow = compiled(loopOf(12, 40), { limits: { events: 60, definitionBytes: 20_000 } });
    expect(flow.nestedMachines.length).toBeGreaterThan(1);
    const { result, events } = await runLoops(flow, {});
    expect(result).toMatchObject(terminated(440, 40));
    expect(events).toBeLessThanOrEqual(60);
  });

  it('is reported as one', async () => {
    const mocks = { '/m/add': [{ result: { n: 1 } }], '/m/check': [{ result: { n: 1, done: false } }] };
    const { run } = await prepareFlow({ source: flowOf(loopOf(2, 30)), mocks, limits: { events: 90 } });
    const { result, execution } = await run();
    expect(result).toEqual({ outcome: 'success', result: { result: { n: 1 }, iterations: 30, terminated: true } });
    expect(execution?.steps.map(({ id, status, attempts }) => [id, status, attempts])).toEqual([
      ['loop', 'succeeded', 1],
      ['loop.a0', 'succeeded', 1],
      ['loop.c', 'succeeded', 1],
    ]);
    expect(execution?.criticalPath).toEqual(['loop.a0', 'loop.c', 'loop']);
  });
});

describe('max_iterations', () => {
  it.each<[Json]>([[0], [-1], [1.5], ['3'], [null]])('that is %j at run time is INVALID_INPUT', async (most) => {
    const { result } = await runLoops(compiled(loopOf(2, { $input: 'most' })), { most });
    expect(result).toMatchObject({ status: 'FAILED', error: 'INVALID_INPUT' });
    expect(result.cause).toContain('whole number from 1 on');
  });

  it('of 0 in the flow is INVALID_INPUT', async () => {
    const { result } = await runLoops(compiled(loopOf(2, 0)), {});
    expect(result).toMatchObject({ status: 'FAILED', error: 'INVALID_INPUT' });
  });

  it('is the language’s own where the flow has none', () => {
    const { plan } = compile(
      JSON.stringify({
        steps: [
          { id: 'l', component: '/iterate', input: { initial_input: 1, flow: { $literal: { steps: [], output: 1 } } } },
        ],
      }),
    );
    const planned = plan?.steps.get('l');
    expect(planned && knownRounds(planned)).toBe(1000);
  });
});
