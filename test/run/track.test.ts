import { describe, expect, test } from 'vitest';
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

describe('steps that share a Map', () => {
  const steps = ['a', 'b'].map((id, index) => ({
    id,
    component: '/my/work',
    state: 'one of a + b',
    index,
    maySkip: false,
  }));
  const failure = {
    error: 'TIMEOUT',
    cause: JSON.stringify({ errorType: 'TIMEOUT', errorMessage: 'slow', trace: [] }),
  };

  /** As AWS tells of two iterations at once: each event of one follows the one before it of the same. */
  const iterations = (): readonly HistoryEvent[] => {
    const state = 'one of a + b';
    const events: readonly (readonly [
      id: number,
      before: number,
      type: string,
      stateName: string,
      details?: HistoryEvent['details'],
    ])[] = [
      [2, 0, 'MapStateEntered', 'a + b'],
      [3, 2, 'MapStateStarted', 'a + b', { length: 2 }],
      [4, 3, 'MapIterationStarted', 'a + b', { name: 'a + b', index: 0 }],
      [5, 3, 'MapIterationStarted', 'a + b', { name: 'a + b', index: 1 }],
      [6, 5, 'TaskStateEntered', state],
      [7, 4, 'TaskStateEntered', state],
      [8, 6, 'TaskScheduled', state],
      [9, 7, 'TaskScheduled', state],
      [10, 8, 'TaskStarted', state],
      [11, 9, 'TaskStarted', state],
      [12, 11, 'TaskFailed', state, failure],
      [13, 10, 'TaskSucceeded', state, { output: '{"Payload":{"$":1}}' }],
      [14, 13, 'TaskStateExited', state],
      [15, 14, 'MapIterationSucceeded', 'a + b', { name: 'a + b', index: 1 }],
      [16, 12, 'TaskScheduled', state],
      [17, 16, 'TaskStarted', state],
    ];
    return events.map(([id, previousEventId, type, stateName, details = {}]) => {
      return { id, previousEventId, timestamp: START + id, type, stateName, details };
    });
  };

  const trackBoth = (more: readonly HistoryEvent[]) => {
    const told: RunEvent[] = [];
    const tracker = new StepTracker(steps, new Map(), (event) => told.push(event));
    for (const event of [...iterations(), ...more]) tracker.observe(event);
    return { tracker, told };
  };

  const after = (id: number, type: string, details: HistoryEvent['details'] = {}): HistoryEvent => {
    return { id, previousEventId: id - 1, timestamp: START + id, type, stateName: 'one of a + b', details };
  };

  test('are told apart by the iterations that they are', () => {
    const { tracker, told } = trackBoth([
      after(18, 'TaskSucceeded', { output: '{"Payload":{"$skipped":true}}' }),
      after(19, 'TaskStateExited'),
    ]);
    expect(told.map((event) => [event.type, 'step' in event && event.step, event.atMs])).toEqual([
      ['step-started', 'b', 4],
      ['step-started', 'a', 5],
      ['step-succeeded', 'b', 12],
      ['step-retried', 'a', 14],
      ['step-skipped', 'a', 17],
    ]);
    expect(tracker.finish(START + 20)).toEqual([
      { id: 'a', component: '/my/work', status: 'skipped', startMs: 5, endMs: 17, attempts: 2 },
      { id: 'b', component: '/my/work', status: 'succeeded', startMs: 4, endMs: 12, attempts: 1 },
    ]);
  });

  test('are found by the one that fails', () => {
    const { tracker } = trackBoth([after(18, 'TaskFailed', failure)]);
    expect(tracker.whereFailed(failure)).toEqual({ step: 'a', component: '/my/work', attempt: 1 });
    expect(tracker.finish(START + 20, failure).map(({ status }) => status)).toEqual(['failed', 'succeeded']);
  });
});
