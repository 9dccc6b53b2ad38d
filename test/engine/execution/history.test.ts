import { expect, test } from 'vitest';
import { machine, run, task } from '../harness.ts';

const branch = (name: string) => ({ StartAt: name, States: { [name]: task() } });

test('events are numbered from 1 in order, and each has the id of the previous one in its branch', async () => {
  const states = {
    A: { Type: 'Parallel', Branches: [branch('B'), branch('C')], Next: 'D' },
    D: { Type: 'Pass', End: true },
  };
  const { events, result } = await run(machine(states), ({ stateName }) => ({
    ms: stateName === 'B' ? 2000 : 1000,
    result: 1,
  }));
  const lines = events.map(({ id, previousEventId, timestamp, type, stateName = '' }) =>
    `${id} < ${previousEventId} ${timestamp / 1000}s ${type} ${stateName}`.trim(),
  );
  expect(lines).toEqual([
    '1 < 0 0s ExecutionStarted',
    '2 < 0 0s ParallelStateEntered A',
    '3 < 2 0s ParallelStateStarted A',
    '4 < 3 0s TaskStateEntered B',
    '5 < 4 0s TaskScheduled B',
    '6 < 5 0s TaskStarted B',
    '7 < 3 0s TaskStateEntered C',
    '8 < 7 0s TaskScheduled C',
    '9 < 8 0s TaskStarted C',
    '10 < 9 1s TaskSucceeded C',
    '11 < 10 1s TaskStateExited C',
    '12 < 6 2s TaskSucceeded B',
    '13 < 12 2s TaskStateExited B',
    '14 < 13 2s ParallelStateSucceeded A',
    // As on AWS, the exit refers back to the branch's last event. Source: test_parallel_state, recorded by LocalStack.
    '15 < 13 2s ParallelStateExited A',
    '16 < 15 2s PassStateEntered D',
    '17 < 16 2s PassStateExited D',
    '18 < 17 2s ExecutionSucceeded',
  ]);
  expect(result.events).toBe(18);
});

test('each attempt of a task is in it', async () => {
  const { events } = await run(machine({ A: task({ Retry: [{ ErrorEquals: ['E'] }] }) }), ({ attempt }) =>
    attempt === 0 ? { fail: 'E', cause: 'so' } : 1,
  );
  expect(events.map(({ type }) => type)).toEqual([
    'ExecutionStarted',
    'TaskStateEntered',
    'TaskScheduled',
    'TaskStarted',
    'TaskFailed',
    'TaskScheduled',
    'TaskStarted',
    'TaskSucceeded',
    'TaskStateExited',
    'ExecutionSucceeded',
  ]);
  expect(events[4]?.details).toMatchObject({ error: 'E', cause: 'so' });
});

test('events have the input, the output and the assigned variables', async () => {
  const { events } = await run(machine({ A: task({ Arguments: [1], Assign: { v: 2 }, Output: 3 }) }), () => 4, {
    input: 0,
  });
  const details = events.map(({ details: one }) => one);
  expect(details).toEqual([
    { input: 0 },
    { name: 'A', input: 0 },
    { resource: 'call', resourceType: 'test', parameters: [1] },
    { resource: 'call', resourceType: 'test' },
    { resource: 'call', resourceType: 'test', output: 4 },
    { name: 'A', output: 3, assignedVariables: { v: 2 } },
    { output: 3 },
  ]);
});

test('iterations have events of their own', async () => {
  const map = { Type: 'Map', Items: ['x'], ItemProcessor: branch('B'), End: true };
  const { types } = await run(machine({ A: map }));
  expect(types.filter((type) => type.startsWith('Map'))).toEqual([
    'MapStateEntered',
    'MapStateStarted',
    'MapIterationStarted',
    'MapIterationSucceeded',
    'MapStateSucceeded',
    'MapStateExited',
  ]);
});

test('a failed expression is in it', async () => {
  const { events } = await run(machine({ A: task({ Arguments: { n: '{% 1 + "x" %}' } }) }));
  expect(events.at(-2)).toMatchObject({
    type: 'EvaluationFailed',
    details: { error: 'States.QueryEvaluationError', location: 'Arguments/n', state: 'A' },
  });
  expect(events.at(-1)?.details.cause).toMatch(
    /threw an error during evaluation. T2002: The right side of the "\+" operator must evaluate to a number$/,
  );
});
