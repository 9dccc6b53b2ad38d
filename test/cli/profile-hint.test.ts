import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { componentSource, project } from '../run/project.ts';
import { call } from './terminal.ts';

// Which of the two pairs has to wait for the other is only known by the seconds.
const SHAPE = `
  - { id: a, component: /my/quick }
  - { id: b, component: /my/slow }
  - { id: c, component: /my/slow, input: { $step: a } }
  - { id: d, component: /my/quick, input: [{ $step: a }, { $step: b }] }
output: [{ $step: c }, { $step: d }]
`;
const CHAIN = `
  - { id: a, component: /my/quick }
  - { id: b, component: /my/quick, input: { $step: a } }
output: { $step: b }
`;

const WAIT = 'await new Promise((done) => setTimeout(done, 60)); return 1;';
const projectOf = (steps: string): string =>
  project({
    'flow.yaml': `steps:${steps}`,
    'lambdas/my/quick.ts': componentSource('return 1;'),
    'lambdas/my/slow.ts': componentSource(WAIT),
  });

/** What several runs say of a profile, a run an entry. */
async function hints(cwd: string, times: number): Promise<readonly string[]> {
  const said: string[] = [];
  for (let at = 0; at < times; at += 1) {
    const { code, stderr } = await call(['run', 'flow.yaml'], { cwd });
    expect(code).toBe(0);
    said.push(...stderr.split('\n').filter((line) => line.startsWith('A profile')));
    if (at < 4) expect(said).toEqual([]);
  }
  return said;
}

test('after several runs, what a profile would be worth is told once', async () => {
  const cwd = projectOf(SHAPE);
  expect(await hints(cwd, 7)).toEqual([
    expect.stringMatching(
      /^A profile would make this flow \d+ % faster: .* by the last 5 runs; npx stepflow profile flow\.yaml/,
    ),
  ]);
});

test('nothing is said where a profile exists, or would change nothing', async () => {
  expect(await hints(projectOf(CHAIN), 6)).toEqual([]);
  const cwd = projectOf(SHAPE);
  await call(['profile', 'flow.yaml', '--local', '--runs', '1'], { cwd });
  expect(existsSync(join(cwd, 'flow.profile.json'))).toBe(true);
  expect(await hints(cwd, 6)).toEqual([]);
});
