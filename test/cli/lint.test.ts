import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { RULE_CODES } from '../../lib/lint/index.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { call } from './terminal.ts';

const FLOW = `name: orders
inputSchema: { type: object, properties: { id: {} } }
steps:
  - { id: load, component: /shop/order, input: { id: { $input: id } } } # The order.
  - { id: city, component: /extract, input: { data: { $step: load }, path: city } }
  - { id: send, component: /shop/send, input: { to: { $step: city } } }
output: { $step: send }
`;

const FIXED = `name: orders
inputSchema: { type: object, properties: { id: {} } }
steps:
  - { id: load, component: /shop/order, input: { id: { $input: id } } } # The order.
  - { id: send, component: /shop/send, input: { to: { $step: load, path: "city" } } }
output: { $step: send }
`;

const FOLDER = temporaryFolder('lint-command');

function folder(files: { readonly [name: string]: string } = { 'flow.yaml': FLOW }): string {
  const cwd = mkdtempSync(join(FOLDER, 'project-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(cwd, name), text);
  return cwd;
}

const read = (cwd: string, name = 'flow.yaml'): string => readFileSync(join(cwd, name), 'utf8');

describe('the exit code of lint', () => {
  test.each([
    ['is 0 with warnings', [], 0],
    ['is 1 with warnings that count', ['--strict'], 1],
    ['is 1 with a rule that is an error', ['--rule', 'over-granular=error'], 1],
    ['is 0 with nothing but information', ['--strict', '--rule', 'over-granular=info'], 0],
    ['is 0 with rules that are off', ['--strict', '--rule', 'over-granular=off', '--rule', 'no-test=off'], 0],
    ['is that of the last level of a rule', ['--rule', 'over-granular=error', '--rule', 'over-granular=off'], 0],
    ['is 0 with all mended', ['--strict', '--fix'], 0],
  ])('%s', async (_, options, code) => {
    expect((await call(['lint', 'flow.yaml', ...options], { cwd: folder() })).code).toBe(code);
  });

  test('is 1 for a flow with an error, which is told', async () => {
    const { code, stderr } = await call(['lint', 'flow.yaml'], {
      cwd: folder({ 'flow.yaml': `${FLOW.trimEnd().replace('$step: send }', '$step: sent }')}\n` }),
    });
    expect(code).toBe(1);
    expect(stderr).toContain('"sent"');
  });

  test.each([
    ['a mock', 'test: { cases: [{ name: a, mocks: { load: { outcome: sucess } }, output: { outcome: success } }] }'],
    ['an input of a case', 'test: { cases: [{ name: a, input: 5, output: { outcome: success } }] }'],
    ['an example', 'examples: [{ input: 5 }]'],
    ['a configuration', 'test: { configFile: none.yml, cases: [{ name: a, output: { outcome: success } }] }'],
  ])('is 1 for a flow with an error in %s, which is told as validate tells it', async (_, lines) => {
    const cwd = folder({ 'flow.yaml': `${FLOW}${lines}\n` });
    const errorsOf = async (command: string) => {
      const { code, stdout } = await call([command, 'flow.yaml', '--json'], { cwd });
      expect(code).toBe(1);
      const all: readonly { code: string; severity: string; line: number }[] = JSON.parse(stdout).diagnostics;
      return all
        .filter((one) => one.severity === 'error' && one.code !== 'unknown-component')
        .map((one) => `${one.code} ${one.line}`);
    };
    const told = await errorsOf('lint');
    expect(told).toEqual(await errorsOf('validate'));
    expect(told).toHaveLength(1);
    // Nothing is mended in it.
    await call(['lint', 'flow.yaml', '--fix'], { cwd });
    expect(read(cwd)).toBe(`${FLOW}${lines}\n`);
  });

  test('is 1 for a level of the configuration', async () => {
    const cwd = folder({ 'flow.yaml': FLOW, 'stepflow-config.yml': 'lint: { over-granular: error }\n' });
    expect((await call(['lint', '.'], { cwd })).code).toBe(1);
    expect((await call(['lint', '.', '--rule', 'over-granular=warning'], { cwd })).code).toBe(0);
  });

  test.each([
    ['a rule that is none', ['--rule', 'over-granulated=off'], 'there is no rule "over-granulated"'],
    ['a level that is none', ['--rule', 'over-granular=loud'], 'off|info|warning|error'],
    ['no level', ['--rule', 'over-granular'], 'over-granular=off|info|warning|error'],
    ['more than a level', ['--rule', 'over-granular=off=off'], 'over-granular=off|info|warning|error'],
    ['an option that is none', ['--mend'], '--mend'],
  ])('is 2 for %s', async (_, options, told) => {
    const { code, stdout, stderr } = await call(['lint', 'flow.yaml', ...options], { cwd: folder() });
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(told);
  });

  test('is 2 without a path, and for one that is not there', async () => {
    expect((await call(['lint'], { cwd: folder() })).code).toBe(2);
    expect((await call(['lint', 'none.yaml'], { cwd: folder() })).code).toBe(2);
  });
});

describe('lint --json', () => {
  test('tells of each finding what validate tells of a diagnostic, and its step, cost, guide and whether it is mended', async () => {
    const { code, stdout, stderr } = await call(['lint', 'flow.yaml', '--json'], { cwd: folder() });
    const { ok, diagnostics, fixed } = JSON.parse(stdout);
    expect([code, ok, fixed, stderr]).toEqual([0, true, 0, '']);
    const found = diagnostics.find((one: { code: string }) => one.code === 'over-granular');
    expect(found).toEqual({
      code: 'over-granular',
      severity: 'warning',
      message: expect.stringContaining('"city"'),
      file: 'flow.yaml',
      line: 5,
      column: 11,
      endLine: 5,
      endColumn: 15,
      help: expect.any(String),
      step: 'city',
      cost: { seconds: 0, bytes: 0, usd: 0 },
      fixable: true,
      guide: expect.stringContaining('over-granular'),
    });
    // What nobody can know has no numbers.
    expect(diagnostics.find((one: { code: string }) => one.code === 'no-test').cost).toEqual({});
    for (const one of diagnostics) {
      expect(RULE_CODES).toContain(one.code);
      expect(Object.values(one.cost).every((value) => typeof value === 'number' && value >= 0)).toBe(true);
      expect(Object.keys(one.cost).filter((key) => !['seconds', 'bytes', 'usd'].includes(key))).toEqual([]);
      expect([typeof one.fixable, typeof one.guide]).toEqual(['boolean', 'string']);
    }
  });

  test('tells how many costs were not computed in a large flow, and so does the text, once', async () => {
    const steps = Array.from({ length: 1_000 }, (_, at) => {
      const before = at === 0 ? '' : `, before: { $step: s${at - 1} }`;
      return `  - { id: s${at}, component: /given/work, input: { own: { $input: n }${before} } }`;
    });
    const cwd = folder({ 'flow.yaml': `steps:\n${steps.join('\n')}\noutput: { $step: s999 }\n` });
    const argv = ['lint', 'flow.yaml'];
    const { costsLeftOut, diagnostics } = JSON.parse((await call([...argv, '--json'], { cwd })).stdout);
    const found = diagnostics.filter(({ code }: { code: string }) => code === 'false-dependency');
    const known = found.filter(({ cost }: { cost: object }) => Object.keys(cost).length > 0);
    expect([found.length, known.length, costsLeftOut]).toEqual([999, 5, 994]);
    const { stdout, stderr } = await call(argv, { cwd });
    const line =
      'the costs of 994 findings are not computed: for the costs of a flow, at most 5,000 steps are simulated\n';
    expect(`${stdout}${stderr}`.split(line)).toHaveLength(2);
  });

  test('tells of an error as validate does', async () => {
    const cwd = folder({ 'flow.yaml': FLOW.replace('output: { $step: send }', 'output: { $step: sent }') });
    const [linted, validated] = await Promise.all(
      ['lint', 'validate'].map(async (name) => JSON.parse((await call([name, 'flow.yaml', '--json'], { cwd })).stdout)),
    );
    const error = validated.diagnostics.find((one: { severity: string }) => one.severity === 'error');
    expect(linted.ok).toBe(false);
    expect(linted.diagnostics).toEqual([{ ...error, cost: {}, fixable: false }]);
  });

  test('is about all flows of a folder, and says once what is wrong with their configuration', async () => {
    const cwd = folder({ 'a.yaml': FLOW, 'b.yaml': FLOW, 'stepflow-config.yml': 'lint: { no-tests: off }\n' });
    const { diagnostics } = JSON.parse((await call(['lint', '.', '--json'], { cwd })).stdout);
    const files = diagnostics.filter((one: { code: string }) => one.code === 'over-granular');
    expect(files.map(({ file }: { file: string }) => file)).toEqual(['a.yaml', 'b.yaml']);
    expect(diagnostics.filter((one: { code: string }) => one.code === 'unknown-key')).toHaveLength(1);
  });
});

describe('lint --fix', () => {
  test('writes the file, and says how much it mended', async () => {
    const cwd = folder();
    const { stdout } = await call(['lint', 'flow.yaml', '--fix'], { cwd });
    expect(read(cwd)).toBe(FIXED);
    expect(stdout).toContain('1 mended');
  });

  test('tells with --json what is left', async () => {
    const cwd = folder();
    const { fixed, diagnostics } = JSON.parse((await call(['lint', 'flow.yaml', '--fix', '--json'], { cwd })).stdout);
    expect(fixed).toBe(1);
    expect(diagnostics.map(({ code }: { code: string }) => code)).not.toContain('over-granular');
  });

  test('is not needed to leave a file as it is', async () => {
    const cwd = folder();
    await call(['lint', 'flow.yaml'], { cwd });
    expect(read(cwd)).toBe(FLOW);
  });

  test('leaves a flow with errors as it is', async () => {
    const wrong = FLOW.replace('output: { $step: send }', 'output: { $step: sent }');
    const cwd = folder({ 'flow.yaml': wrong });
    expect((await call(['lint', 'flow.yaml', '--fix'], { cwd })).code).toBe(1);
    expect(read(cwd)).toBe(wrong);
  });
});

test('a finding is shown in its place, with how to mend it', async () => {
  const { stderr, stdout } = await call(['lint', 'flow.yaml'], { cwd: folder(), env: { NO_COLOR: '1' } });
  expect(stderr).toContain('flow.yaml:5:11');
  expect(stderr).toContain('--fix does it.');
  expect(stdout).toContain('1 warning');
});
