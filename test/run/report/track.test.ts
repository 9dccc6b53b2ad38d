import { describe, expect, test } from 'vitest';
import type { HistoryEvent } from '../../../lib/engine/types.ts';
import { stackWith } from '../../../lib/protocol/failure-place.ts';
import type { RunEvent, StepReport } from '../../../lib/run/report/events.ts';
import { StepTracker } from '../../../lib/run/report/track.ts';

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
  const step = { id: 'a', component: '/my/a', maySkip: false };
  const tracker = new StepTracker([step], { a: { role: 'step', step: 'a' } }, (event) => told.push(event));
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
  const steps = ['a', 'b'].map((id) => ({ id, component: '/my/work', maySkip: false }));
  const states = { 'a + b': { role: 'fan-out' }, 'one of a + b': { role: 'step', iterations: ['a', 'b'] } } as const;
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
    const tracker = new StepTracker(steps, states, (event) => told.push(event));
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

const CHAIN = {
  ...{ id: 'c', component: '/my/c', maySkip: true },
  fusedBefore: [
    { id: 'a', component: '/my/a', maySkip: false },
    { id: 'b', component: '/my/b', maySkip: true },
  ],
};

const CHAIN_STATES = {
  'c?': { role: 'guard', step: 'c', passesOver: { steps: ['c'], next: 'output' } },
  c: { role: 'step', step: 'c' },
} as const;

/** Follows the only call of a chain, 200 ms long, which ends by an event. */
function trackChain(type: 'TaskSucceeded' | 'TaskFailed' | undefined, details: HistoryEvent['details'] = {}) {
  const told: RunEvent[] = [];
  const tracker = new StepTracker([CHAIN], CHAIN_STATES, (event) => told.push(event));
  const call = history(['TaskStateEntered', 'c'], ['TaskScheduled', 'c'], ['TaskStarted', 'c']);
  const end = { id: 4, previousEventId: 3, timestamp: START + 200, stateName: 'c' };
  for (const event of call) tracker.observe(event);
  if (type) tracker.observe({ ...end, type, details });
  if (type === 'TaskSucceeded') {
    tracker.observe({ ...end, id: 5, previousEventId: 4, type: 'TaskStateExited', details: {} });
  }
  return { tracker, told };
}

const times = (reports: readonly StepReport[]): unknown =>
  reports.map(({ id, status, startMs, endMs, attempts }) => [id, status, startMs, endMs, attempts]);

const failureWith = (trace: readonly string[]) => ({
  error: 'TIMEOUT',
  cause: JSON.stringify({ errorType: 'TIMEOUT', errorMessage: 'too slow', trace }),
});

test('gives each step of a chain the time that its function took for it, up to the end of the call', () => {
  const output = JSON.stringify({ Payload: { $: 1, $links: { a: 50, b: 30, c: 100 } } });
  const { tracker, told } = trackChain('TaskSucceeded', { output });
  const reports = tracker.finish(START + 200);

  expect(times(reports)).toEqual([
    ['a', 'succeeded', 20, 70, 1],
    ['b', 'succeeded', 70, 100, 1],
    ['c', 'succeeded', 100, 200, 1],
  ]);
  expect(reports.map(({ absorbedBy }) => absorbedBy)).toEqual(['fuse-chains', 'fuse-chains', undefined]);
  expect(told.map((event) => `${event.type} ${'step' in event ? event.step : ''} ${event.atMs}`)).toEqual([
    ...['step-started a 0', 'step-succeeded a 70', 'step-started b 70', 'step-succeeded b 100'],
    ...['step-started c 100', 'step-succeeded c 200'],
  ]);
});

test('gives each step of a chain that is visited twice at once the time from its first call to its last', () => {
  const tracker = new StepTracker([CHAIN], CHAIN_STATES, () => {});
  const call = (first: number, atMs: number, endMs: number, took: { [step: string]: number }): void => {
    const event = (id: number, ms: number, type: string, details: HistoryEvent['details'] = {}) => ({
      ...{ id: first + id, previousEventId: first + id - 1, timestamp: START + ms, stateName: 'c', type, details },
    });
    tracker.observe(event(0, atMs, 'TaskStateEntered'));
    tracker.observe(event(1, atMs, 'TaskScheduled'));
    tracker.observe(event(2, endMs, 'TaskSucceeded', { output: { Payload: { $links: took } } }));
    tracker.observe(event(3, endMs, 'TaskStateExited'));
  };
  call(10, 0, 1000, { a: 10, b: 10, c: 980 });
  call(20, 0, 400, { a: 300, b: 50, c: 50 });
  expect(times(tracker.finish(START + 1000))).toEqual([
    ['a', 'succeeded', 0, 300, 1],
    ['b', 'succeeded', 10, 350, 1],
    ['c', 'succeeded', 20, 1000, 1],
  ]);
});

test('tells of the steps of a chain that were skipped', () => {
  const output = { Payload: { $skipped: true, $links: { a: 50, b: null, c: null } } };
  const { tracker } = trackChain('TaskSucceeded', { output });

  expect(tracker.finish(START + 200).map(({ status }) => status)).toEqual(['succeeded', 'skipped', 'skipped']);
});

test('takes all steps of a chain for done where the history has no answers', () => {
  const { tracker } = trackChain('TaskSucceeded');

  expect(tracker.finish(START + 200).map(({ status }) => status)).toEqual(['succeeded', 'succeeded', 'succeeded']);
});

test('finds the step of a chain that an execution failed by', () => {
  const link = { step: 'b', times: { a: 40, b: 60 } };
  const failure = failureWith(stackWith('TIMEOUT: too slow\n    at x', { link }).split('\n'));
  const { tracker, told } = trackChain('TaskFailed', failure);

  const stack = ['TIMEOUT: too slow', '    at x'];
  expect(tracker.whereFailed(failure)).toEqual({ step: 'b', component: '/my/b', attempt: 0, stack });
  expect(times(tracker.finish(START + 200, failure))).toEqual([
    ['a', 'succeeded', 100, 140, 1],
    ['b', 'failed', 140, 200, 1],
    ['c', 'not_run', null, null, 0],
  ]);
  expect(told.at(-1)).toMatchObject({ type: 'step-failed', step: 'b' });
});

test('takes the last step of a chain for the one that failed where its function was killed', () => {
  const failure = failureWith([]);
  const { tracker } = trackChain('TaskFailed', failure);

  expect(tracker.whereFailed(failure)).toEqual({ step: 'c', component: '/my/c', attempt: 0 });
  expect(tracker.finish(START + 200, failure).map(({ status }) => status)).toEqual([
    'cancelled',
    'cancelled',
    'failed',
  ]);
});

test('takes a chain that was running when the execution ended for cancelled', () => {
  const { tracker } = trackChain(undefined);

  expect(times(tracker.finish(START + 5, { error: 'OTHER' }))).toEqual([
    ['a', 'cancelled', 0, 5, 1],
    ['b', 'cancelled', 0, 5, 1],
    ['c', 'cancelled', 0, 5, 1],
  ]);
});

test('takes those steps of a chain that may be skipped for skipped where its guard passes it over', () => {
  const tracker = new StepTracker([CHAIN], CHAIN_STATES, () => {});
  for (const event of history(
    ['ChoiceStateEntered', 'c?'],
    ['ChoiceStateExited', 'c?'],
    ['PassStateEntered', 'output'],
  ))
    tracker.observe(event);

  expect(tracker.finish(START + 9).map(({ status }) => status)).toEqual(['not_run', 'skipped', 'skipped']);
});

describe('a guard', () => {
  const step = { id: 'each', component: '/map', maySkip: true };
  const states = {
    'each?': { role: 'guard', step: 'each', passesOver: { steps: ['each'], next: 'last' } },
    each: { role: 'step', step: 'each' },
    'each: items': { role: 'map-items', step: 'each' },
    'each: distributed': { role: 'step', step: 'each' },
    last: { role: 'step', step: 'last' },
  } as const;

  const toldAfter = (next: string): readonly string[] => {
    const told: RunEvent[] = [];
    const tracker = new StepTracker([step], states, (event) => told.push(event));
    const events = history(['ChoiceStateEntered', 'each?'], ['ChoiceStateExited', 'each?'], ['TaskStateEntered', next]);
    for (const event of events) tracker.observe(event);
    return told.map(({ type }) => type);
  };

  test('has passed its step over where it goes on to what comes after', () => {
    expect(toldAfter('last')).toEqual(['step-skipped']);
  });

  test('has not where it takes another way to its step', () => {
    expect(toldAfter('each: items')).toEqual([]);
    expect(toldAfter('each')).toEqual(['step-started']);
  });
});
