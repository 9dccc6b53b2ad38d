import { describe, expect, test } from 'vitest';
import { realClock, VirtualClock } from '../../../lib/engine/index.ts';

describe('the virtual clock', () => {
  test('wakes sleepers in the order of their times, then in the order in which they began to sleep', async () => {
    const clock = new VirtualClock(1000);
    const woken: string[] = [];
    const sleep = async (name: string, ms: number) => {
      await clock.sleep(ms);
      woken.push(`${name} ${clock.now()}`);
    };
    await Promise.all([sleep('a', 30), sleep('b', 10), sleep('c', 30), sleep('d', 20), sleep('e', 0)]);
    expect(woken).toEqual(['e 1000', 'b 1010', 'd 1020', 'a 1030', 'c 1030']);
  });

  test('a sleeper that wakes may sleep again before later ones wake', async () => {
    const clock = new VirtualClock();
    const woken: number[] = [];
    const twice = async () => {
      for (const ms of [10, 10]) {
        await clock.sleep(ms);
        woken.push(clock.now());
      }
    };
    await Promise.all([twice(), clock.sleep(15).then(() => woken.push(clock.now()))]);
    expect(woken).toEqual([10, 15, 20]);
  });

  test('does not wait for an aborted sleeper', async () => {
    const clock = new VirtualClock();
    const abort = new AbortController();
    const long = clock.sleep(1000, abort.signal).catch((reason: unknown) => reason);
    await clock.sleep(5);
    abort.abort('enough');
    expect(await long).toBe('enough');
    await clock.sleep(5);
    expect(clock.now()).toBe(10);
    await expect(clock.sleep(1, abort.signal)).rejects.toBe('enough');
  });

  test('stands still while real work is under way', async () => {
    const clock = new VirtualClock();
    const sleeper = clock.sleep(1000);
    const before = await clock.during(realClock.sleep(5).then(() => clock.now()));
    expect(before).toBe(0);
    await sleeper;
    expect(clock.now()).toBe(1000);
  });

  test('keeps a thousand sleepers in order', async () => {
    const clock = new VirtualClock();
    const times = Array.from({ length: 1000 }, (_, at) => (at * 7919) % 1009);
    const woken: number[] = [];
    await Promise.all(times.map((ms) => clock.sleep(ms).then(() => woken.push(clock.now()))));
    expect(woken).toEqual(times.toSorted((a, b) => a - b));
  });
});

describe('the real clock', () => {
  test('sleeps no less than it was asked to', async () => {
    const start = realClock.now();
    await realClock.sleep(20);
    expect(realClock.now() - start).toBeGreaterThanOrEqual(20);
  });

  test('can be aborted', async () => {
    const abort = new AbortController();
    const sleeper = realClock.sleep(60_000, abort.signal);
    abort.abort(new Error('enough'));
    await expect(sleeper).rejects.toThrow('enough');
  });
});
