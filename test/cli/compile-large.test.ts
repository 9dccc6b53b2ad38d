import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { componentSource, project } from '../run/project.ts';
import { call } from './terminal.ts';

const steps = Array.from({ length: 4000 }, (_, at) => `  - { id: s${at}, component: /my/one, input: ${at} }`);
const cwd = project({
  'large.yaml': `steps:\n${steps.join('\n')}\noutput: { $step: s3999 }\nevaluation: eager\n`,
  'lambdas/my/one.ts': componentSource('return input;'),
});

/** So that each step has a state of its own. */
const COMPILE = ['compile', 'large.yaml', '--without', 'map-fan-outs', '--out'];

it('compile writes the nested state machines of a large flow beside its own', async () => {
  const { code, stderr } = await call([...COMPILE, 'made/large.asl.json'], { cwd });
  expect(code).toBe(0);
  expect(stderr).toContain('nested state machines: they are next to made/large.asl.json');
  const written = readdirSync(join(cwd, 'made'));
  const own = readFileSync(join(cwd, 'made/large.asl.json'), 'utf8');
  const started = [...own.matchAll(/\$\{machine:([^}]+)\}/g)].map(([, name]) => `${name}.asl.json`);
  expect(started.length).toBeGreaterThan(1);
  expect(written).toEqual(expect.arrayContaining(started));
});

it('asl run starts them from there', async () => {
  await call([...COMPILE, 'made/large.asl.json'], { cwd });
  const { code, stdout } = await call(['asl', 'run', 'made/large.asl.json', '--json'], { cwd });
  expect(code).toBe(0);
  const { output, entered } = JSON.parse(stdout);
  expect(output).toEqual({ outcome: 'success', result: 3999 });
  expect(entered.filter((name: string) => /^s\d+$/.test(name))).toHaveLength(4000);
});

it('asl run says what is wrong with one of them, in its own file', async () => {
  await call([...COMPILE, 'broken/large.asl.json'], { cwd });
  const [part = ''] = readdirSync(join(cwd, 'broken')).filter((file) => file !== 'large.asl.json');
  writeFileSync(join(cwd, 'broken', part), '{\n  "StartAt": "Nowhere",\n  "States": {}\n}');
  const { code, stdout } = await call(['asl', 'run', 'broken/large.asl.json', '--json'], { cwd });
  expect(code).toBe(1);
  const { diagnostics } = JSON.parse(stdout);
  expect(diagnostics).toContainEqual(
    expect.objectContaining({ code: 'MISSING_TRANSITION_TARGET', file: join('broken', part), line: 2 }),
  );
  writeFileSync(join(cwd, 'broken', part), '{');
  const { code: unread, stderr } = await call(['asl', 'run', 'broken/large.asl.json'], { cwd });
  expect(unread).toBe(2);
  expect(stderr).toContain(`${join('broken', part)} is not JSON`);
});
