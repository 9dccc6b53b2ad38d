import { describe, expect, test } from 'vitest';
import { project } from '../run/project.ts';
import { call, type Setting, steady } from './terminal.ts';

const cwd = project({
  'greet.yaml': `
name: greet
inputSchema: { type: object, required: [name], properties: { name: { type: string } } }
steps:
  - { id: look_up, component: /my/look_up, input: { name: { $input: name } } }
  - { id: greet, component: /my/greet, input: { who: { $step: look_up, path: title }, with: { $variable: word, default: Hello } } }
  - { id: note, component: /my/note, input: { $step: look_up, path: id }, mustExecute: true }
output: { text: { $step: greet, path: text } }
examples: [{ name: a friend, input: { name: Ada } }]
variablesSchema: { properties: { word: { type: string } } }
`,
  'skip.yaml': '{ steps: [{ id: a, component: /noop, skipIf: true }], output: { $step: a } }',
  'wrong.yaml': 'steps:\n  - id: a\n    component: /my/a\n    inptu: 1\n',
  'mocks.json': JSON.stringify({
    '/my/look_up': [
      {
        input: { name: 'Bob' },
        outcome: 'failed',
        error: { code: 'RESOURCE_UNAVAILABLE', message: 'no one knows Bob' },
      },
      { outcome: 'success', result: { id: 7, title: 'Lady Lovelace' } },
    ],
    greet: [
      { input: { with: 'Good day' }, result: { text: 'Good day, Lady Lovelace' } },
      { result: { text: 'Hello, Lady Lovelace' }, seconds: 0.05 },
    ],
    note: { outcome: 'skipped' },
  }),
  'bad-mocks.json': '{ "greet": [{ "outcome": "won" }] }',
  'inputs.jsonl': '{"name": "Ada"}\n\n{"name": "Bob"}\n{"name": 5}\n',
  'bad.jsonl': '{"name": "Ada"}\n{"name": }\n',
  'input.json': '{"name": "Ada"}',
});

const greet = (argv: readonly string[], setting: Setting = {}) =>
  call(['run', 'greet.yaml', '--mocks', 'mocks.json', ...argv], { cwd, ...setting });

describe('stepflow run', () => {
  test('shows the steps, a timeline, the result and what to do next', async () => {
    const { code, stdout, stderr } = await greet([]);

    expect(code).toBe(0);
    expect(steady(stdout)).toMatchInlineSnapshot(`
      "greet 3 steps, run ID
        ✔ look_up /my/look_up T
        ↷ note /my/note skipped
        ✔ greet /my/greet T

        ✔ look_up ▁▁▁ T
        ✔ greet ▁▁▁ T
        ↷ note ▁▁▁ T
         0 ... T
        T of work in T
        █ critical path: look_up → greet

      ✔ success in T, N transitions, about $N on AWS
      {
        "text": "Hello, Lady Lovelace"
      }
      "
    `);
    expect(stderr).toMatchInlineSnapshot(`
      "No --input was given: this is the flow's first example "a friend", {"name":"Ada"}
      Next: stepflow compile greet.yaml
      "
    `);
  });

  test('draws the steps live on a terminal, and leaves the timeline behind', async () => {
    const { stdout } = await greet([], { tty: true });

    // Colour, erased lines, and a cursor that is hidden and shown again.
    expect(stdout).toContain('\x1b[32m✔');
    expect(stdout).toContain('A\x1b[0J');
    expect(stdout.indexOf('\x1b[?25l')).toBeLessThan(stdout.indexOf('\x1b[?25h'));
    const left = stdout.slice(stdout.indexOf('\x1b[?25h'));
    expect(steady(left)).toMatchInlineSnapshot(`
      "
        ✔ look_up ▁▁▁ T
        ✔ greet ▁▁▁ T
        ↷ note ▁▁▁ T
         0 ... T
        T of work in T
        █ critical path: look_up → greet

      ✔ success in T, N transitions, about $N on AWS
      {
        "text": "Hello, Lady Lovelace"
      }
      "
    `);
  });

  test.each([{ NO_COLOR: '1' }, { CI: 'true' }])('respects %j', async (env) => {
    const { stdout } = await greet([], { tty: true, env });

    expect(stdout.includes('\x1b[32m')).toBe(!('NO_COLOR' in env));
    expect(stdout.includes('\x1b[?25l')).toBe(!('CI' in env));
  });

  test('prints with --json the result and the execution, and nothing else', async () => {
    const { code, stdout, stderr } = await greet(['--json'], { tty: true });

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const time = expect.any(Number);
    const ran = { status: 'succeeded', startMs: time, endMs: time, attempts: 1 };
    expect(JSON.parse(stdout)).toEqual({
      outcome: 'success',
      result: { text: 'Hello, Lady Lovelace' },
      execution: {
        id: expect.stringMatching(/^arn:aws:states:/),
        durationMs: time,
        transitions: time,
        events: time,
        steps: [
          { id: 'look_up', component: '/my/look_up', ...ran },
          { id: 'greet', component: '/my/greet', ...ran },
          { id: 'note', component: '/my/note', ...ran, status: 'skipped' },
        ],
        criticalPath: ['look_up', 'greet'],
        costUsd: expect.any(Number),
        metrics: expect.objectContaining({
          flow: 'greet',
          makespanMs: JSON.parse(stdout).execution.durationMs,
          criticalPathMs: time,
          blobs: { operations: 0, bytes: 0, hits: 0 },
          steps: ['look_up', 'greet', 'note'].map((step) => expect.objectContaining({ step, runs: 1 })),
        }),
      },
    });
  });

  test('tells in a line how well the steps ran side by side, and with --metrics what each needed', async () => {
    const [short, full] = [(await greet([])).stdout, (await greet(['--metrics'])).stdout];

    expect(short).toMatch(/^ {2}efficiency \d+ % of 2 at once, \d\.\d\d × the critical path$/m);
    expect(short).not.toContain('a run');
    expect(full).toMatch(/^ {2}step +runs +time +a run +memory +blobs +start-up$/m);
    expect(full).toMatch(/^ {2}greet +1 +\d+ ms +\d+ ms +– +– +–$/m);
  });

  test.each([
    ['in place', '{"name": "Ada"}', undefined],
    ['from a file', '@input.json', undefined],
    ['from standard input', '-', '{"name": "Ada"}'],
  ])('takes its input %s', async (_where, input, stdin) => {
    const { code, stdout } = await greet(['--input', input, '--json'], stdin === undefined ? {} : { stdin });

    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ outcome: 'success' });
  });

  test('takes values of variables', async () => {
    const { stdout } = await greet(['--var', 'word="Good day"', '--json']);

    expect(JSON.parse(stdout)).toMatchObject({ result: { text: 'Good day, Lady Lovelace' } });
  });

  test('ends with 0 for a flow that was skipped', async () => {
    const { code, stdout } = await call(['run', 'skip.yaml', '--json'], { cwd });

    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      outcome: 'skipped',
      execution: { steps: [{ id: 'a', status: 'skipped' }] },
    });
  });

  test('tells of a failure which step failed, and ends with 1', async () => {
    const { code, stdout, stderr } = await greet(['--input', '{"name": "Bob"}']);

    expect(code).toBe(1);
    expect(steady(stdout)).toMatchInlineSnapshot(`
      "greet 3 steps, run ID
        ✖ look_up /my/look_up T

        ✖ look_up ▁▁▁ T
         0 ... T
        T of work in T
        █ critical path: look_up

      "
    `);
    expect(stderr.split('\n').slice(0, 2)).toMatchInlineSnapshot(`
      [
        "✖ failed: RESOURCE_UNAVAILABLE: no one knows Bob",
        "  in step look_up (/my/look_up)",
      ]
    `);
    expect(stderr).not.toContain('lib/engine');
  });

  test('is cancelled by an interrupt', async () => {
    const { code, stdout } = await greet(['--json'], { signal: AbortSignal.abort() });

    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ outcome: 'failed', error: { code: 'CANCELLED' } });
  });
});

describe('stepflow run refuses', () => {
  test('an input that does not fit, with its place', async () => {
    const { code, stdout, stderr } = await greet(['--input', '{"name": 5}']);

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatchInlineSnapshot(`
      "✘ [ERROR] The input does not match the flow's inputSchema: "name" is a number (5), but a string is expected

          --input:1:10:
            1 │ {"name": 5}
              ╵          ^

        Change the input, or relax the inputSchema if it is too strict.
      "
    `);
  });

  test('a flow with an error, with its place', async () => {
    const { code, stderr } = await call(['run', 'wrong.yaml'], { cwd });

    expect(code).toBe(1);
    expect(stderr).toMatchInlineSnapshot(`
      "✘ [ERROR] Unknown key "inptu" in the step "a"

          wrong.yaml:4:5:
            4 │     inptu: 1
              ╵     ~~~~~

        Did you mean "input"?
      "
    `);
  });

  test('the same with --json as JSON', async () => {
    const { code, stdout } = await call(['run', 'wrong.yaml', '--json'], { cwd });

    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      outcome: 'failed',
      error: { code: 'INVALID_INPUT' },
      diagnostics: [{ code: 'unknown-key', severity: 'error', file: 'wrong.yaml', line: 4, column: 5 }],
    });
  });

  test.each([
    [
      'a flow that is not there',
      ['run', 'great.yaml'],
      'there is no file or folder "great.yaml"',
      'did you mean "greet.yaml"?',
    ],
    ['a folder', ['run', '.'], '"." is a folder', 'name one flow in it'],
    [
      'JSON with a fault',
      ['run', 'greet.yaml', '--input', '{"name": }'],
      '--input is not JSON: Unexpected "}" in JSON at line 1, column 10',
      'double quotes',
    ],
    [
      'JSON that ends early',
      ['run', 'greet.yaml', '--input', '{"name"'],
      '--input is not JSON: Expected ":" in JSON but found end of file at line 1, column 8',
      '',
    ],
    [
      'a text without quotes',
      ['run', 'greet.yaml', '--input', 'Ada'],
      '--input is not JSON: Unexpected "Ada" in JSON at line 1, column 1',
      'as in \'"text"\'',
    ],
    [
      'an input file that is not there',
      ['run', 'greet.yaml', '--input', '@no.json'],
      'cannot read "no.json": there is no such file',
      '',
    ],
    [
      'a variable without a value',
      ['run', 'greet.yaml', '--var', 'word'],
      '--var word gives no value',
      '--var NAME=JSON',
    ],
    ['a variable that is not JSON', ['run', 'greet.yaml', '--var', 'word=hi'], '--var word is not JSON', '\'"text"\''],
    [
      'mocks of another shape',
      ['run', 'greet.yaml', '--mocks', 'bad-mocks.json'],
      'bad-mocks.json holds no mocks: ["greet"][0]["outcome"]',
      'mocks look like',
    ],
    [
      'both --input and --inputs',
      ['run', 'greet.yaml', '--input', '{}', '--inputs', 'inputs.jsonl'],
      'exclude each other',
      '--inputs for a batch',
    ],
    [
      'both --isolate and --inputs',
      ['run', 'greet.yaml', '--isolate', '--inputs', 'inputs.jsonl'],
      'exclude each other',
      'run the flow once',
    ],
    [
      '--max-concurrency for one run',
      ['run', 'greet.yaml', '--max-concurrency', '2'],
      '--max-concurrency is for batches',
      '--inputs FILE.jsonl',
    ],
    [
      'a line that is not JSON',
      ['run', 'greet.yaml', '--inputs', 'bad.jsonl'],
      'bad.jsonl, line 2 is not JSON: Unexpected "}" in JSON at column 10\n',
      '',
    ],
  ])('%s', async (_what, argv, message, help) => {
    const { code, stdout, stderr } = await call(argv, { cwd });

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^error: .*\n {2}help: .*\n$/);
    expect(stderr).toContain(message);
    expect(stderr).toContain(help);
  });
});

describe('a batch', () => {
  test('prints a result a line, in the order of the inputs', async () => {
    const { code, stdout, stderr } = await greet(['--inputs', 'inputs.jsonl', '--max-concurrency', '2']);

    expect(code).toBe(1);
    // Of the two that failed, the one that was not refused may be continued.
    expect(stderr).toMatch(
      /^1 of 3 runs succeeded\nNext: stepflow run greet\.yaml --inputs inputs\.jsonl --resume [0-9a-f]{8}\n$/,
    );
    const results = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(results).toMatchObject([
      { outcome: 'success', execution: { transitions: expect.any(Number) } },
      { outcome: 'failed', error: { code: 'RESOURCE_UNAVAILABLE' } },
      {
        outcome: 'failed',
        error: { code: 'INVALID_INPUT' },
        diagnostics: [{ file: 'inputs.jsonl', line: 4, endLine: 4 }],
      },
    ]);
  });
});
