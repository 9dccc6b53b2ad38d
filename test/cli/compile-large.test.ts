import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { project } from '../run/project.ts';
import { call } from './terminal.ts';

const steps = Array.from({ length: 2500 }, (_, at) => `  - { id: s${at}, component: /my/one, input: ${at} }`);
const cwd = project({ 'large.yaml': `steps:\n${steps.join('\n')}\n` });

it('compile writes the nested state machines of a large flow beside its own', async () => {
  const { code, stderr } = await call(['compile', 'large.yaml', '--out', 'made/large.asl.json'], { cwd });
  expect(code).toBe(0);
  expect(stderr).toContain('nested state machines: they lie beside made/large.asl.json');
  const written = readdirSync(join(cwd, 'made'));
  const own = readFileSync(join(cwd, 'made/large.asl.json'), 'utf8');
  const started = [...own.matchAll(/\$\{machine:([^}]+)\}/g)].map(([, name]) => `${name}.asl.json`);
  expect(started.length).toBeGreaterThan(1);
  expect(written).toEqual(expect.arrayContaining(started));
});
