import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ERROR_CODES } from '../../lib/protocol/errors.ts';
import { runs } from '../chance.ts';
import { componentSource, project } from '../run/project.ts';
import { call } from './terminal.ts';

const STEPS = `
inputSchema: { type: object, properties: { n: { type: integer } }, required: [n] }
steps:
  - { id: load_user, component: /my/load, input: { n: { $input: n } } }
  - { id: save_user, component: /my/save, input: { user: { $step: load_user } } }
output: { $step: save_user }
`;

const cwd = project({
  'flow.yaml': STEPS,
  'open.yaml': `
steps: [{ id: each, component: /eval, input: { flow: { $input: flow } } }]
output: { $step: each, path: result.result }
`,
  'lambdas/my/load.ts': componentSource(`return 'the real one';`),
  'lambdas/my/save.ts': componentSource('return input.user;'),
  'lambdas/my/unused.ts': componentSource('return 1;'),
});

const GIVES = [{ outcome: 'success', result: 'a mock' }];

async function run(mocks: object, ...argv: string[]) {
  writeFileSync(join(cwd, 'mocks.json'), JSON.stringify(mocks, null, 2));
  const { code, stdout, stderr } = await call(
    ['run', 'flow.yaml', '--input', '{"n": 1}', '--mocks', 'mocks.json', '--json', ...argv],
    { cwd },
  );
  return { code, stderr, stdout, answer: () => JSON.parse(stdout) };
}

test('a mock of a mistyped target is an error, with its place and the nearest name', async () => {
  const { code, stderr, answer } = await run({ '/my/save': GIVES, '/my/laod': GIVES });
  expect(code).toBe(1);
  expect(stderr).toContain('mocks.json:8:3');
  expect(stderr).toContain('Did you mean "/my/load"?');
  expect(answer()).toMatchObject({
    outcome: 'failed',
    error: { code: 'INVALID_INPUT' },
    diagnostics: [{ code: 'unknown-mock-target', severity: 'error', file: 'mocks.json', line: 8, column: 3 }],
  });
});

test('so is any name that is neither a step nor a component, and no other', async () => {
  const names = ['load_user', 'save_user', '/my/load', '/my/save', '/my/unused', '/builtin/http', '/http'];
  const typed = fc.tuple(fc.constantFrom(...names), fc.nat(20), fc.constantFrom('', 'x', '_'));
  await fc.assert(
    fc.asyncProperty(typed, async ([name, at, inserted]) => {
      const target = name.slice(0, at) + inserted + name.slice(at);
      const { code, answer } = await run({ [target]: GIVES });
      const wrong = names.includes(target) ? [] : [{ code: 'unknown-mock-target', severity: 'error' }];
      const { diagnostics = [] } = answer();
      expect(diagnostics.filter((one: { severity: string }) => one.severity === 'error')).toMatchObject(wrong);
      expect(code).toBe(wrong.length);
    }),
    { numRuns: runs(12) },
  );
});

test('a flow that is only known when it runs may have any steps', async () => {
  writeFileSync(join(cwd, 'mocks.json'), JSON.stringify({ inner: GIVES }));
  const input = { flow: { steps: [{ id: 'inner', component: '/my/load', input: {} }], output: { $step: 'inner' } } };
  const argv = ['run', 'open.yaml', '--input', JSON.stringify(input), '--mocks', 'mocks.json', '--json'];
  const { code, stdout } = await call(argv, { cwd });
  expect({ code, ...JSON.parse(stdout) }).toMatchObject({ code: 0, result: 'a mock' });
});

test('what is wrong inside of a mock is said with its place', async () => {
  const { code, stderr } = await run({ '/my/load': [{ outcome: 'won', result: 1 }], '/my/save': [{ times: 0 }] });
  expect(code).toBe(2);
  expect(stderr).toMatch(/\["outcome"\]: .*\(mocks\.json:4:18\)/);
  expect(stderr).toMatch(/\["times"\]: .*\(mocks\.json:10:16\)/);
});

const THROTTLED = { error: { code: 'Lambda.TooManyRequestsException' } };

test('a transport fault is retried, as AWS is asked to', async () => {
  const { answer } = await run({ load_user: [{ ...THROTTLED, times: 1 }, ...GIVES] });
  expect(answer()).toMatchObject({ outcome: 'success', result: 'a mock', execution: { steps: [{ attempts: 2 }, {}] } });
});

const tested = async (cases: object) => {
  writeFileSync(join(cwd, 'cases.yaml'), `${STEPS}\ntest: ${JSON.stringify({ cases })}\n`);
  const { stdout } = await call(['test', 'cases.yaml', '--json'], { cwd });
  return JSON.parse(stdout);
};

test('a case waits for no retries of transport faults', async () => {
  const failing = (code: string, times: number) => [{ error: { code, message: 'down' }, times }, ...GIVES];
  const failed = { outcome: 'failed', error: { code: 'RESOURCE_UNAVAILABLE' } };
  const input = { n: 1 };
  const report = await tested([
    { name: 'throttled', input, mocks: { load_user: failing(THROTTLED.error.code, 4) }, output: { result: 'a mock' } },
    { name: 'for ever', input, mocks: { load_user: [{ error: { code: 'Lambda.ServiceException' } }] }, output: failed },
    { name: 'killed', input, mocks: { load_user: failing('Runtime.ExitError', 1) }, output: failed },
    ...ERROR_CODES.map((code) => ({
      name: code,
      input,
      mocks: { load_user: failing(code, 1) },
      output: { outcome: 'failed', error: { code } },
    })),
  ]);
  expect(report).toMatchObject({ failed: 0, passed: 3 + ERROR_CODES.length });
});

test('a case whose input is refused needs no mocks', async () => {
  writeFileSync(
    join(cwd, 'absent.yaml'),
    `${STEPS.replaceAll('/my/', '/absent/')}
test:
  cases:
    - { name: refused, input: { n: one }, output: { outcome: failed, error: { code: INVALID_INPUT } } }
    - { name: empty, output: { outcome: failed, error: { code: INVALID_INPUT } } }
`,
  );
  const { stdout } = await call(['test', 'absent.yaml', '--json'], { cwd });
  expect(JSON.parse(stdout)).toMatchObject({ passed: 2, failed: 0 });
});

const CONFIG = `
plugins:
  outside:
    type: mock
    components:
      /my/missing: { behaviors: [{ outcome: success, result: from the configuration }] }
  here: { type: builtin }
routes: { "/": [{ plugin: outside }, { plugin: here }] }
`;

const configured = project({
  'stepflow-config.yml': CONFIG,
  'flow.yaml': `
steps: [{ id: far, component: /my/missing }, { id: near, component: /my/save, input: { user: { $step: far } } }]
output: { $step: near }
`,
  'lambdas/my/save.ts': componentSource('return input.user;'),
});

test('a component that the configuration mocks needs no file: validate accepts it, run says that a mock answers', async () => {
  const validated = await call(['validate', 'flow.yaml'], { cwd: configured });
  expect(validated).toMatchObject({ code: 0, stderr: expect.not.stringContaining('/my/missing') });

  const { code, stdout, stderr } = await call(['run', 'flow.yaml', '--json'], { cwd: configured });
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ outcome: 'success', result: 'from the configuration' });
  expect(stderr).toMatch(/^Mocks of .*stepflow-config\.yml answer in place of \/my\/missing$/m);
});

test('mocks of --mocks go before those of the configuration', async () => {
  writeFileSync(join(configured, 'mocks.json'), JSON.stringify({ '/my/missing': GIVES }));
  const { stdout } = await call(['run', 'flow.yaml', '--mocks', 'mocks.json', '--json'], { cwd: configured });
  expect(JSON.parse(stdout)).toMatchObject({ outcome: 'success', result: 'a mock' });
});

test('a configuration that is wrong refuses the run', async () => {
  const cwd = project({ 'stepflow-config.yml': 'plugins: 3', 'flow.yaml': 'steps: [{ id: a, component: /noop }]' });
  const { code, stdout } = await call(['run', 'flow.yaml', '--json'], { cwd });
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({ outcome: 'failed', diagnostics: [{ code: 'wrong-type' }] });
});
