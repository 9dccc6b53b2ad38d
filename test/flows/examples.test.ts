import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { compile } from '../../lib/compiler/compile.ts';
import { call } from '../cli/terminal.ts';
import { validator } from '../definitions/validator.ts';

const flows = readdirSync('examples').filter((name) => name.endsWith('.yaml'));
const textOf = (name: string): string => readFileSync(`examples/${name}`, 'utf8');

/** What asks a model or fetches a page when it runs by itself. */
const isRemote = (name: string): boolean => /\/builtin\/openai|\/http\/get/.test(textOf(name));

describe('the examples', () => {
  test('are valid, without a warning', async () => {
    const { code, stdout, stderr } = await call(['validate', 'examples', '--json']);

    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual({ ok: true, diagnostics: [] });
    expect(code).toBe(0);
  });

  test.each(flows)('%s says in its second line what it shows, and has an example and cases', (name) => {
    expect(textOf(name)).toMatch(
      /^# yaml-language-server: \$schema=\.\.\/schema\/flow\.json\n# .{40,}\nname: (.+)\ndescription: .+\n/,
    );
    expect(textOf(name)).toMatch(new RegExp(`^name: ${name.replace('.yaml', '')}$`, 'm'));
    expect(compile(textOf(name), { file: name }).examples).not.toEqual([]);
  });

  test.each(flows)('%s compiles to what asl-validator accepts', (name) => {
    const { stateMachine, nestedMachines, type } = compile(textOf(name), { file: name });
    const machines = [stateMachine, ...nestedMachines.map((nested) => nested.stateMachine)];
    expect(machines.flatMap((machine) => (machine ? validator({ machine, type }) : ['none']))).toEqual([]);
  });

  test.each(flows.filter((name) => !isRemote(name)))('%s runs its first example', async (name) => {
    const { code, stdout } = await call(['run', `examples/${name}`, '--json']);

    expect(JSON.parse(stdout)).toMatchObject({ outcome: 'success' });
    expect(code).toBe(0);
  });

  test('order-intake is started as the page on triggers shows', async () => {
    const shown = /```console\n\$ npx stepflow (run .*)\n([\s\S]*?)\$ npx stepflow (explain .*)\n([\s\S]*?)```/.exec(
      readFileSync('docs/triggers.md', 'utf8'),
    );
    const [, run = '', ran = '', explain = '', explained = ''] = shown ?? [];
    const { stderr } = await call(run.split(' '));
    for (const line of linesOf(ran)) expect(stderr.split('\n')).toContain(line);
    const { stdout } = await call(explain.split(' '));
    const days = stdout.replaceAll(/[A-Z]..( \d{4}-\d\d-\d\d)/g, 'DAY');
    for (const line of linesOf(explained))
      expect(days.split('\n')).toContain(line.replaceAll(/[A-Z]..( \d{4}-\d\d-\d\d)/g, 'DAY'));
  });
});

/** The lines of a transcript, without what is left out. */
const linesOf = (text: string): readonly string[] =>
  text.split('\n').filter((line) => line !== '' && line.trim() !== '…');
