import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { componentSource, project } from '../run/project.ts';
import { call, steady } from './terminal.ts';

const CHAIN = `steps:
  - { id: load, component: /my/load, input: { $input: n } }
  - { id: check, component: /my/check, input: { $step: load } }
  - { id: send, component: /my/send, input: { $step: check } }
output: { $step: send }
examples: [{ name: one, input: { n: 1 } }]
`;

const cwd = project({
  'plain.yaml': CHAIN,
  'fused.yaml': `name: fused\nmetadata: { aws: { fuse: true } }\n${CHAIN}`,
  'wrong.yaml': `metadata: { aws: { fuse: always } }\n${CHAIN}`,
  'lambdas/my/load.ts': componentSource('return input;', 'memorySize: 1024'),
  'lambdas/my/check.ts': componentSource('if (input === 2) throw new Error("two"); return input;'),
  'lambdas/my/send.ts': componentSource('return input;'),
});

const run = (...argv: string[]) => call(argv, { cwd });
const json = async (...argv: string[]) => JSON.parse((await run(...argv, '--json')).stdout);

describe('--with fuse-chains', () => {
  it('compiles a chain to one state', async () => {
    expect(Object.keys((await json('compile', 'plain.yaml')).States)).toEqual(['load', 'check', 'send']);
    expect(Object.keys((await json('compile', 'plain.yaml', '--with', 'fuse-chains')).States)).toEqual(['send']);
  });

  it('gives way to --without', async () => {
    const both = ['--with', 'fuse-chains', '--without', 'fuse-chains'];
    expect(Object.keys((await json('compile', 'plain.yaml', ...both)).States)).toHaveLength(3);
    expect(Object.keys((await json('compile', 'fused.yaml')).States)).toHaveLength(1);
    expect(Object.keys((await json('compile', 'fused.yaml', '--without', 'fuse-chains')).States)).toHaveLength(3);
  });

  it.each(['compile', 'explain', 'simulate'])('is checked by %s', async (command) => {
    const { code, stderr } = await run(command, 'plain.yaml', '--with', 'fuse-chain');
    expect(code).toBe(2);
    expect(stderr).toContain('there is no pass "fuse-chain"');
    expect(stderr).toContain('did you mean --with fuse-chains?');
  });

  it('is simulated as one call', async () => {
    expect(await json('simulate', 'plain.yaml')).toMatchObject({ transitions: 3, steps: 3 });
    const fused = await json('simulate', 'plain.yaml', '--with', 'fuse-chains');
    expect(fused).toMatchObject({ transitions: 1, steps: 3, criticalSteps: ['load', 'check', 'send'] });
    expect(fused.cost.functions).toMatchObject({ requests: 1, gbSeconds: 3 });
  });

  it('is explained: what it saved, or how to ask for it', async () => {
    const { stdout } = await run('explain', 'plain.yaml', '--with', 'fuse-chains');
    expect(stdout).toContain('send /my/send 3.00 s, after load, check in one function');
    expect(stdout).toContain('load, check, send share one function, which is called once; saved 2 states, 2 functions');
    expect((await run('explain', 'plain.yaml')).stdout).toContain(
      'off by default: set metadata: { aws: { fuse: true } } in the flow, or use --with fuse-chains',
    );
    expect(await json('explain', 'plain.yaml', '--with', 'fuse-chains')).toMatchObject({
      tree: { id: 'send', seconds: 3, after: ['load', 'check'] },
    });
  });
});

describe('a flow that asks for it', () => {
  it('shows each of its steps when it is run', async () => {
    const { code, stdout } = await run('run', 'fused.yaml');
    expect(code).toBe(0);
    expect(steady(stdout)).toMatch(/✔ load .*\n.*✔ check .*\n.*✔ send /);
    expect(stdout).toContain('critical path: load → check → send');
  });

  it('names the step that failed', async () => {
    const { code, stderr } = await run('run', 'fused.yaml', '--input', '{"n": 2}');
    expect(code).toBe(1);
    expect(stderr).toContain('failed: COMPONENT_FAILED: two\n  in step check (/my/check)');
    expect(stderr).not.toContain('in stepflow');
  });

  it('is measured step by step', async () => {
    const { code } = await run('profile', 'fused.yaml', '--local', '--runs', '1');
    expect(code).toBe(0);
    const { steps, components } = JSON.parse(readFileSync(join(cwd, 'fused.profile.json'), 'utf8'));
    expect(Object.keys(steps)).toEqual(['load', 'check', 'send']);
    expect(Object.keys(components)).toEqual(['/my/load', '/my/check', '/my/send']);
  });

  it('is refused where it says neither yes nor no', async () => {
    const { code, stderr } = await run('validate', 'wrong.yaml');
    expect(code).toBe(1);
    expect(stderr).toContain('"metadata.aws.fuse" of the flow');
    expect(stderr).toContain('wrong.yaml:1:26');
  });
});
