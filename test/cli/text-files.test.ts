import { describe, expect, test } from 'vitest';
import { project } from '../run/project.ts';
import { call, type Setting } from './terminal.ts';

const MARK = '\ufeff';
const MARKED = 'marked';

const cwd = project({
  'marked.yaml': `${MARK}name: marked
steps:
  - { id: greet, component: /my/greet, input: { name: { $input: name } } }
output: { $step: greet, path: text }
test:
  cases:
    - { name: one, input: { name: Ada }, output: { outcome: success, result: Hello } }
`,
  'marked.profile.json': `${MARK}{"steps": {"greet": {"seconds": 2}}}`,
  'stepflow-config.yml': `${MARK}
plugins: { mine: { type: mock, components: { /greet: { behaviors: { '{}': { outcome: success, result: { text: Hello } } } } } } }
routes: { '/my/{*component}': [{ plugin: mine }] }
`,
  'mocks.json': `${MARK}{"greet": {"result": {"text": "Hello"}}}`,
  'input.json': `${MARK}{"name": "Ada"}`,
  'inputs.jsonl': `${MARK}{"name": "Ada"}\r\n{"name": "Bob"}\r\n`,
  'pass.asl.json': `${MARK}{"StartAt": "a", "States": {"a": {"Type": "Pass", "End": true}}}`,
  'asl-mocks.json': `${MARK}{}`,
  'wrong.yaml': `${MARK}nmae: wrong\nsteps: []\noutput: 1\n`,
  'ids.yaml': 'steps: []\noutput: { $input: id }\n',
  'own-id.yaml': 'steps: []\noutput: { id: 12345678901234567890 }\n',
  'ids.jsonl': '{"id": 1}\n{"id": 9007199254740993}\n',
  'ids.asl.json': '{"StartAt": "a", "States": {"a": {"Type": "Pass", "Result": 9007199254740993, "End": true}}}',
  'id-mocks.json': '{"a": {"result": 9007199254740993}}',
});
const here = (argv: readonly string[], setting: Setting = {}) => call(argv, { cwd, ...setting });

describe('a byte order mark does no harm', () => {
  const run = ['run', `${MARKED}.yaml`, '--mocks', 'mocks.json'];

  test.each([
    ['a file', [...run, '--input', '@input.json'], undefined],
    ['standard input', [...run, '--input', '-'], `${MARK}{"name": "Ada"}`],
    ['the option', [...run, '--input', `${MARK}{"name": "Ada"}`], undefined],
  ])('in an input from %s', async (_, argv, stdin) => {
    const { code, stdout } = await here([...argv, '--json'], stdin === undefined ? {} : { stdin });

    expect({ code, result: JSON.parse(stdout).result }).toEqual({ code: 0, result: 'Hello' });
  });

  test('in a batch', async () => {
    const { code, stdout } = await here([...run, '--inputs', 'inputs.jsonl']);

    expect({ code, lines: stdout.trim().split('\n').length }).toEqual({ code: 0, lines: 2 });
  });

  test('in a state machine and its mocks', async () => {
    expect(await here(['asl', 'run', 'pass.asl.json', '--mocks', 'asl-mocks.json', '--json'])).toMatchObject({
      code: 0,
    });
  });

  test('in a profile', async () => {
    const { code, stdout } = await here(['simulate', 'marked.yaml', '--profile', 'marked.profile.json', '--json']);

    expect({ code, seconds: JSON.parse(stdout).makespanSeconds }).toEqual({ code: 0, seconds: 2 });
  });

  test('in a configuration', async () => {
    const { code, stdout } = await here(['test', 'marked.yaml', '--json']);

    expect({ code, passed: JSON.parse(stdout).passed }).toEqual({ code: 0, passed: 1 });
  });

  test('to the columns of diagnostics', async () => {
    const { stdout } = await here(['validate', 'wrong.yaml', '--json']);

    expect(JSON.parse(stdout).diagnostics).toMatchObject([{ code: 'unknown-key', line: 1, column: 1, endColumn: 5 }]);
  });

  test('even where it is one of UTF-16', async () => {
    const { readAll } = await import('../../lib/cli/terminal.ts');
    const bytes = Buffer.from(`${MARK}{"name": "Ada"}`, 'utf16le');
    const stream = (async function* () {
      yield bytes;
    })();

    expect(await readAll(stream)).toBe('{"name": "Ada"}');
  });
});

describe('an integer that doubles do not have', () => {
  const NOTED = /9007199254740993 is kept as 9007199254740992/;

  test('is kept, with a warning that says where and as what', async () => {
    const { code, stdout, stderr } = await here(['run', 'ids.yaml', '--input', '{"id": 9007199254740993}', '--json']);

    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      result: 9007199254740992,
      diagnostics: [
        { code: 'inexact-number', severity: 'warning', file: '--input', line: 1, column: 8, endColumn: 24 },
      ],
    });
    expect(stderr).toMatch(NOTED);
  });

  test('is found in a flow', async () => {
    const { code, stdout } = await here(['validate', 'own-id.yaml', '--json']);

    expect(code).toBe(0);
    expect(JSON.parse(stdout).diagnostics).toMatchObject([
      { code: 'inexact-number', message: '12345678901234567890 is kept as 12345678901234567000', line: 2, column: 15 },
    ]);
  });

  test('is found in a line of a batch', async () => {
    const { stdout, stderr } = await here(['run', 'ids.yaml', '--inputs', 'ids.jsonl']);
    const [first, second] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));

    expect(first).not.toHaveProperty('diagnostics');
    expect(second).toMatchObject({ diagnostics: [{ code: 'inexact-number', file: 'ids.jsonl', line: 2, column: 8 }] });
    expect(stderr).toContain('9007199254740993 is kept as 9007199254740992\n\n    ids.jsonl:2:8:');
  });

  test.each([
    ['mocks', ['run', 'ids.yaml', '--input', '{"id": 1}', '--mocks', 'id-mocks.json']],
    ['a variable', ['run', 'ids.yaml', '--input', '{"id": 1}', '--var', 'a=9007199254740993']],
    ['a state machine', ['asl', 'run', 'ids.asl.json']],
    ['the input of a state machine', ['asl', 'run', 'pass.asl.json', '--input', '9007199254740993']],
    ['the input of a simulation', ['simulate', 'ids.yaml', '--input', '{"id": 9007199254740993}']],
  ])('is found in %s', async (_, argv) => {
    expect((await here(argv)).stderr).toMatch(NOTED);
  });

  test('is refused where there is no double at all', async () => {
    expect(await here(['run', 'ids.yaml', '--input', '{"id":\n 1e400}'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--input, line 2, column 2: 1e400 is larger than any number'),
    });
  });
});
