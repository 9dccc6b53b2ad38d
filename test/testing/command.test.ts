import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { call, type Setting, steady } from '../cli/terminal.ts';
import { componentSource, project } from '../run/project.ts';

const MIXED = `
steps: [{ id: count, component: /my/count, input: { text: { $input: text } } }]
output: { $step: count }
test:
  cases:
    - name: two words # short
      tags: [quick]
      input: { text: one two }
      output:
        outcome: success
        result: { words: 2, longest: three }
    - name: three words
      tags: [quick, three]
      input: { text: one two three }
      output:
        outcome: success
        result: { words: 3, longest: { $length: 5 } }
`;

const cwd = project({
  'flows/good.yaml': `
steps: [{ id: count, component: /my/count, input: { text: { $input: text } } }]
output: { $step: count }
test: { cases: [{ name: one word, tags: [slow], input: { text: one }, output: { result: { words: 1 } } }] }
`,
  'flows/good.profile.json': '{"steps": {}}',
  'flows/deep/in-json.json': JSON.stringify({
    steps: [],
    output: 1,
    test: { cases: [{ name: 'json', output: { result: 1 } }] },
  }),
  'bare/none.yaml': 'steps: [{ id: a, component: /noop }]\n',
  'broken.yaml':
    'steps:\n  - { id: a, component: /my/count, input: { $step: b } }\ntest:\n  cases: [{ name: a }, { name: b }]\n',
  'data/numbers.json': '{"one": 1}',
  'faulty.yaml': 'output: 1\ntest:\n  cases:\n    - name: a\n      output: { result: { $les_than: 1 } }\n',
  'lambdas/my/count.ts': componentSource(
    `const words = input.text.split(' '); return { words: words.length, longest: words.at(-1) };`,
  ),
});

beforeEach(() => writeFileSync(join(cwd, 'mixed.yaml'), MIXED));

const run = (argv: readonly string[], setting: Setting = {}) => call(['test', ...argv], { cwd, ...setting });

const json = async (...argv: string[]) => {
  const { code, stdout, stderr } = await run([...argv, '--json']);
  return { code, stderr, report: JSON.parse(stdout) };
};

describe('stepflow test', () => {
  test('says that a folder of mere data has no flow in it', async () => {
    const { code, stderr } = await run(['data']);

    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('there is no flow in "data"') });
  });

  test('shows each case, and of one that failed what was expected and found', async () => {
    const { code, stdout, stderr } = await run(['mixed.yaml', 'flows']);

    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(steady(stdout)).toMatchInlineSnapshot(`
      "mixed.yaml
        ✖ two words T
            result.longest is a string ("two"), expected a string ("three")

            - expected
            + found

               "outcome": "success",
               "result": {
                 "words": 2,
            -    "longest": "three"
            +    "longest": "two"
               }
             }

        ✔ three words T
      flows/deep/in-json.json
        ✔ json T
      flows/good.yaml
        ✔ one word T
      ✖ 4 cases: 3 passed, 1 failed
      "
    `);
  });

  test('prints the same with --json, and nothing else', async () => {
    expect(await json('mixed.yaml', 'flows')).toEqual({
      code: 1,
      stderr: '',
      report: {
        passed: 3,
        failed: 1,
        skipped: 0,
        cases: [
          {
            ...{ flow: 'mixed.yaml', name: 'two words', ok: false, ms: expect.any(Number), status: 'failed' },
            diff: expect.stringContaining('-    "longest": "three"\n+    "longest": "two"'),
          },
          { flow: 'mixed.yaml', name: 'three words', ok: true, ms: expect.any(Number), diff: null, status: 'passed' },
          {
            flow: 'flows/deep/in-json.json',
            name: 'json',
            ok: true,
            ms: expect.any(Number),
            diff: null,
            status: 'passed',
          },
          { flow: 'flows/good.yaml', name: 'one word', ok: true, ms: expect.any(Number), diff: null, status: 'passed' },
        ],
        diagnostics: [],
      },
    });
  });

  test('goes well where all cases pass', async () => {
    const { code, stdout } = await run(['flows']);

    expect(code).toBe(0);
    expect(stdout).toContain('✔ 2 cases: 2 passed\n');
  });

  test('says which flow has no cases', async () => {
    expect(await run(['bare'])).toEqual({
      code: 0,
      stdout: 'bare/none.yaml has no cases; add some under test: cases:\n✔ 0 cases\n',
      stderr: '',
    });
  });

  test.each([
    ['steps:\n  - { id: a, component: /noop\n', 'This is not valid YAML'],
    ['steps:\n  - { id: a, component: /noop, input: { $step: b } }\n', '"b"'],
  ])('does not call a flow with errors one that has no cases, and ends as validate does: %j', async (text, problem) => {
    const folder = project({ 'flow.yaml': text });
    const tested = await call(['test', 'flow.yaml'], { cwd: folder });
    const validated = await call(['validate', 'flow.yaml'], { cwd: folder });
    expect(tested).toMatchObject({
      code: 1,
      stdout: '✖ flow.yaml has errors: see above\n✖ 0 cases: 1 flow with errors\n',
      stderr: expect.stringContaining(problem),
    });
    expect([validated.code, validated.stderr]).toEqual([tested.code, tested.stderr]);
  });

  test('names metrics as they are written where one is misspelt', async () => {
    const metrics = '{ executon_time: { $less_than: 3 }, bytes_of_all: 1, step_count: 1 }';
    const flow = `steps: [{ id: a, component: /noop }]\ntest: { cases: [{ name: one, output: { performance_metrics: ${metrics} } }] }\n`;
    const { code, stderr } = await call(['test', 'flow.yaml'], { cwd: project({ 'flow.yaml': flow }) });
    expect(code).toBe(1);
    expect(stderr).toContain('Did you mean "execution_time_ms"?');
    expect(stderr).toContain('execution_time_ms, memory_usage_mb, step_count');
    expect(stderr).not.toMatch(/[a-z]TimeMs|stepCount/);
  });

  test('says with --update that limits of metrics are not rewritten', async () => {
    const flow = (limit: number): string =>
      `steps: [{ id: a, component: /noop }]\ntest: { cases: [{ name: one, output: { performance_metrics: { step_count: { $less_than: ${limit} } } } }] }\n`;
    const folder = project({ 'over.yaml': flow(0), 'within.yaml': flow(9) });
    const over = await call(['test', 'over.yaml', 'within.yaml', '--update'], { cwd: folder });
    expect(over.code).toBe(1);
    expect(over.stdout).toContain('--update leaves the limits of performance_metrics as they are');
    expect(over.stdout).toContain('1 case went beyond them');
    expect(readFileSync(join(folder, 'over.yaml'), 'utf8')).toBe(flow(0));
    const within = await call(['test', 'within.yaml', '--update'], { cwd: folder });
    expect(within).toMatchObject({ code: 0, stdout: expect.not.stringContaining('--update') });
    // Without it, nobody expects that anything is rewritten.
    expect((await call(['test', 'over.yaml'], { cwd: folder })).stdout).not.toContain('--update');
  });

  test.each([
    [['--tag', 'three'], 1, 2],
    [['--tag', 'three', '--tag', 'slow'], 2, 1],
    [['--case', 'three words'], 1, 2],
    [['--case', 'three words', '--tag', 'slow'], 0, 3],
  ])('%j selects %i and leaves %i out', async (argv, passed, skipped) => {
    const called = await run(['mixed.yaml', 'flows/good.yaml', ...argv, '--json']);

    if (passed === 0) expect(called).toMatchObject({ code: 2, stdout: expect.stringContaining('"code": "USAGE"') });
    else expect(JSON.parse(called.stdout)).toMatchObject({ passed, failed: 0, skipped });
  });

  test('refuses a selection of nothing, with the nearest name', async () => {
    const { code, stderr } = await run(['mixed.yaml', '--case', 'thre words']);

    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: 'error: no case has the name "thre words"\n  help: did you mean --case "three words"?\n',
    });
  });

  test('tells once why a flow cannot run', async () => {
    const { code, stdout, stderr } = await run(['broken.yaml']);

    expect(code).toBe(1);
    expect(stdout).toBe('broken.yaml\n  ✖ 2 cases cannot run\n✖ 2 cases: 2 cannot run\n');
    expect(stderr.match(/There is no step "b"/g)).toHaveLength(1);
    expect((await json('broken.yaml')).report).toMatchObject({
      failed: 2,
      cases: [{ name: 'a', ok: false, status: 'refused' }, { name: 'b' }],
      diagnostics: [{ code: 'unknown-step' }],
    });
  });

  test('shows faults of the tests at their place; validate does, too', async () => {
    const { code, stderr } = await run(['faulty.yaml']);
    const validated = await call(['validate', 'faulty.yaml'], { cwd });

    expect([code, validated.code]).toEqual([1, 1]);
    for (const text of [stderr, validated.stderr]) {
      expect(text).toContain('faulty.yaml:5:27:');
      expect(text).toContain('Did you mean "$less_than"?');
    }
  });

  test('--update rewrites what failed cases expect, and nothing else', async () => {
    const { code, stdout } = await run(['mixed.yaml', '--update']);

    expect(code).toBe(0);
    expect(steady(stdout)).toBe(
      'mixed.yaml\n  ↻ two words T now expects what was found\n  ✔ three words T\n✔ 2 cases: 1 passed, 1 updated\n',
    );
    expect(readFileSync(join(cwd, 'mixed.yaml'), 'utf8')).toBe(MIXED.replace('longest: three', 'longest: two'));
    expect(await run(['mixed.yaml'])).toMatchObject({ code: 0 });
  });

  test('--junit writes the results as XML', async () => {
    await run(['mixed.yaml', '--junit', 'out/of/sight/results.xml']);

    const xml = readFileSync(join(cwd, 'out/of/sight/results.xml'), 'utf8');
    expect(xml).toContain('<testsuites name="stepflow" tests="2" failures="1" errors="0" skipped="0"');
    expect(xml).toContain('<testcase name="two words" classname="mixed.yaml"');
  });

  test.each([
    ['flows', 'it is a folder'],
    ['mixed.yaml/results.xml', 'a part of its path is a file'],
  ])('--junit %s is refused: %s', async (file, why) => {
    expect(await run(['mixed.yaml', '--junit', file])).toMatchObject({
      code: 2,
      stderr: `error: cannot write "${file}": ${why}\n  help: give --junit another file\n`,
    });
  });

  test('colours expected and found on a terminal', async () => {
    const { stdout } = await run(['mixed.yaml'], { tty: true });

    expect(stdout).toContain('\x1b[32m-    "longest": "three"\x1b[39m');
    expect(stdout).toContain('\x1b[31m+    "longest": "two"\x1b[39m');
  });
});
