import { expect, test } from 'vitest';
import { loadStateMachine, type Sleep, VirtualClock } from '../../../lib/engine/index.ts';
import type { JsonObject } from '../../../lib/protocol/json.ts';
import { machine, run, task } from '../harness.ts';

const branch = (name: string, more: JsonObject = {}): JsonObject => ({ StartAt: name, States: { [name]: task(more) } });
const retried = { Retry: [{ ErrorEquals: ['again'], MaxAttempts: 2, JitterStrategy: 'FULL' }] };

/** A Parallel, a Map, a distributed Map and a loop, with calls that are retried. */
const definition = machine({
  fork: { Type: 'Parallel', Branches: [branch('a', retried), branch('b')], Next: 'each' },
  each: { Type: 'Map', Items: [1, 2, 3], MaxConcurrency: 2, ItemProcessor: branch('item', retried), Next: 'all' },
  all: {
    Type: 'Map',
    Items: [1, 2],
    ItemProcessor: { ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' }, ...branch('child') },
    Assign: { n: 0 },
    Next: 'loop',
  },
  loop: task({ End: false, Assign: { n: '{% $n + 1 %}' }, Next: 'again?' }),
  'again?': { Type: 'Choice', Choices: [{ Condition: '{% $n < 3 %}', Next: 'loop' }], Default: 'done' },
  done: { Type: 'Succeed' },
});

/** The ids of all calls, in the order of the calls, where each call takes as long as `ms` says. */
async function callIds(ms: (state: string) => number): Promise<readonly string[]> {
  const failed = new Set<string>();
  const { result, requests } = await run(definition, ({ stateName, attempt, arguments: given }) => {
    const failing = stateName === 'a' || (stateName === 'item' && given === 2);
    if (failing && attempt === 0) {
      failed.add(stateName);
      return { fail: 'again' };
    }
    return { ms: ms(stateName) };
  });
  expect(result.status).toBe('SUCCEEDED');
  expect([...failed]).toEqual(['a', 'item']);
  return requests.map(({ callId }) => callId);
}

test('each call has an id of its own, the same however long the calls take', async () => {
  const ids = await callIds(() => 1);

  expect(ids.toSorted()).toEqual([
    '1[0].1 a',
    '1[0].1~1 a',
    '1[1].1 b',
    '2[0].1 item',
    '2[1].1 item',
    '2[1].1~1 item',
    '2[2].1 item',
    '3[0].1 child',
    '3[1].1 child',
    '4 loop',
    '6 loop',
    '8 loop',
  ]);
  expect((await callIds((state) => (state === 'a' || state === 'item' ? 5000 : 3))).toSorted()).toEqual(ids.toSorted());
});

test('a sleep has the id of its visit, and the timeout of a call and the error of a retry are marked', async () => {
  const slept: unknown[] = [];
  const clock = new VirtualClock(0);
  const watched = {
    now: () => clock.now(),
    sleep: (ms: number, signal?: AbortSignal, what?: Sleep) => {
      slept.push(what);
      return clock.sleep(ms, signal);
    },
  };
  const states = {
    wait: { Type: 'Wait', Seconds: 1, Next: 'work' },
    work: task({ TimeoutSeconds: 9, Retry: [{ ErrorEquals: ['no'] }] }),
  };
  await run(machine(states), ({ attempt }) => (attempt === 0 ? { fail: 'no' } : null), { clock: watched });

  expect(slept).toEqual([
    { id: '1 wait' },
    { id: '2 work', isTimeout: true },
    { id: '2 work', retryOf: 'no' },
    { id: '2~1 work', isTimeout: true },
  ]);
});

test('uuids, of child executions too, come from the random numbers of the host', async () => {
  const uuids = machine({
    all: {
      Type: 'Map',
      Items: [1, 2],
      ItemProcessor: {
        ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
        ...branch('one', { Output: '{% $uuid() %}' }),
      },
    },
  });
  const drawn = async () => {
    let last = 0;
    const { result, requests } = await run(
      { ...uuids, States: { all: { ...Object(uuids.States).all, End: true } } },
      () => null,
      {
        random: () => (last = (last + 0.137) % 1),
      },
    );
    return [result.output, requests.map(({ execution }) => execution.name)];
  };
  const [one, other] = [await drawn(), await drawn()];

  expect(one).toEqual(other);
  const all = one.flat();
  expect(new Set(all).size).toBe(4);
  for (const uuid of all) expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test('events have the stamp of the clock as their time, expressions have its now', async () => {
  const clock = new VirtualClock(5000);
  const stamped = { now: () => clock.now(), sleep: clock.sleep.bind(clock), stamp: () => 7 };
  const { result, events } = await run(
    machine({ a: { Type: 'Pass', Output: '{% $millis() %}', End: true } }),
    undefined,
    {
      clock: stamped,
    },
  );

  expect(result.output).toBe(5000);
  expect(new Set(events.map(({ timestamp }) => timestamp))).toEqual(new Set([7]));
});

test('calls of a nested execution have unique ids, and its name comes from the random numbers of the host', async () => {
  const outer = machine({
    one: task({
      Resource: 'arn:aws:states:::states:startExecution.sync:2',
      Arguments: { StateMachineArn: 'inner' },
      End: false,
      Next: 'two',
    }),
    two: task(),
  });
  const nested = { machine: loadStateMachine(machine({ two: task() })), name: 'inner' };
  const start = () => run(outer, () => null, { nestedMachines: () => nested, random: () => 0.5, name: 'r' });
  const { requests } = await start();

  expect(requests.map(({ callId }) => callId)).toEqual(['1[0].1 two', '2 two']);
  const names = requests.map(({ execution }) => execution.name);
  expect((await start()).requests.map(({ execution }) => execution.name)).toEqual(names);
});
