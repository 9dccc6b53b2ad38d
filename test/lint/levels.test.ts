import { mkdirSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { lintFile, RULE_CODES, RULES } from '../../lib/lint/index.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { lint, only } from './lint.ts';

const FLOW = `name: waiting
steps:
  - id: first
    component: /text/clean
    input: { text: { $input: one } }
  - id: second
    component: /text/clean
    input:
      text: { $input: two }
      before: { $step: first }
`;

const levels = only('false-dependency');
const codes = async (source: string, files = {}, set = levels) =>
  (await lint(source, { levels: set }, files)).diagnostics.map(({ code, severity }) => `${severity} ${code}`);
const withComment = (comment: string): string => FLOW.replace(/^ *before/m, `${comment}$&`);

test('each rule has a code, a page in the guide and a reason', () => {
  expect(new Set(RULE_CODES).size).toBe(RULES.length);
  for (const rule of RULES) expect(rule.why).toMatch(/\.$/);
});

describe('a comment that silences a rule', () => {
  test('does so with a reason', async () => {
    expect(await codes(FLOW)).toEqual(['warning false-dependency']);
    expect(
      await codes(withComment('      # lint-disable-next-line false-dependency the second one overwrites\n')),
    ).toEqual([]);
  });

  test('may stand above other comments and empty lines', async () => {
    const comment = '# lint-disable-next-line false-dependency it overwrites\n# Really.\n\n';
    expect(await codes(withComment(comment))).toEqual([]);
  });

  test('is told from the lines of Windows', async () => {
    const text = withComment('      # lint-disable-next-line false-dependency it overwrites\n');
    expect(await codes(text.replaceAll('\n', '\r\n'))).toEqual([]);
  });

  test.each([
    ['says no reason', 'false-dependency', ['warning suppression', 'warning false-dependency']],
    ['names another rule', 'large-copy it overwrites', ['warning false-dependency']],
    ['names no rule', '', ['warning suppression', 'warning false-dependency']],
    ['names a rule that is none', 'false-dependancy why', ['warning suppression', 'warning false-dependency']],
  ])('silences nothing if it %s', async (_, said, expected) => {
    expect(await codes(withComment(`      # lint-disable-next-line ${said}\n`))).toEqual(expected);
  });

  test('is one too many where the rule finds nothing', async () => {
    const text = FLOW.replace('  - id: first', '  # lint-disable-next-line false-dependency it overwrites\n$&');
    expect(await codes(text)).toEqual(['warning suppression', 'warning false-dependency']);
  });

  test('keeps --fix from mending', async () => {
    const text = withComment('      # lint-disable-next-line false-dependency it overwrites\n').replace(
      '    component: /text/clean\n    input:\n',
      '    component: /text/clean\n    inputSchema: { type: object, properties: { text: {} } }\n    input:\n',
    );
    expect((await lint(text, { levels, fix: true })).text).toBe(text);
  });

  test('is no comment inside of a text', async () => {
    const text = `${FLOW}metadata:
  help: |
    # lint-disable-next-line nothing at all
    Do not write that.
`;
    expect(await codes(text)).toEqual(['warning false-dependency']);
  });
});

describe('the configuration', () => {
  test.each(['off', 'false', '"off"'])('turns a rule off by %s', async (level) => {
    expect(await codes(FLOW, { 'stepflow-config.yml': `lint: { false-dependency: ${level} }` })).toEqual([]);
  });

  test.each(['info', 'warning', 'error'])('makes a finding a matter of %s', async (level) => {
    const files = { 'stepflow-config.yml': `lint: { false-dependency: ${level} }` };
    expect(await codes(FLOW, files)).toEqual([`${level} false-dependency`]);
  });

  test('gives way to what is set for a call', async () => {
    const files = { 'stepflow-config.yml': 'lint: { false-dependency: off }' };
    expect(await codes(FLOW, files, new Map([...levels, ['false-dependency', 'error']]))).toEqual([
      'error false-dependency',
    ]);
  });

  test.each([
    ['a rule that is none', 'lint: { false-dependancy: off }', 'unknown-key'],
    ['a level that is none', 'lint: { false-dependency: loud }', 'wrong-type'],
    ['a list', 'lint: [false-dependency]', 'wrong-type'],
  ])('is reported with %s', async (_, text, code) => {
    const { diagnostics, sources } = await lint(FLOW, { levels }, { 'stepflow-config.yml': text });
    const found = diagnostics.find((one) => one.code === code);
    expect(found?.file).toMatch(/stepflow-config\.yml$/);
    expect(sources.get(found?.file ?? '')).toBe(text);
    expect(diagnostics.map((one) => one.code)).toContain('false-dependency');
  });

  test('may say nothing of rules', async () => {
    expect(await codes(FLOW, { 'stepflow-config.yml': 'lint:\nplugins: {}\n' })).toEqual(['warning false-dependency']);
  });

  test('that cannot be read is reported', async () => {
    const home = mkdtempSync(join(temporaryFolder('lint'), 'flow-'));
    mkdirSync(join(home, 'stepflow-config.yml'));
    const { diagnostics } = await lintFile({ file: 'flow.yaml', home, source: FLOW, project: home }, { levels });
    expect(diagnostics.map(({ code }) => code)).toEqual(['unreadable-config', 'false-dependency']);
  });
});

test('a flow with errors has these as its diagnostics, and no findings', async () => {
  const { diagnostics } = await lint(`${FLOW}output: { $step: third }\n`);
  expect(diagnostics.map(({ code, fixable }) => ({ code, fixable }))).toEqual([
    { code: 'unknown-step', fixable: false },
  ]);
});
