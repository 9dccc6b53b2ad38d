import { expect, test } from 'vitest';
import { machine, run } from '../harness.ts';

const wait = (Seconds: number) => machine({ W: { Type: 'Wait', Seconds, End: true } });

// Source: "Choosing workflow type in Step Functions", AWS Step Functions developer guide.
test('an Express execution ends after five minutes', async () => {
  expect((await run(wait(299), undefined, { type: 'EXPRESS' })).result).toMatchObject({ status: 'SUCCEEDED' });
  const { result, types } = await run(wait(301), undefined, { type: 'EXPRESS' });
  expect(result).toMatchObject({ status: 'TIMED_OUT', stopMs: 300_000 });
  expect(types.at(-1)).toBe('ExecutionTimedOut');
  expect((await run(wait(301))).result.status).toBe('SUCCEEDED');
});

test('its own TimeoutSeconds may be shorter, but not longer', async () => {
  const limited = (TimeoutSeconds: number) => run({ ...wait(400), TimeoutSeconds }, undefined, { type: 'EXPRESS' });
  expect((await limited(10)).result.stopMs).toBe(10_000);
  expect((await limited(1000)).result.stopMs).toBe(300_000);
});

// Source: test_start_sync_execution of LocalStack's recorded tests.
test('its id has the name and a UUID', async () => {
  const { result } = await run(
    machine({ A: { Type: 'Pass', Output: '{% $states.context.Execution.Id %}', End: true } }),
    undefined,
    {
      type: 'EXPRESS',
      name: 'run-1',
      stateMachineName: 'shop',
    },
  );
  expect(result.id).toMatch(
    /^arn:aws:states:local:000000000000:express:shop:run-1:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  );
  expect(result.output).toBe(result.id);
});
