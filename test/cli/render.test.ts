import picocolors from 'picocolors';
import { describe, expect, test } from 'vitest';
import { truncate } from '../../lib/cli/render/cut.ts';
import { duration } from '../../lib/cli/render/duration.ts';
import { liveProgress } from '../../lib/cli/render/progress.ts';
import { timeline } from '../../lib/cli/render/timeline.ts';
import { usageTable } from '../../lib/cli/render/usage.ts';
import type { StepReport, StepStatus } from '../../lib/run/report/events.ts';
import { recorder } from './terminal.ts';

const colors = picocolors.createColors(false);

const step = (
  id: string,
  startMs: number | null,
  endMs: number | null,
  status: StepStatus = 'succeeded',
): StepReport => {
  return { id, component: `/my/${id}`, status, startMs, endMs, attempts: 1 };
};

describe('the timeline', () => {
  test('draws bars on one time axis, the critical path solid', () => {
    const steps = [
      step('load', 0, 100),
      step('posts', 100, 400),
      step('followers', 110, 250),
      step('merge', 400, 500),
      step('never', null, null, 'not_run'),
    ];

    expect(
      `\n${timeline(steps, { width: 60, colors, durationMs: 500, criticalPath: ['load', 'posts', 'merge'] }).join('\n')}\n`,
    ).toMatchInlineSnapshot(`
      "
        ✔ load       ███████                               100 ms
        ✔ posts             ███████████████████████        300 ms
        ✔ followers          ▒▒▒▒▒▒▒▒▒▒▒                   140 ms
        ✔ merge                                   ████████ 100 ms
                     0                              500 ms
        640 ms of work in 500 ms, 1.3× as fast as one after the other
        █ critical path: load → posts → merge
      "
    `);
  });

  test('has a dot for a step that is part of others', () => {
    const steps = [step('load', 0, 30), { ...step('name', 30, 30), absorbedBy: 'inline-pure' }, step('use', 30, 40)];

    expect(
      `\n${timeline(steps, { width: 50, colors, durationMs: 40, criticalPath: ['load', 'use'] }).join('\n')}\n`,
    ).toMatchInlineSnapshot(`
      "
        ✔ load  ████████████████████        30 ms
        ✔ name                      ·       inline-pure
        ✔ use                       ███████ 10 ms
                0                     40 ms
        40 ms of work in 40 ms
        █ critical path: load → use
      "
    `);
  });

  test('marks how each step ended', () => {
    const ends: readonly StepStatus[] = ['succeeded', 'failed', 'recovered', 'skipped', 'cancelled'];
    const steps = ends.map((status, index) => step(status, index * 10, index * 10 + 10, status));

    expect(
      `\n${timeline(steps, { width: 50, colors, durationMs: 50, criticalPath: ends }).join('\n')}\n`,
    ).toMatchInlineSnapshot(`
      "
        ✔ succeeded  ██████                       10 ms
        ✖ failed          ██████                  10 ms
        ↻ recovered             ██████            10 ms
        ↷ skipped                    ██████       10 ms
        ◌ cancelled                        ██████ 10 ms
                     0                      50 ms
        50 ms of work in 50 ms
        █ critical path: succeeded → failed → recovered → skipped → cancelled
      "
    `);
  });

  test.each([40, 80, 160])('keeps within %i columns, names of any length included', (width) => {
    const steps = [step('x'.repeat(128), 0, 123_456), step('y', 61_000, 61_001)];
    const rows = timeline(steps, { width, colors, durationMs: 123_456, criticalPath: ['y'] }).slice(0, 3);

    expect(Math.max(...rows.map((row) => row.length))).toBeLessThanOrEqual(width);
  });

  test('is empty where nothing ran', () => {
    expect(
      timeline([step('a', null, null, 'skipped')], { width: 80, colors, durationMs: 3, criticalPath: [] }),
    ).toEqual([]);
  });
});

test('what components needed is a table', () => {
  const MB = 1024 * 1024;
  const components = [
    { component: '/my/load', calls: 12, starts: 2, startupMs: 84, memoryBytes: 71.4 * MB, memoryLimitBytes: 512 * MB },
    { component: '/my/long_name', calls: 1, starts: 1, startupMs: 1240, memoryLimitBytes: 1024 * MB },
  ];

  expect(`\n${usageTable(components, colors).join('\n')}\n`).toMatchInlineSnapshot(`
    "

      component      calls  starts  start-up           memory
      /my/load          12       2     84 ms  71 MB of 512 MB
      /my/long_name      1       1    1.24 s     – of 1024 MB
    "
  `);
  expect(usageTable([], colors)).toEqual([]);
});

test.each([
  [0, '0 ms'],
  [999.4, '999 ms'],
  [999.6, '1.00 s'],
  [59_994, '59.99 s'],
  [59_996, '1 min 00 s'],
  [3_725_000, '62 min 05 s'],
])('%d ms are %s', (ms, text) => {
  expect(duration(ms)).toBe(text);
});

describe('what is cut to a width', () => {
  test('keeps its colours and loses only characters', () => {
    const painted = picocolors.createColors(true);

    expect(truncate(`${painted.red('abc')}def`, 4)).toBe(`${painted.red('abc')}d`);
    expect(truncate(painted.red('abc'), 2)).toBe(painted.red('ab'));
    expect(truncate('short', 80)).toBe('short');
  });
});

describe('live progress', () => {
  const run = (count: number, rows: number) => {
    let now = 0;
    const output = { ...recorder(true), rows };
    const progress = liveProgress(output, colors, () => now);
    const steps = Array.from({ length: count }, (_, index) => ({ id: `s${index}`, component: '/my/work' }));
    progress.onEvent({ type: 'run-started', atMs: 0, flow: 'f', execution: 'e', steps });
    now = 1000;
    progress.onEvent({ type: 'step-started', atMs: 1000, step: 's0', component: '/my/work' });
    return { output, progress, forward: (ms: number) => (now += ms) };
  };

  test('shows each step as it is: done, running for so long, waiting', () => {
    const { output, progress, forward } = run(3, 24);
    progress.onEvent({ type: 'step-succeeded', atMs: 1500, startMs: 1000, step: 's0', component: '/my/work' });
    forward(500);
    progress.onEvent({ type: 'step-started', atMs: 1500, step: 's1', component: '/my/work' });
    const drawn = output.text().split('\x1b[0J').at(-1);
    progress.stop();

    expect(drawn).toMatchInlineSnapshot(`
      "  ✔ s0 /my/work 500 ms
        ⠇ s1 /my/work 0 ms
        · s2 /my/work
      "
    `);
  });

  test('shows of many steps those that run', () => {
    const { output, progress } = run(100, 10);
    const drawn = output.text().split('\x1b[0J').at(-1);
    progress.stop();

    expect(drawn).toMatchInlineSnapshot(`
      "  ⠹ s0 /my/work 0 ms
        0 of 100 steps have ended
      "
    `);
  });

  test('leaves nothing behind but what lasts', () => {
    const { output, progress } = run(2, 24);
    progress.stop();

    expect(output.text().endsWith('\x1b[2A\x1b[0J\x1b[?25h')).toBe(true);
  });
});
