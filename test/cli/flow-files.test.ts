import { expect, test } from 'vitest';
import { project } from '../run/project.ts';
import { call } from './terminal.ts';

const FLOW = '{ steps: [], output: 1 }';

test('files below a folder that flows read are no flows, unless they are named', async () => {
  const cwd = project({
    'workflows/a.yaml': FLOW,
    'workflows/sub/b.yaml': FLOW,
    'workflows/data/users.yaml': 'users: [ann]',
    'workflows/data/list.yaml': '- a',
  });
  const { code, stdout } = await call(['validate', 'workflows'], { cwd });
  expect([code, stdout]).toEqual([0, expect.stringContaining('2 flows: no errors')]);
  expect((await call(['validate', 'workflows/data/users.yaml'], { cwd })).code).toBe(1);
});

test('the value of a variable stays hidden where it is not JSON', async () => {
  const cwd = project({ 'a.yaml': FLOW });
  const { code, stdout, stderr } = await call(['run', 'a.yaml', '--var', 'KEY=supersecret123'], { cwd });
  expect([code, stderr]).toEqual([2, expect.stringContaining('--var KEY is not JSON')]);
  expect(stdout + stderr).not.toContain('supersecret');
});
