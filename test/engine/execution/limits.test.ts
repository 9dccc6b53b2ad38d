import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { jsonBytes } from '../../../lib/engine/index.ts';
import type { Json, JsonObject } from '../../../lib/protocol/json.ts';
import { QUOTAS } from '../../../lib/protocol/quotas.ts';
import { machine, run, task } from '../harness.ts';

/** A string whose JSON has that many bytes. */
const sized = (bytes: number): string => 'x'.repeat(bytes - 2);
const over = sized(QUOTAS.payload + 1);
const fits = sized(QUOTAS.payload);
const EXCEEDED = { status: 'FAILED', error: 'States.DataLimitExceeded' };

test('the size is that of compact UTF-8 JSON', () => {
  const bytes = (value: Json): number => Buffer.byteLength(JSON.stringify(value));
  fc.assert(fc.property(fc.json(), (text) => jsonBytes(JSON.parse(text)) === bytes(JSON.parse(text))));
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 100 }), (text) => jsonBytes(text) === bytes(text)));
});

describe('256 KiB', () => {
  test('of input', async () => {
    expect((await run(machine({ A: { Type: 'Succeed' } }), undefined, { input: over })).result).toMatchObject(EXCEEDED);
    expect((await run(machine({ A: { Type: 'Succeed' } }), undefined, { input: fits })).result.status).toBe(
      'SUCCEEDED',
    );
  });

  test("of a task's result, even if none of it is kept", async () => {
    const definition = machine({
      A: task({ Resource: 'arn:aws:states:::lambda:invoke', Arguments: { FunctionName: 'f' }, Output: {} }),
    });
    const { result } = await run(definition, () => over);
    // The words, and the name of a service: as AWS reported such a failure in the posts that quote it.
    const cause =
      "The state/task 'lambda' returned a result with a size exceeding the maximum number of bytes service limit.";
    expect(result).toMatchObject({ ...EXCEEDED, cause });
    expect((await run(definition, () => fits)).result.status).toBe('SUCCEEDED');
  });

  test("of a task's arguments", async () => {
    const Arguments = { twice: ['{% $states.input %}', '{% $states.input %}'] };
    const { result, requests } = await run(machine({ A: task({ Arguments }) }), undefined, { input: sized(200_000) });
    expect(result).toMatchObject(EXCEEDED);
    expect(requests).toEqual([]);
  });

  test('of an output', async () => {
    const Output = ['{% $states.input %}', '{% $states.input %}'];
    expect(
      (await run(machine({ A: { Type: 'Pass', Output, End: true } }), undefined, { input: sized(200_000) })).result,
    ).toMatchObject(EXCEEDED);
  });

  test('of one Assign, all its variables together', async () => {
    const Assign = { a: '{% $states.input %}', b: '{% $states.input %}' };
    const { result } = await run(machine({ A: { Type: 'Pass', Assign, End: true } }), undefined, {
      input: sized(200_000),
    });
    expect(result).toMatchObject(EXCEEDED);
  });

  test('of all results of a Parallel and of a Map together', async () => {
    const Branches = ['B', 'C'].map((name) => ({ StartAt: name, States: { [name]: task() } }));
    const parallel = { Type: 'Parallel', Branches, Output: {}, End: true };
    expect((await run(machine({ A: parallel }), () => sized(200_000))).result).toMatchObject(EXCEEDED);
    const ItemProcessor = { StartAt: 'B', States: { B: task() } };
    const map = { Type: 'Map', Items: [1, 2], ItemProcessor, Output: {}, End: true };
    expect((await run(machine({ A: map }), () => sized(200_000))).result).toMatchObject(EXCEEDED);
  });

  test('States.ALL does not catch the failure', async () => {
    const Catch = [{ ErrorEquals: ['States.ALL'], Next: 'B' }];
    expect((await run(machine({ A: task({ Catch }), B: { Type: 'Succeed' } }), () => over)).result).toMatchObject(
      EXCEEDED,
    );
  });
});

test('10 MiB of variables', async () => {
  const steps = Array.from({ length: 60 }, (_, at): [string, JsonObject] => [
    `S${at}`,
    {
      Type: 'Pass',
      Assign: { [`v${at}`]: '{% $states.input %}' },
      ...(at < 59 ? { Next: `S${at + 1}` } : { End: true }),
    },
  ]);
  const definition = machine(Object.fromEntries(steps));
  const { result, events } = await run(definition, undefined, { input: sized(200_000) });
  expect(result).toMatchObject(EXCEEDED);
  expect(events.filter(({ type }) => type === 'PassStateExited')).toHaveLength(Math.floor(QUOTAS.variables / 200_000));
  expect((await run(definition, undefined, { input: sized(100_000) })).result.status).toBe('SUCCEEDED');
});

test('variables of ended iterations no longer count', async () => {
  const Items = Array.from({ length: 60 }, (_, at) => at);
  const big = '{% $states.context.Execution.Input %}';
  const ItemProcessor = { StartAt: 'B', States: { B: { Type: 'Pass', Assign: { v: big }, Output: {}, End: true } } };
  const map = { Type: 'Map', Items, MaxConcurrency: 2, ItemProcessor, End: true };
  expect((await run(machine({ A: map }), undefined, { input: sized(200_000) })).result.status).toBe('SUCCEEDED');
});

describe('25,000 events', () => {
  const loop = machine({
    A: { Type: 'Pass', Output: '{% $states.input - 1 %}', Next: 'B' },
    B: { Type: 'Choice', Choices: [{ Condition: '{% $states.input > 0 %}', Next: 'A' }], Default: 'C' },
    C: { Type: 'Pass', End: true },
  });
  // Each turn has 4 events; start, end and the last state have 4 more.
  const TURNS = (QUOTAS.events - 4) / 4;

  test('only the end of an execution may be the last one', async () => {
    expect((await run(loop, undefined, { input: TURNS })).result).toMatchObject({
      status: 'SUCCEEDED',
      events: QUOTAS.events,
    });
    const { result } = await run(loop, undefined, { input: TURNS + 1 });
    const cause = 'The execution reached the maximum number of history events (25000).';
    expect(result).toMatchObject({ status: 'FAILED', error: 'States.Runtime', cause, events: QUOTAS.events });
  });

  test('do not limit an Express execution', async () => {
    expect((await run(loop, undefined, { input: TURNS + 1, type: 'EXPRESS' })).result.status).toBe('SUCCEEDED');
  });

  test('count the events of all branches', async () => {
    const Branches = [1, 2].map((at) => ({
      StartAt: `A${at}`,
      States: {
        [`A${at}`]: { Type: 'Pass', Output: '{% $states.input - 1 %}', Next: `B${at}` },
        [`B${at}`]: {
          Type: 'Choice',
          Choices: [{ Condition: '{% $states.input > 0 %}', Next: `A${at}` }],
          Default: `C${at}`,
        },
        [`C${at}`]: { Type: 'Pass', End: true },
      },
    }));
    const Catch = [{ ErrorEquals: ['States.ALL'], Next: 'Z' }];
    const { result } = await run(
      machine({ P: { Type: 'Parallel', Branches, Catch, End: true }, Z: { Type: 'Succeed' } }),
      undefined,
      {
        input: TURNS - 10,
      },
    );
    expect(result).toMatchObject({ status: 'FAILED', error: 'States.Runtime', events: QUOTAS.events });
  });
});
