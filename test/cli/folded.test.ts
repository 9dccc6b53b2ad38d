import { describe, expect, test } from 'vitest';
import { project } from '../run/project.ts';
import { call, steady } from './terminal.ts';

const cwd = project({
  'folded.yaml': `steps:
  - { id: a, component: /builtin/noop, input: { $input: n } }
  - { id: b, component: /builtin/noop, input: { $step: a } }
output: { $step: b }
`,
});

describe('a flow of which every step is folded', () => {
  test('has its steps in a run, and no critical path', async () => {
    const { stdout } = await call(['run', 'folded.yaml', '--input', '{"n": 1}'], { cwd });

    expect(steady(stdout)).toMatchInlineSnapshot(`
      "folded 2 steps, run ID

        ✔ a  ·                                                                                inline-pure
        ✔ b  ·                                                                                inline-pure
         0 ... T
        T of work in T

      ✔ success in T, N transitions, about $N on AWS
      1
      "
    `);
  });

  test('is explained as one', async () => {
    const { stdout } = await call(['explain', 'folded.yaml'], { cwd });

    expect(stdout).toContain('no step has a state of its own');
    expect(stdout).toContain('critical path 0 ms, no step takes time');
    expect(stdout).not.toMatch(/\b1 (?:states|functions|transitions)\b|\(100\.0 %\)/);
  });

  test('is simulated with its steps', async () => {
    const { stdout } = await call(['simulate', 'folded.yaml'], { cwd });

    expect(stdout).toMatch(/^folded 2 steps/);
  });
});
