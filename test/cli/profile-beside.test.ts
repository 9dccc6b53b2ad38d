import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { deployableFlow } from '../../lib/aws/deployable-flow.ts';
import { Workflow } from '../../lib/aws/index.ts';
import { testApp } from '../aws/test-app.ts';
import { outline } from '../compiler/emit/outline.ts';
import { componentSource, project } from '../run/project.ts';
import { call } from './terminal.ts';

// Which of the two pairs has to wait for the other is only known by the seconds.
const FLOW = `
steps:
  - { id: a, component: /my/one }
  - { id: b, component: /my/one }
  - { id: c, component: /my/one, input: { $step: a } }
  - { id: d, component: /my/one, input: [{ $step: a }, { $step: b }] }
output: [{ $step: c }, { $step: d }]
test: { cases: [{ name: runs, output: { outcome: success } }] }
`;
const MEASURED = '{"steps": {"a": {"seconds": 1}, "b": {"seconds": 20}, "c": {"seconds": 20}, "d": {"seconds": 1}}}';
const BY_PROFILE = 'a → (b → d | c)';
const BY_NUMBER = '(a | b) → (c | d)';

const projectWith = (profile: string): string =>
  project({
    'flows/shape.flow.yaml': FLOW,
    'flows/shape.profile.json': profile,
    'lambdas/my/one.ts': componentSource('return 1;'),
  });
const cwd = projectWith(MEASURED);
const run = (...argv: string[]) => call(argv, { cwd });
const compiled = async (...argv: string[]): Promise<string> =>
  outline(JSON.parse((await run('compile', 'flows/shape.flow.yaml', '--json', ...argv)).stdout));

describe('a profile that lies beside its flow', () => {
  it('arranges the steps of what is compiled, run and explained', async () => {
    expect(await compiled()).toBe(BY_PROFILE);
    const { stdout } = await run('run', 'flows/shape.flow.yaml', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ outcome: 'success', execution: { transitions: 5 } });
    const explained = JSON.parse((await run('explain', 'flows/shape.flow.yaml', '--json')).stdout);
    expect(explained.times).toMatchObject({ measured: true, makespanSeconds: 22, withoutProfileSeconds: 40 });
  });

  it('arranges the steps of what is deployed, unless another one is named', () => {
    const flow = join(cwd, 'flows/shape.flow.yaml');
    expect(outline(deployableFlow({ flow }).compiled.stateMachine)).toBe(BY_PROFILE);
    const even = projectWith('{}');
    const given = { flow, profile: join(even, 'flows/shape.profile.json') };
    expect(outline(deployableFlow(given).compiled.stateMachine)).toBe(BY_NUMBER);
    const stack = new Stack(testApp(), 'Stack');
    expect(() => new Workflow(stack, 'Shape', { flow, profile: 'nowhere.json' })).toThrow(
      /nowhere\.json.*its profile/s,
    );
  });

  it('gives way to one that is named, and to none', async () => {
    expect(await compiled('--profile', 'none')).toBe(BY_NUMBER);
    expect(await compiled('--profile', 'flows/shape.profile.json')).toBe(BY_PROFILE);
    const { stdout } = await run('explain', 'flows/shape.flow.yaml', '--profile', 'none', '--json');
    expect(JSON.parse(stdout).times).toMatchObject({ measured: false, makespanSeconds: 2 });
  });

  it('is told of at its place where it is wrong, and nothing runs', async () => {
    const broken = projectWith('{\n  "steps": { "a": { "seconds": "fast" } }\n}');
    for (const command of ['compile', 'run', 'test', 'explain', 'validate']) {
      const { code, stderr } = await call([command, 'flows/shape.flow.yaml'], { cwd: broken });
      expect(code, command).toBe(1);
      expect(stderr, command).toContain('flows/shape.profile.json:2:32');
    }
    const stack = new Stack(testApp(), 'Stack');
    const flow = join(broken, 'flows/shape.flow.yaml');
    expect(() => new Workflow(stack, 'Shape', { flow })).toThrow(/shape\.profile\.json:2:32/);
  });

  it('is a file', async () => {
    const folder = projectWith(MEASURED);
    rmSync(join(folder, 'flows/shape.profile.json'));
    mkdirSync(join(folder, 'flows/shape.profile.json'));
    expect((await call(['validate', 'flows/shape.flow.yaml'], { cwd: folder })).code).toBe(0);
  });

  it('is a warning where it tells of steps that the flow no longer has', async () => {
    const old = projectWith('{"steps": {"a": {"seconds": 1}, "gone": {"seconds": 2}}}');
    for (const command of ['compile', 'run', 'validate']) {
      const { code, stderr } = await call([command, 'flows/shape.flow.yaml'], { cwd: old });
      expect(code, command).toBe(0);
      expect(stderr, command).toContain('"gone"');
    }
    rmSync(join(old, 'flows/shape.profile.json'));
    expect((await call(['run', 'flows/shape.flow.yaml'], { cwd: old })).stderr).not.toContain('gone');
  });
});
