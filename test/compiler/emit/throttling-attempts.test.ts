import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StateMachine } from '../../../lib/asl/state-machine.ts';
import { statesIn } from '../../../lib/asl/walk-states.ts';
import { type Compiled, compile } from '../../../lib/compiler/compile.ts';
import { execute, TaskError, type TaskRequest, VirtualClock } from '../../../lib/engine/index.ts';
import { componentIn } from '../../../lib/protocol/component-task.ts';
import type { Json, JsonObject } from '../../../lib/protocol/json.ts';
import { QUOTAS } from '../../../lib/protocol/quotas.ts';
import { LongestHistory } from '../../../lib/run/report/longest-history.ts';
import { machineResolver } from '../../../lib/run/tasks/nested-machines.ts';

const THROTTLED = 'Lambda.TooManyRequestsException';

/** The attempts that the calls of a state machine have while they are throttled, each number once. */
const attemptsIn = (machine: StateMachine): readonly number[] => [
  ...new Set(
    statesIn(machine).flatMap(([, state]) =>
      state.Type === 'Task' ? (state.Retry ?? []).flatMap((retrier) => throttling(retrier)) : [],
    ),
  ),
];

const throttling = ({ ErrorEquals, MaxAttempts = 3 }: NonNullable<JsonRetrier>): readonly number[] =>
  ErrorEquals.includes(THROTTLED) || ErrorEquals.includes('StepFunctions.ExecutionLimitExceeded') ? [MaxAttempts] : [];

type JsonRetrier = { readonly ErrorEquals: readonly string[]; readonly MaxAttempts?: number };

const step = (at: number, input: Json): JsonObject => ({ id: `s${at}`, component: '/m/add', input });

/** Steps one after the other, or side by side where `isWide`. */
const flowOf = (count: number, isWide = false, more: JsonObject = {}): JsonObject => ({
  name: 'throttled',
  steps: Array.from({ length: count }, (_, at) => ({
    ...step(at, { n: at === 0 || isWide ? { $input: 'n' } : { $step: `s${at - 1}`, path: 'n' } }),
    ...more,
  })),
  output: { $step: `s${count - 1}`, path: 'n' },
  evaluation: 'eager',
});

/** Every call fails as often as it is repeated for each of the failures for which it is. */
async function runThrottled({ stateMachine, nestedMachines }: Compiled, input: Json) {
  const histories = new LongestHistory();
  const machines = [...(stateMachine ? [stateMachine] : []), ...nestedMachines.map((nested) => nested.stateMachine)];
  const failures = new Map(
    machines.flatMap(statesIn).map(([name, state]) => {
      const retriers = state.Type === 'Task' ? (state.Retry ?? []) : [];
      return [
        name,
        retriers.flatMap(({ ErrorEquals: [error = ''], MaxAttempts = 3 }) => Array(MaxAttempts).fill(error)),
      ];
    }),
  );
  const resolver = async ({ attempt, stateName, arguments: given }: TaskRequest): Promise<Json> => {
    if (componentIn(given) === undefined) throw new Error('only components are called');
    const failure: string | undefined = failures.get(stateName)?.[attempt];
    if (failure !== undefined) throw new TaskError(failure);
    return { Payload: { n: 1 } };
  };
  const { status, error, cause } = await execute(stateMachine ?? {}, {
    input,
    resolver,
    clock: new VirtualClock(),
    nestedMachines: machineResolver(nestedMachines),
    onEvent: (event) => histories.observe(event),
  });
  return { status, ...(error && { error, cause }), events: histories.events };
}

const compiled = (flow: JsonObject): Compiled => compile(JSON.stringify(flow));

describe('calls that are throttled', () => {
  it('are repeated for hours where the history has room', () => {
    const [attempts = 0] = attemptsIn(compiled(flowOf(10)).stateMachine ?? { StartAt: '', States: {} });
    // Half of a minute each, on average.
    expect((attempts * 30) / 3600).toBeGreaterThan(4);
  });

  it('are repeated a few times, with long delays, where there are very many', () => {
    const { stateMachine } = compiled(flowOf(800));
    const [task] = Object.values(stateMachine?.States ?? {}).flatMap((state) => (state.Type === 'Task' ? [state] : []));
    expect(task?.Retry?.[0]).toMatchObject({ MaxAttempts: 5, IntervalSeconds: 20, MaxDelaySeconds: 60 });
  });

  it('of the children of a distributed Map have histories of their own', () => {
    const workflow = { steps: [step(0, { $input: '$' })], output: { $step: 's0' } };
    const map = {
      id: 'each',
      component: '/map',
      input: { items: { $input: 'items' }, workflow: { $literal: workflow } },
    };
    const { stateMachine } = compiled({ name: 'mapped', steps: [map], output: { $step: 'each' } });
    const found = Object.values(stateMachine?.States ?? {}).flatMap((state) =>
      state.Type === 'Map'
        ? [{ mode: state.ItemProcessor.ProcessorConfig?.Mode, attempts: attemptsIn(state.ItemProcessor) }]
        : [],
    );
    expect(found).toContainEqual({ mode: 'DISTRIBUTED', attempts: [500] });
    // Up to 100 iterations in one history.
    expect(found).toContainEqual({
      mode: 'INLINE',
      attempts: [expect.toSatisfy((most: number) => most > 50 && most < 100)],
    });
  });

  it('of an Express execution are repeated as long as it may take', () => {
    const flow = compiled({ ...flowOf(3), metadata: { aws: { type: 'EXPRESS' } } });
    expect(attemptsIn(flow.stateMachine ?? { StartAt: '', States: {} })).toEqual([12]);
  });

  it('fill no history, however large the flow', { timeout: 240_000 }, async () => {
    const shape = fc.record({ count: fc.integer({ min: 1, max: 1200 }), isWide: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(shape, async ({ count, isWide }) => {
        const run = await runThrottled(compiled(flowOf(count, isWide)), { n: 0 });
        expect(run).toMatchObject({ status: 'SUCCEEDED' });
        expect(run.events).toBeLessThan(QUOTAS.events);
      }),
      { numRuns: 8, seed: 14, examples: [[{ count: 1, isWide: false }], [{ count: 839, isWide: false }]] },
    );
  });

  it('fill no history where the flow repeats them, too', async () => {
    const flow = compiled(flowOf(50, false, { onError: { action: 'retry', maxRetries: 100 } }));
    const run = await runThrottled(flow, { n: 0 });
    expect(run).toMatchObject({ status: 'SUCCEEDED' });
    expect(run.events).toBeLessThan(QUOTAS.events);
  });
});
