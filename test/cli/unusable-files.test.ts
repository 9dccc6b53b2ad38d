import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { componentSource, project } from '../run/project.ts';
import { call } from './terminal.ts';

const FLOW = `
inputSchema: { type: object }
steps: [{ id: a, component: /my/echo, input: { x: { $input: x } } }]
output: { $step: a }
test: { cases: [{ name: one, input: { x: 1 }, output: { outcome: success, result: { x: 1 } } }] }
`;

const setUp = (): string =>
  project({ 'flow.yaml': FLOW, 'lambdas/my/echo.ts': componentSource('return { ...input };') });

const COMMANDS: readonly (readonly string[])[] = [
  ['run', 'flow.yaml', '--input', '{"x": 1}'],
  ['run', 'flow.yaml', '--input', '{"x": 1}', '--isolate'],
  ['test', 'flow.yaml'],
  ['validate', 'flow.yaml'],
];

describe.each(COMMANDS.map((argv) => [argv.join(' '), argv] as const))('stepflow %s', (_name, argv) => {
  test.each(['.stepflow', '.stepflow/bundles', '.stepflow/runs', '.stepflow/blobs'])(
    'says what is wrong where %s is a file, or does without it',
    async (path) => {
      const cwd = setUp();
      mkdirSync(dirname(join(cwd, path)), { recursive: true });
      writeFileSync(join(cwd, path), '');
      const { code, stdout, stderr } = await call(argv, { cwd });

      expect(code).toBeLessThan(3);
      expect(stderr).not.toMatch(/report it|\n +at /);
      if (code !== 0) expect(stdout + stderr).toContain(join(cwd, path));
    },
  );

  test('says where the configuration is a folder', async () => {
    const cwd = setUp();
    mkdirSync(join(cwd, 'stepflow-config.yml'));
    const { code, stderr } = await call(argv, { cwd });

    expect(code).toBe(1);
    expect(stderr).toMatch(/The configuration .*stepflow-config\.yml cannot be read: it is a folder/);
  });
});

test.each([
  ['run', 'flow.yaml', '--mocks', '.'],
  ['run', 'flow.yaml', '--inputs', '.'],
  ['run', 'flow.yaml', '--input', '@.'],
  ['run', '.'],
  ['test', 'flow.yaml', '--junit', '.'],
  ['compile', 'flow.yaml', '--out', '.'],
  ['compile', 'flow.yaml', '--profile', '.'],
  ['simulate', 'flow.yaml', '--profile', '.'],
  ['asl', 'run', '.'],
])('stepflow %s %s %s %s says that a folder is no file', async (...argv) => {
  const { code, stderr } = await call(argv, { cwd: setUp() });
  expect(code).toBe(2);
  expect(stderr).toContain('a folder');
});

describe('stepflow asl run', () => {
  const machine = (name: string, resource: string): string =>
    JSON.stringify({
      QueryLanguage: 'JSONata',
      StartAt: 'a',
      States: {
        a: {
          Type: 'Task',
          Resource: `arn:aws:states:::states:${resource}`,
          Arguments: { StateMachineArn: `\${machine:${name}}`, Input: {} },
          End: true,
        },
      },
    });

  test.each(['startExecution.sync:2', 'startExecution.sync', 'startExecution'])(
    'ends where a state machine starts itself by %s, alone or through another',
    async (resource) => {
      for (const next of ['m', 'other']) {
        const cwd = project({ 'm.asl.json': machine(next, resource), 'other.asl.json': machine('m', resource) });
        const { code, stderr } = await call(['asl', 'run', 'm.asl.json'], { cwd });
        expect(code).toBe(2);
        expect(stderr).toMatch(/m\.asl\.json: more than 1000 executions are nested in each other/);
      }
    },
  );

  test.each(['../x', '/etc/x', 'a/../../x', '..\\x'])(
    'reads no definition outside of its folder (%s)',
    async (name) => {
      const cwd = project({
        'in/m.asl.json': machine(name, 'startExecution'),
        'x.asl.json': '{}',
      });
      const { code, stderr } = await call(['asl', 'run', 'in/m.asl.json'], { cwd });
      expect([code, stderr]).toEqual([2, expect.stringContaining(`starts the state machine`)]);
      rmSync(cwd, { recursive: true });
    },
  );
});
