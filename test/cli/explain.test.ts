import { describe, expect, it } from 'vitest';
import { project } from '../run/project.ts';
import { call } from './terminal.ts';

const WIDE = Array.from({ length: 12 }, (_, at) => `w${at}`);

const cwd = project({
  'flow.yaml':
    'name: letters\nsteps:\n  - { id: load, component: /my/load }\n  - { id: check, component: /my/check, input: { $step: load, path: text } }\n  - { id: print, component: /my/print, input: { $step: load } }\n  - { id: send, component: /my/send, input: [{ $step: check }, { $step: print }], skipIf: { $step: check, path: bad } }\noutput: { $step: send }\n',
  'flow.profile.json':
    '{"steps": {"load": {"seconds": 2}, "check": {"seconds": 30}, "print": {"seconds": 1.5}, "send": {"seconds": 0.25}}}',
  // Without the seconds it looks best to wait for a and b together.
  'uneven.yaml':
    'steps:\n  - { id: a, component: /my/one }\n  - { id: b, component: /my/one }\n  - { id: c, component: /my/one, input: { $step: a } }\n  - { id: d, component: /my/one, input: [{ $step: a }, { $step: b }] }\n  - { id: e, component: /my/one, input: { $step: c } }\n  - { id: f, component: /my/one, input: { $step: d } }\n',
  'uneven.profile.json':
    '{"steps": {"a": {"seconds": 1}, "b": {"seconds": 20}, "c": {"seconds": 20}, "d": {"seconds": 1}, "e": {"seconds": 1}, "f": {"seconds": 1}}}',
  'map.yaml':
    'steps:\n  - { id: list, component: /my/list }\n  - { id: each, component: /map, input: { items: { $step: list }, workflow: { $literal: { steps: [{ id: one, component: /my/one, input: { $input: $ } }], output: { $step: one } } } } }\noutput: { $step: each }\n',
  'wide.yaml': `steps:\n${WIDE.map((id) => `  - { id: ${id}, component: /my/work, input: ${id} }\n`).join('')}output: [${WIDE.map((id) => `{ $step: ${id} }`).join(', ')}]\n`,
  'idle.yaml':
    'steps:\n  - { id: a, component: /my/a, skipIf: { $input: off } }\n  - { id: b, component: /my/a, skipIf: { $input: off } }\nexamples: [{ input: { off: true } }]\n',
  'operators.yaml':
    'steps:\n  - { id: a, component: /my/a }\n  - { id: b, component: /my/a, input: 2 }\n  - { id: c, component: /my/c, skipIf: { $gt: [{ $step: a, path: n }, { $step: b, path: n }] } }\noutput: [{ $step: c }, { $length: { $step: a, path: list } }, { $eq: [{ $step: a, path: u }, { $step: b, path: u }] }]\n',
  'choosy.yaml':
    'steps:\n  - { id: a, component: /my/a, skipIf: { $lt: [{ $input: amount }, 10] } }\noutput: { $coalesce: [{ $step: a }, small] }\nexamples: [{ input: { amount: much } }]\n',
  'started.yaml':
    'metadata:\n  aws:\n    triggers:\n      - { schedule: cron(0 9 ? * MON-FRI *), timezone: Europe/Berlin, name: mornings, input: { day: { $input: time } } }\n      - { schedule: at(2020-01-01T00:00:00), enabled: false, name: once }\n      - { s3: { bucket: orders } }\n      - { queue: jobs, batchSize: 5, filter: { body: { kind: [order] } } }\n    onFailure: { bus: alerts }\noutput: 1\n',
  'wrong.yaml': 'steps:\n  - { id: a, component: /my/a, input: { $step: b } }\n',
});

const run = (...argv: string[]) => call(['explain', ...argv], { cwd });
const json = async (...argv: string[]) => JSON.parse((await run(...argv, '--json')).stdout);

describe('stepflow explain', () => {
  it('says what starts the flow, when next, with which input, at which cost, and who is told of its end', async () => {
    const { starts } = await json('started.yaml');
    const nine = expect.stringMatching(/^\d{4}-\d\d-\d\dT09:00:00\+0[12]:00$/);
    expect(starts).toEqual({
      triggers: [
        {
          ...{ name: 'mornings', kind: 'schedule', enabled: true, input: { day: { $input: 'time' } } },
          schedule: { expression: 'cron(0 9 ? * MON-FRI *)', timezone: 'Europe/Berlin', next: [nine, nine, nine] },
          costUsd: expect.closeTo(2.1e-6, 7),
        },
        {
          ...{ name: 'once', kind: 'schedule', enabled: false, input: { $input: 'detail' } },
          schedule: { expression: 'at(2020-01-01T00:00:00)', timezone: 'UTC', next: [] },
          costUsd: expect.closeTo(2.1e-6, 7),
        },
        {
          ...{ name: 's3', kind: 's3', enabled: true, bus: 'default', input: { $input: 'detail' } },
          pattern: {
            ...{ source: ['aws.s3'], 'detail-type': ['Object Created'] },
            detail: { bucket: { name: ['orders'] } },
          },
          costUsd: expect.closeTo(1.1e-6, 7),
        },
        {
          ...{ name: 'queue', kind: 'queue', enabled: true, queue: 'jobs', batchSize: 5, input: { $input: '$' } },
          pattern: { body: { kind: ['order'] } },
          costUsd: expect.closeTo(1.5e-6, 7),
        },
      ],
      onSuccess: [],
      onFailure: [{ kind: 'bus', to: 'alerts' }],
    });
    const { stdout } = await run('started.yaml');
    expect(stdout).toMatch(/\n {4}next (?:(?:Mon|Tue|Wed|Thu|Fri) \d{4}-\d\d-\d\d 09:00(?:, )?){3}\n/);
    for (const line of [
      'mornings: cron(0 9 ? * MON-FRI *) in Europe/Berlin\n',
      '  input {"day":{"$input":"time"}}\n    $2.10 a million starts, besides the flow itself\n',
      'once: at(2020-01-01T00:00:00) in UTC, switched off\n    never again: no such time is to come\n',
      'queue: up to 5 messages of the queue jobs like {"body":{"kind":["order"]}}\n',
      'onFailure: tells the bus alerts\n',
    ])
      expect(stdout).toContain(line);
  });

  it('simulates the flow with the input that is given, as its advice says', async () => {
    const failed = await run('choosy.yaml');
    expect([failed.code, failed.stderr]).toEqual([
      1,
      expect.stringContaining('give the input of a successful run with --input'),
    ]);
    const { code, stdout } = await run('choosy.yaml', '--input', '{"amount": 12}');
    expect([code, stdout]).toEqual([0, expect.stringContaining('critical path 1.00 s: a')]);
    expect((await json('choosy.yaml', '--input', '{"amount": 5}')).times.criticalPathSeconds).toBe(0);
  });

  it('says which operators cost a call, why, and how to do without', async () => {
    const { stdout } = await run('operators.yaml');
    const sections = Object.fromEntries(
      stdout.split('\n\n').map((section) => [section.slice(0, section.indexOf('\n')), section]),
    );
    expect(sections.operators).toMatchInlineSnapshot(`
      "operators
        c: $gt of n of "a" and n of "b" is a call of its own
          its operands come from "a" and "b", and no function has them all
          Without the call: let the component of "c" decide it by its input, or return it from one that reads all of them."
    `);
    expect(sections.arrangement).toMatchInlineSnapshot(`
      "arrangement
        in parallel 1.00 s
        - a /my/a 1.00 s
        - b /my/a 1.00 s
        ($gt of n of "a" and n of "b": a call that the compiler added)
        c /my/c 1.00 s, conditional"
    `);
    expect(sections.budgets?.replace(/[\d.]+ KB/g, 'N KB')).toMatchInlineSnapshot(`
      "budgets
        a → (operator of c): n, spilled above N KB each
        a → output: $length of list, the hash of u, spilled above N KB each
        b → (operator of c): n, spilled above N KB each
        b → output: the hash of u, spilled above N KB each
        (operator of c) → c: what it gives, spilled above N KB each
        c → output: all of it, spilled above N KB each"
    `);
    expect(stdout).not.toMatch(/operands_|\$op\(/);
    const { operations } = await json('operators.yaml');
    expect(operations).toMatchObject([{ id: 'c.operands_1', for: 'c', operation: '$gt of n of "a" and n of "b"' }]);
  });

  it('shows what a flow became, and why', async () => {
    const { code, stdout, stderr } = await run('flow.yaml', '--profile', 'flow.profile.json');
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: 'Next: stepflow simulate flow.yaml --profile flow.profile.json\n',
    });
    const sections = Object.fromEntries(
      stdout.split('\n\n').map((section) => [section.slice(0, section.indexOf('\n')), section]),
    );
    expect(sections.arrangement).toMatchInlineSnapshot(`
      "arrangement
        load /my/load 2.00 s
        in parallel 30.00 s
        - check /my/check 30.00 s
        - print /my/print 1.50 s
        send /my/send 250 ms, conditional"
    `);
    expect(sections.times).toMatchInlineSnapshot(`
      "times
        makespan 32.25 s (1.000 × the critical path), level by level 32.25 s
        critical path 32.25 s: load → check → send
        arranged without the profile it would take 32.25 s"
    `);
    expect(sections.budgets?.replace(/[\d.]+ KB/g, 'N KB')).toMatchInlineSnapshot(`
      "budgets
        load → check: text, spilled above N KB each
        load → print: all of it, spilled above N KB each
        check → send: all of it, $skipIf(bad), spilled above N KB each
        print → send: all of it, spilled above N KB each
        send → output: all of it, spilled above N KB each"
    `);
    expect(sections.limits?.replace(/[\d.]+ (KB|%)/g, 'N $1')).toMatchInlineSnapshot(`
      "limits
        definition: N KB of N KB (N %)
        history events: 28 of 25,000 (N %)
        fullest payload: N KB of N KB (N %), the output of the flow
      "
    `);
    expect(sections.passes).toContain('inline-pure');
  });

  it('says what a missing profile costs', async () => {
    const { times } = await json('uneven.yaml', '--profile', 'uneven.profile.json');
    expect(times).toMatchObject({ measured: true, criticalPathSeconds: 22 });
    expect(times.withoutProfileSeconds).toBeGreaterThanOrEqual(times.makespanSeconds);
  });

  it('says where there is no profile what that may cost, by guesses', async () => {
    const { times } = await json('uneven.yaml', '--profile', 'none');
    expect(times).toMatchObject({ measured: false, missing: { guesses: 20, sigma: 1 } });
    expect(times.missing.mean).toBeGreaterThan(1);
    expect(times.missing.worst).toBeGreaterThan(times.missing.mean);
    expect((await run('uneven.yaml', '--profile', 'none')).stdout).toMatch(
      /no profile: each step counts as one second, in 20 guesses at seconds, .* worth [\d.]+ % of the time, at most [\d.]+ %/,
    );
    const idle = await run('idle.yaml');
    expect(idle.stdout).toContain('no profile: each step counts as one second\n');
    const tree = await run('flow.yaml', '--profile', 'none');
    expect(tree.stdout).toContain('no profile would have arranged them better');
  });

  it('prints passes, tree, budgets and limits with --json, and nothing else', async () => {
    const { code, stdout, stderr } = await run('flow.yaml', '--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { passes, tree, budgets, limits } = JSON.parse(stdout);
    expect(passes[0]).toMatchObject({
      name: expect.any(String),
      changes: expect.any(Array),
      saved: expect.any(Object),
    });
    expect(tree).toMatchObject({ kind: 'sequence', parts: [{ id: 'load' }, { kind: 'parallel' }, { guarded: true }] });
    expect(budgets.edges).toContainEqual({
      from: 'check',
      to: 'send',
      reads: ['$'],
      tests: ['$skipIf(bad)'],
      spillAbove: expect.any(Number),
    });
    for (const { used, room } of budgets.places) expect(used).toBeLessThanOrEqual(room);
    expect(limits.map(({ limit }: { limit: string }) => limit)).toEqual(['definition', 'history', 'payload']);
  });

  it('goes into the flows that steps run', async () => {
    const { tree, budgets } = await json('map.yaml');
    expect(tree.parts[1]).toMatchObject({ id: 'each', runs: { kind: 'step', id: 'one' } });
    expect(budgets.inner.each.edges).toEqual([
      { from: 'one', to: 'output', reads: ['$'], tests: [], spillAbove: expect.any(Number) },
    ]);
  });

  it('reports what is wrong with the flow', async () => {
    const { code, stdout, stderr } = await run('wrong.yaml');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('There is no step "b"');
  });

  it('shows steps that share a Map as what they are', async () => {
    const { stdout } = await run('wide.yaml');
    expect(stdout).toContain('  a Map of 12 1.00 s\n  - w0 /my/work 1.00 s\n  - w1 /my/work 1.00 s\n');
    expect(stdout).toContain('w0, w1 and 10 more become the iterations of one Map; saved 11 states');
    const { tree } = await json('wide.yaml');
    expect(tree).toMatchObject({ kind: 'fan-out', seconds: 1, steps: WIDE.map((id) => ({ kind: 'step', id })) });
  });
});
