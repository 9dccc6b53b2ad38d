import { describe, expect, it } from 'vitest';
import { compile } from '../../lib/compiler/compile.ts';
import { execute, type HistoryEvent, TaskError, type TaskResolver, VirtualClock } from '../../lib/engine/index.ts';
import { isObject } from '../../lib/protocol/json.ts';
import { CallTimes, updateProfile } from '../../lib/simulate/call-times.ts';

/** What a call takes, in milliseconds, and answers. */
type Answer = { readonly ms: number; readonly fail?: string; readonly skipped?: boolean };

/** Runs a flow on a virtual clock with calls that take so long, and measures them. */
async function measure(source: string, calls: { readonly [step: string]: readonly Answer[] }): Promise<CallTimes> {
  const { stateMachine, diagnostics } = compile(source);
  if (!stateMachine) throw new Error(JSON.stringify(diagnostics));
  const clock = new VirtualClock();
  const times = new CallTimes();
  const asked = new Map<string, number>();
  const resolver: TaskResolver = async ({ arguments: given }) => {
    const payload = isObject(given) && isObject(given.Payload) ? given.Payload : {};
    const step = String(payload.step);
    const turn = asked.get(step) ?? 0;
    asked.set(step, turn + 1);
    const answers = calls[step] ?? [];
    const { ms, fail, skipped } = answers[Math.min(turn, answers.length - 1)] ?? { ms: 0 };
    await clock.sleep(ms);
    if (fail) throw new TaskError(fail);
    return { Payload: skipped ? { $skipped: true } : { $: [1, 2, 3] }, StatusCode: 200 };
  };
  const onEvent = (event: HistoryEvent): void => times.observe(event, event.timestamp);
  await execute(stateMachine, { resolver, clock, onEvent, random: () => 0 });
  times.endRun();
  return times;
}

const step = (id: string, more = ''): string => `  - { id: ${id}, component: /my/${id}${more} }\n`;

describe('measured times', () => {
  it('are those of the calls, side by side or not', async () => {
    const times = await measure(
      `steps:\n${step('a')}${step('b')}${step('c', ', input: [{ $step: a }, { $step: b }]')}`,
      {
        a: [{ ms: 1500 }],
        b: [{ ms: 200 }],
        c: [{ ms: 30 }],
      },
    );
    expect(times.profile()).toMatchObject({
      steps: { b: { seconds: 0.2 }, a: { seconds: 1.5 }, c: { seconds: 0.03 } },
      components: { '/my/b': { seconds: 0.2 }, '/my/a': { seconds: 1.5 }, '/my/c': { seconds: 0.03 } },
    });
  });

  it('of a step that is called again are those of the call that went well', async () => {
    const retried = `steps:\n${step('a', ', onError: { action: retry, maxRetries: 2 }')}`;
    const times = await measure(retried, { a: [{ ms: 5000, fail: 'COMPONENT_FAILED' }, { ms: 100 }] });
    expect(times.profile().steps).toMatchObject({ a: { seconds: 0.1, calls: 1 } });
    expect(times.calls('a')).toBe(1);
  });

  it('say nothing of a step that skipped itself, or failed for good', async () => {
    const times = await measure(
      `steps:\n${step('a')}${step('b', ', onError: { action: useDefault, defaultValue: 1 }')}`,
      {
        a: [{ ms: 10, skipped: true }],
        b: [{ ms: 20, fail: 'COMPONENT_FAILED' }],
      },
    );
    expect(times.profile()).toEqual({ steps: {}, components: {} });
  });

  it('of the iterations of a map are apart, and their median is the step', async () => {
    const mapped =
      'steps:\n  - { id: list, component: /my/list }\n  - { id: each, component: /map, input: { items: { $step: list }, workflow: { $literal: { steps: [{ id: one, component: /my/one, input: { $input: $ } }], output: { $step: one } } } } }\noutput: { $step: each }\n';
    const times = await measure(mapped, { list: [{ ms: 1 }], 'each.one': [{ ms: 100 }, { ms: 400 }, { ms: 200 }] });
    expect(times.profile().steps).toMatchObject({
      list: { seconds: 0.001 },
      'each.one': { seconds: 0.2, p25Seconds: 0.15, p75Seconds: 0.3, calls: 3, outputBytes: 13 },
    });
    expect(times.calls('each.one')).toBe(3);
  });
});

describe('a renewed profile', () => {
  const SOURCE = { kind: 'local', at: '2026-01-01T00:00:00.000Z', runs: 1 } as const;

  const measured = { steps: { b: { seconds: 2 }, a: { seconds: 1 } }, components: { '/my/a': { seconds: 1 } } };

  it('has the steps in the order of the flow', () => {
    const { steps } = updateProfile({}, measured, [{ id: 'a' }, { id: 'b' }], SOURCE);
    expect(Object.keys(steps ?? {})).toEqual(['a', 'b']);
  });

  it('keeps what was not measured this time, and loses what the flow no longer has', () => {
    const before = {
      steps: { a: { seconds: 9 }, rare: { seconds: 5 }, gone: { seconds: 6 } },
      components: { '/my/rare': { seconds: 5 } },
    };
    expect(updateProfile(before, measured, [{ id: 'a' }, { id: 'b' }, { id: 'rare' }], SOURCE)).toEqual({
      source: SOURCE,
      steps: { a: { seconds: 1 }, b: { seconds: 2 }, rare: { seconds: 5 } },
      components: { '/my/rare': { seconds: 5 }, '/my/a': { seconds: 1 } },
    });
  });
});
