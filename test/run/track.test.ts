import { expect, test } from 'vitest';
import type { HistoryEvent } from '../../lib/engine/types.ts';
import type { RunEvent } from '../../lib/local/events.ts';
import { StepTracker } from '../../lib/local/track.ts';

const START = 1_700_000_000_000;

/** Events one after another, a millisecond apart, as `[type, state, details]`. */
const history = (
  ...events: readonly (readonly [string, string, HistoryEvent['details']?])[]
): readonly HistoryEvent[] =>
  events.map(([type, stateName, details = {}], index) => {
    return { id: index + 1, previousEventId: index, timestamp: START + index, type, stateName, details };
  });

const track = (events: readonly HistoryEvent[]) => {
  const told: RunEvent[] = [];
  const step = { id: 'a', component: '/my/a', state: 'a', maySkip: false };
  const tracker = new StepTracker([step], new Map(), (event) => told.push(event));
  for (const event of events) tracker.observe(event);
  return { tracker, told };
};

const CALL = [
  ['TaskScheduled', 'a'],
  ['TaskStarted', 'a'],
] as const;

test('reads a history of AWS, whose events hold answers as text', () => {
  const output = JSON.stringify({ Payload: { $skipped: true } });
  const events = history(
    ['ExecutionStarted', ''],
    ['TaskStateEntered', 'a'],
    ...CALL,
    ['TaskSucceeded', 'a', { output }],
    ['TaskStateExited', 'a'],
  );
  const { tracker } = track(events);

  expect(tracker.finish(START + 9)).toEqual([
    { id: 'a', component: '/my/a', status: 'skipped', startMs: 1, endMs: 5, attempts: 1 },
  ]);
});

test('finds the step that an execution failed by, after its retries', () => {
  const cause = JSON.stringify({
    errorType: 'TIMEOUT',
    errorMessage: 'too slow',
    trace: ['TIMEOUT: too slow', '    at x'],
  });
  const failed = ['TaskFailed', 'a', { error: 'TIMEOUT', cause }] as const;
  const { tracker, told } = track(history(['TaskStateEntered', 'a'], ...CALL, failed, ...CALL, failed));
  const failure = { error: 'TIMEOUT', cause };

  expect(tracker.whereFailed(failure)).toEqual({
    step: 'a',
    component: '/my/a',
    attempt: 1,
    stack: ['TIMEOUT: too slow', '    at x'],
  });
  expect(tracker.finish(START + 9, failure)).toMatchObject([{ status: 'failed', endMs: 9, attempts: 2 }]);
  const error = { code: 'TIMEOUT', message: 'too slow' };
  expect(told).toMatchObject([
    { type: 'step-started', atMs: 0 },
    { type: 'step-retried', attempt: 1, error },
    { type: 'step-failed', atMs: 9, startMs: 0, error },
  ]);
});

test('takes a step that was running when the execution ended for cancelled', () => {
  const { tracker } = track(history(['TaskStateEntered', 'a'], ...CALL));

  expect(tracker.finish(START + 5, { error: 'OTHER' })).toMatchObject([{ status: 'cancelled', endMs: 5 }]);
});
