import { describe, expect, it } from 'vitest';
import { componentSource, project } from '../run/project.ts';
import { call } from './terminal.ts';

const cwd = project({
  'flow.yaml':
    'name: letters\nsteps:\n  - { id: load, component: /my/load }\n  - { id: check, component: /my/check, input: { $step: load } }\n  - { id: print, component: /my/print, input: { $step: load } }\n  - { id: send, component: /my/send, input: [{ $step: check }, { $step: print }] }\noutput: { $step: send }\n',
  'flow.profile.json':
    '{"steps": {"load": {"seconds": 2}, "check": {"seconds": 30}, "print": {"seconds": 1.5}, "send": {"seconds": 0.25}}}',
  'old.profile.json': '{"steps": {"load": {"seconds": 2}, "prnt": {"seconds": 1}}}',
  'broken.profile.json': '{"steps": {"load": {"seconds": "2"}}}',
  'choice.yaml':
    'inputSchema: { type: object, required: [fast], properties: { fast: { type: boolean } } }\nvariables: { n: 1 }\nsteps:\n  - { id: quick, component: /my/quick }\n  - { id: slow, component: /my/slow }\noutput: { $if: { $input: fast }, then: { $step: quick }, else: { $step: slow } }\n',
  'wrong.yaml': 'steps:\n  - { id: a, component: /my/a, input: { $step: b } }\n',
  'sized.yaml': 'steps: [{ id: a, component: /my/sized }]\noutput: { $step: a }\n',
  'mapped.yaml':
    'steps:\n  - { id: list, component: /my/list }\n  - { id: each, component: /map, input: { items: { $step: list }, workflow: { $literal: { steps: [{ id: one, component: /my/one }], output: { $step: one } } } } }\noutput: { $step: each }\n',
  'lambdas/my/sized.ts': componentSource('return 1;', 'memorySize: 2048'),
});

const run = (...argv: string[]) => call(['simulate', ...argv], { cwd });
const json = async (...argv: string[]) => JSON.parse((await run(...argv, '--json')).stdout);

describe('stepflow simulate', () => {
  it('shows times, counts, cost and what fits', async () => {
    const shown = await run('flow.yaml', '--profile', 'flow.profile.json');
    expect({ ...shown, stdout: shown.stdout.replace(/[\d.]+ KB /, 'N KB   ') }).toMatchInlineSnapshot(`
      {
        "code": 0,
        "stderr": "Next: stepflow simulate flow.yaml --profile flow.profile.json --noise 0.5
      ",
        "stdout": "letters 4 steps

        ✔ load   █████                                                                            2.00 s
        ✔ check      ███████████████████████████████████████████████████████████████████████████  30.00 s
        ✔ print      ▒▒▒▒▒                                                                        1.50 s
        ✔ send                                                                                  █ 250 ms
                 0                                                                        32.25 s
        33.75 s of work in 32.25 s
        █ critical path: load → check → send

        makespan         32.25 s       1.000 × the critical path
        critical path    32.25 s
        level by level   32.25 s       1.000 × the critical path
        transitions      5             1.25 a step
        history events   26            of 25,000
        definition       N KB          of 1,024 KB
        cost             $0.000351     Step Functions $0.000125, functions $0.000226, S3 $0

        as Standard      $0.000351     ✔ fits  the flow's own type
        as Express       $0.000260     ✔ fits  cheaper
      ",
      }
    `);
  });

  it('prints the contract of --json, and nothing else', async () => {
    const { code, stdout, stderr } = await run(
      'flow.yaml',
      '--profile',
      'flow.profile.json',
      '--overhead',
      'none',
      '--json',
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({
      steps: 4,
      makespanSeconds: 32.25,
      criticalPathSeconds: 32.25,
      levelSeconds: 32.25,
      ratio: 1,
      levelRatio: 1,
      transitions: 5,
      historyEvents: expect.any(Number),
      definitionBytes: expect.any(Number),
      costUsd: expect.any(Number),
    });
  });

  it('without a profile gives each step a second, even where a profile lies beside the flow', async () => {
    expect(await json('flow.yaml')).toMatchObject({ makespanSeconds: 3 });
  });

  it('arranges by another profile than it times by', async () => {
    const timed = ['flow.yaml', '--profile', 'flow.profile.json'];
    expect(await json(...timed, '--plan-profile', 'none')).toMatchObject({ criticalPathSeconds: 32.25 });
    expect(await json(...timed, '--plan-profile', 'old.profile.json')).toMatchObject({ criticalPathSeconds: 32.25 });
  });

  it('adds the overhead of AWS where that is asked for', async () => {
    const { makespanSeconds, criticalPathSeconds } = await json('flow.yaml', '--overhead', 'aws');
    expect(criticalPathSeconds).toBe(3);
    expect(makespanSeconds).toBeGreaterThan(3.1);
  });

  it('takes the means of noisy runs, which follow from the seed', async () => {
    const noisy = (seed: string) => json('flow.yaml', '--noise', '0.5', '--runs', '7', '--seed', seed);
    const found = await noisy('3');
    expect(found).toMatchObject({ runs: 7, ratio: 1 });
    expect(await noisy('3')).toEqual(found);
    expect((await noisy('4')).makespanSeconds).not.toBe(found.makespanSeconds);
    expect((await run('flow.yaml', '--noise', '.5')).stdout).toContain('4 steps, the means of 20 runs');
  });

  it('warns of steps that the flow has not, and goes on', async () => {
    const { code, stderr } = await run('flow.yaml', '--profile', 'old.profile.json');
    expect(code).toBe(0);
    expect(stderr).toContain('old.profile.json:1:');
    expect(stderr).toContain('Did you mean "print"?');
  });

  it('refuses a broken profile with its place', async () => {
    const { code, stdout, stderr } = await run('flow.yaml', '--profile', 'broken.profile.json', '--json');
    expect([code, JSON.parse(stdout)]).toEqual([
      1,
      {
        ok: false,
        diagnostics: [
          expect.objectContaining({
            ...{ code: 'wrong-type', severity: 'error', message: expect.stringContaining('a number of at least 0') },
            ...{ file: 'broken.profile.json', line: 1, column: 32, endLine: 1, endColumn: 35 },
          }),
        ],
      },
    ]);
    expect(stderr).toContain('broken.profile.json:1:');
    expect(stderr).toContain('a number of at least 0 is expected');
  });

  it('tells what is wrong with the flow', async () => {
    const { code, stdout, stderr } = await run('wrong.yaml', '--profile', 'flow.profile.json');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('There is no step "b"');
    expect(stderr).not.toContain('flow.profile.json');
  });

  it('goes the way of the input that is given, and names what never ran', async () => {
    expect((await run('choice.yaml')).stdout).toContain('did not run: slow');
    expect((await run('choice.yaml', '--input', '{"fast": false}')).stdout).toContain('did not run: quick');
  });

  it('tells that a run fails with the input that is given', async () => {
    const { code, stdout, stderr } = await run('choice.yaml', '--input', '{}', '--json');
    expect([code, JSON.parse(stdout)]).toEqual([
      1,
      { ok: false, error: { code: 'INVALID_INPUT', message: 'the input must have "fast", but is {}' } },
    ]);
    expect(stderr).toMatchInlineSnapshot(`
      "✖ the simulated run failed: INVALID_INPUT: the input must have "fast", but is {}
        help: give the input of a successful run with --input, and its variables with --var
      "
    `);
  });

  it('gives maps as many items as asked for', async () => {
    expect(await json('mapped.yaml', '--items', '5')).toMatchObject({ cost: { functions: { requests: 6 } } });
  });

  it('shows what a limit of concurrent calls does, with bounds and without', async () => {
    const { stdout } = await run('mapped.yaml', '--items', '300', '--concurrency', '30', '--max-concurrency', '20');
    const shown = stdout.slice(stdout.indexOf('  In an account'), stdout.indexOf('  critical path:'));
    expect(shown).toMatchInlineSnapshot(`
      "  In an account that allows 30 calls at once:

                         as compiled   without bounds
        makespan         16.00 s       37.74 s
        most calls       20            30
        throttled calls  0             932
        lost calls       0             0
        lost items       0             0
        transitions      605           1,537
        cost             $0.0172       $0.0405"
    `);
    const { concurrency } = await json('mapped.yaml', '--items', '5', '--concurrency', '30');
    expect(Object.keys(concurrency)).toEqual(['limit', 'bounded', 'unbounded']);
    expect(Object.keys(concurrency.bounded)).toEqual([
      'status',
      'makespanSeconds',
      'callsAtOnce',
      'throttledCalls',
      'lostCalls',
      'lostItems',
      'transitions',
      'costUsd',
    ]);
  });

  it('prices functions by the memory that their components ask for', async () => {
    expect(await json('sized.yaml')).toMatchObject({ cost: { functions: { gbSeconds: 2 } } });
  });

  it.each([
    ['a profile that is not there', ['flow.yaml', '--profile', 'nowhere.json'], 'cannot read "nowhere.json"'],
    ['another overhead', ['flow.yaml', '--overhead', 'gcp'], '--overhead gcp is not a model'],
    ['a negative noise', ['flow.yaml', '--noise=-1'], '--noise takes a number of at least 0'],
    ['a seed that is no number', ['flow.yaml', '--seed', 'x'], '--seed takes a whole number'],
    ['no runs', ['flow.yaml', '--runs', '0'], 'Expected a whole number above 0'],
  ])('refuses %s', async (_, argv, message) => {
    const { code, stderr } = await run(...argv);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});
