import { describe, expect, it } from 'vitest';
import type { StateMachine } from '../../lib/asl/state-machine.ts';
import { compile } from '../../lib/compiler/compile.ts';
import { execute, TaskError } from '../../lib/engine/index.ts';
import type { Json, JsonObject } from '../../lib/protocol/json.ts';
import { type FlowRun, type Mocks, prepareFlow } from '../../lib/run/run-flow.ts';

const FAILS = { outcome: 'failed', error: { code: 'RESOURCE_UNAVAILABLE', message: 'boom' } } as const;

const step = (id: string, input: Json, more: JsonObject = {}): JsonObject => ({
  id,
  component: '/m/any',
  input,
  ...more,
});
const read = (id: string): JsonObject => ({ $step: id });

/** A chain of steps. */
const chain = (size: number, prefix = 's'): JsonObject[] =>
  Array.from({ length: size }, (_, at) =>
    step(`${prefix}${at}`, at === 0 ? { $input: 'n' } : [read(`${prefix}${at - 1}`), { $input: 'n' }]),
  );

/** What a run reports, however many state machines it is in. Ids of executions are random. */
const shown = ({ result, execution }: FlowRun): unknown =>
  JSON.parse(
    JSON.stringify({
      result,
      steps: execution?.steps.map(({ id, status, attempts }) => [id, status, attempts]),
      chain: execution?.criticalPath,
    }).replace(/arn:aws:states:local[\w:-]+/g, 'ARN'),
  );

/** Runs a flow in one state machine and in several, and expects the same. */
async function runBoth(flow: JsonObject, mocks: Mocks, definitionBytes: number): Promise<FlowRun> {
  const source = JSON.stringify(flow);
  const all: Mocks = { ...mocks, '/m/any': [{ result: { next: { n: 1 } } }] };
  const [one, several] = await Promise.all(
    [{}, { definitionBytes }].map(async (limits) => {
      const { run } = await prepareFlow({ source, mocks: all, limits });
      return run({ input: { n: 1, items: [{ n: 1 }, { n: 2 }] } });
    }),
  );
  if (!one || !several) throw new Error('both were run');
  expect(compile(source, { limits: { definitionBytes } }).nestedMachines.length).toBeGreaterThan(0);
  expect(shown(several)).toEqual(shown(one));
  return several;
}

describe('a flow in several state machines', () => {
  const flow = { steps: chain(16), output: read('s15') };

  it('is reported as one', async () => {
    const { execution } = await runBoth(flow, {}, 10_000);
    expect(execution?.criticalPath).toEqual(chain(16).map(({ id }) => id));
    // The longest history; all of them together have more events.
    expect(execution?.events).toBeLessThan(5 * 16);
    expect(execution?.transitions).toBeGreaterThan(16);
  });

  it('fails with the failure of its step', async () => {
    const { result } = await runBoth(flow, { s12: [FAILS] }, 10_000);
    expect(result).toMatchObject({
      outcome: 'failed',
      error: { code: 'RESOURCE_UNAVAILABLE', message: 'boom', data: { step: 's12', attempt: 0 } },
    });
  });

  it('fails with a fault that the state machine itself detects', async () => {
    const mapped = step(
      'each',
      { items: read('s15'), workflow: { $literal: { steps: [], output: 1 } } },
      { component: '/builtin/map' },
    );
    const { result } = await runBoth({ steps: [...chain(16), mapped], output: read('each') }, {}, 14_000);
    expect(result).toMatchObject({ outcome: 'failed', error: { code: 'INVALID_INPUT' } });
  });

  it('has the same retries, defaults and skips', async () => {
    const steps = [
      ...chain(12),
      step('again', read('s11'), { onError: { action: 'retry', maxRetries: 1 } }),
      step('instead', read('again'), { onError: { action: 'useDefault', defaultValue: { from: read('s3') } } }),
      step('skipped', read('instead'), { skipIf: { $input: 'n' } }),
      step('after', { $coalesce: [read('skipped'), read('instead')] }),
    ];
    const mocks: Mocks = { again: [{ ...FAILS, times: 1 }, { result: 1 }], instead: [FAILS] };
    const { result } = await runBoth({ steps, output: [read('after'), read('s7')] }, mocks, 10_000);
    expect(result.outcome).toBe('success');
  });
});

describe('the flow of a step in a state machine of its own', () => {
  const inner: JsonObject = { $literal: { steps: chain(8, 'in'), output: { next: { n: read('in7') } } } };
  const running = (component: string, input: JsonObject, more: JsonObject = {}): JsonObject => ({
    steps: [step('first', 1), step('sub', input, { component: `/builtin/${component}`, ...more })],
    output: [read('sub'), read('first')],
  });
  const items = [{ n: 1 }, { n: 2 }];
  const initial_input = { n: 1 };

  it.each<[string, JsonObject, Mocks]>([
    ['a map', running('map', { items, workflow: inner }), {}],
    ['a map whose items are given', running('map', { items: { $input: 'items' }, workflow: inner }), {}],
    [
      'a map of which some fail',
      running('map', { items, workflow: inner }),
      { 'sub.in0': [{ input: 2, ...FAILS }, { result: 5 }] },
    ],
    ['an eval', running('eval', { input: { n: read('first') }, flow: inner }), {}],
    ['an eval that fails', running('eval', { input: { n: 1 }, flow: inner }), { 'sub.in5': [FAILS] }],
    ['an iterate', running('iterate', { initial_input, max_iterations: 3, flow: inner }), {}],
    ['an iterate that fails', running('iterate', { initial_input, flow: inner }), { 'sub.in5': [FAILS] }],
    [
      'an iterate whose failure is covered',
      running(
        'iterate',
        { initial_input, flow: inner },
        { onError: { action: 'useDefault', defaultValue: 'covered' } },
      ),
      { 'sub.in5': [FAILS] },
    ],
  ])('%s', async (title, flow, mocks) => {
    // A map over a list from the input is emitted twice, with more states around it.
    await runBoth(flow, mocks, title.includes('given') ? 30_000 : 12_500);
  });
});

describe('a nested execution that fails', () => {
  const { stateMachine = { StartAt: '', States: {} }, nestedMachines } = compile(
    JSON.stringify({ steps: chain(12), output: read('s11') }),
    { limits: { definitionBytes: 10_000 } },
  );
  const failing = (error: string, cause: string, machine: StateMachine = stateMachine) =>
    execute(machine, {
      input: { n: 1 },
      resolver: async ({ resource }) => {
        if (resource.includes('startExecution')) throw new TaskError(error, cause);
        return { Payload: { $: 1 } };
      },
    });
  const described = (more: JsonObject): string =>
    JSON.stringify({
      ...more,
      ExecutionArn: 'arn',
      Input: JSON.stringify({ Error: 'not this', Cause: 'nor this' }),
      Status: 'FAILED',
    });

  it.each<[string, string, string, { readonly error: string; readonly cause: string }]>([
    [
      'with the error in its description',
      'States.TaskFailed',
      described({ Cause: 'why "so"', Error: 'TIMEOUT' }),
      { error: 'TIMEOUT', cause: 'why "so"' },
    ],
    // A Cause has 32,768 characters at most. Source: "HistoryEvent", AWS Step Functions API reference.
    [
      'with the error at the beginning of its truncated description',
      'States.TaskFailed',
      described({ Cause: '{"errorMessage": "why \\ "so"\n"}', Error: 'TIMEOUT' }).slice(0, -60),
      { error: 'TIMEOUT', cause: '{"errorMessage": "why \\ "so"\n"}' },
    ],
    [
      'with the error of the Task if it was stopped',
      'States.TaskFailed',
      described({}),
      { error: 'States.TaskFailed', cause: described({}) },
    ],
    [
      'with the error of the Task if it could not start',
      'StepFunctions.AccessDenied',
      'no {right}',
      { error: 'StepFunctions.AccessDenied', cause: 'no {right}' },
    ],
  ])('fails the flow %s', async (_, error, cause, wanted) => {
    expect(nestedMachines.length).toBeGreaterThan(0);
    expect(await failing(error, cause)).toMatchObject({ status: 'FAILED', ...wanted });
  });
});
