import { describe, expect, test } from 'vitest';
import { execute, MockError, type Mocks, mockResolver, readMocks } from '../../lib/engine/index.ts';
import type { JsonObject } from '../../lib/protocol/json.ts';
import { machine, task } from './harness.ts';

const ARN = 'arn:aws:lambda:us-east-1:1:function:f';
const run = (state: JsonObject, mocks: Mocks) =>
  execute(machine({ A: state }), { resolver: mockResolver(mocks), input: { n: 1 } });

describe('mocks by state', () => {
  test('answer with results and errors, each call once', async () => {
    const calls = [{ error: { error: 'E', cause: 'so' } }, { result: 2 }];
    const { output } = await run(task({ Retry: [{ ErrorEquals: ['E'], IntervalSeconds: 0 }] }), {
      byState: { A: calls },
    });
    expect(output).toBe(2);
    expect(await run(task(), { byState: { A: [{ timeout: true }] } })).toMatchObject({
      status: 'FAILED',
      error: 'States.Timeout',
    });
  });

  test('the first unused one whose arguments match answers; an asterisk matches any text', async () => {
    const byState = {
      A: [
        { args: { n: 2 }, result: 'two' },
        { args: { n: 'a*c' }, result: 'text' },
        { args: { n: 1 }, result: 'one' },
      ],
    };
    expect((await run(task(), { byState })).output).toBe('one');
    expect((await run(task({ Arguments: { n: 'a.b.c' } }), { byState })).output).toBe('text');
  });

  test('a call that no mock matches ends the run, with a message that names the call and the expected arguments', async () => {
    const Catch = [{ ErrorEquals: ['States.ALL'], Next: 'A' }];
    const call = run(task({ Catch }), { byState: { A: [{ args: { n: 2 } }] } });
    await expect(call).rejects.toThrow(
      new MockError('The state "A" was called with {"n":1}, but the unused mocks want {"n":2}: add or change one.'),
    );
    await expect(run(task(), { byState: { A: [] } })).rejects.toThrow(/all its mocks are used up/);
    await expect(run(task(), {})).rejects.toThrow(/No mock answers the state "A", which calls arn:.*:test:call/);
  });

  test('the calls and the unused mocks are available', async () => {
    const resolver = mockResolver({ byState: { A: [{ result: 1 }, { result: 2 }], B: [{ result: 3 }] } });
    await execute(machine({ A: task() }), { resolver });
    expect(resolver.calls.map(({ stateName }) => stateName)).toEqual(['A']);
    expect(resolver.unused()).toEqual([
      { state: 'A', call: { result: 2 } },
      { state: 'B', call: { result: 3 } },
    ]);
  });
});

describe('mocks of functions', () => {
  const identity: Mocks = { lambda: { [ARN]: { kind: 'identity', name: 'f' } } };

  test('an identity returns its event, as it is or as the Payload of an invocation', async () => {
    expect((await run(task({ Resource: ARN }), identity)).output).toEqual({ n: 1 });
    for (const FunctionName of [ARN, 'f']) {
      const Arguments = { FunctionName, Payload: { x: 1 } };
      const { output } = await run(task({ Resource: 'arn:aws:states:::lambda:invoke', Arguments }), identity);
      expect(output).toEqual({ ExecutedVersion: '$LATEST', Payload: { x: 1 }, StatusCode: 200 });
    }
  });

  test('a raising mock fails as a function does', async () => {
    const mocks: Mocks = { lambda: { [ARN]: { kind: 'raise', error: 'Boom', errorMessage: 'so' } } };
    expect(await run(task({ Resource: ARN }), mocks)).toMatchObject({
      error: 'Boom',
      cause: '{"errorMessage":"so","errorType":"Boom"}',
    });
  });
});

describe('a mocks file', () => {
  test('is read if it has the right shape', () => {
    const file = { byState: { A: [{ result: 1 }] }, lambda: { [ARN]: { kind: 'identity' } } };
    expect(readMocks(file)).toEqual(file);
    expect(readMocks({})).toEqual({ byState: {}, lambda: {} });
  });

  test.each([[[]], [{ byState: [] }], [{ byState: { A: {} } }], [{ lambda: { f: {} } }]])('%j is refused', (value) => {
    expect(() => readMocks(value)).toThrow(MockError);
  });
});
