import { describe, expect, test } from 'vitest';
import { project } from '../run/project.ts';
import { call } from './terminal.ts';

const cwd = project({
  'wrong.yaml': 'steps: [{ id: a, component: /builtin/noop, inptu: 1 }]\n',
  'needs.yaml': 'inputSchema: { type: object, required: [n] }\nsteps: []\noutput: { $input: n }\n',
  'fails.yaml':
    'steps: [{ id: a, component: /builtin/get_blob, input: { blob_id: { $input: x } } }]\noutput: { $step: a }\n',
});

describe('with --json, standard output is one JSON value', () => {
  const UNUSABLE: readonly (readonly string[])[] = [
    ['run', 'nowhere.yaml'],
    ['run'],
    ['run', 'needs.yaml', '--inptu', '{}'],
    ['run', 'needs.yaml', '--input', '{'],
    ['run', 'needs.yaml', '--max-concurrency', 'many'],
    ['run', 'needs.yaml', '--resume', 'nothing'],
    ['rnu'],
    ['asl', 'run', 'nowhere.json'],
    ['validate', 'nowhere'],
    ['test', 'nowhere'],
    ['compile', 'nowhere.yaml'],
    ['compile', 'needs.yaml', '--out', '.'],
    ['explain', 'needs.yaml', '--without', 'nothing'],
    ['simulate', 'needs.yaml', '--overhead', 'some'],
    ['profile', 'nowhere.yaml', '--local'],
  ];

  test.each(UNUSABLE.map((argv) => [argv]))('where %j is wrong use', async (argv) => {
    const { code, stdout, stderr } = await call([...argv, '--json'], { cwd });

    expect({ code, stdout: JSON.parse(stdout) }).toEqual({
      code: 2,
      stdout: {
        ok: false,
        error: expect.objectContaining({ code: 'USAGE', message: expect.stringMatching(/^(?!error)./) }),
      },
    });
    expect(stderr).toContain(JSON.parse(stdout).error.message.split('\n')[0]);
  });

  test.each(['validate', 'compile', 'explain', 'simulate'])('where %s refuses the flow', async (command) => {
    const { code, stdout } = await call([command, 'wrong.yaml', '--json'], { cwd });

    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, diagnostics: [{ code: 'unknown-key' }] });
  });

  test.each([
    ['a flow', ['run', 'wrong.yaml']],
    ['an input', ['run', 'needs.yaml', '--input', '{}']],
  ])('where a run is refused for %s, with an execution of nothing', async (_, argv) => {
    const { code, stdout } = await call([...argv, '--json'], { cwd });

    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      outcome: 'failed',
      error: { code: 'INVALID_INPUT' },
      execution: { id: '', durationMs: 0, transitions: 0, events: 0, steps: [] },
    });
  });

  test('where a measured or simulated run fails', async () => {
    for (const argv of [
      ['profile', 'fails.yaml', '--local', '--runs', '1'],
      ['simulate', 'needs.yaml', '--input', '{}'],
    ]) {
      const { code, stdout } = await call([...argv, '--json'], { cwd });
      expect(code).toBe(1);
      expect(JSON.parse(stdout)).toMatchObject({ ok: false, error: { code: expect.any(String) } });
    }
  });
});
