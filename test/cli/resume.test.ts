import { expect, test } from 'vitest';
import { project } from '../run/project.ts';
import { call, steady } from './terminal.ts';

const mocks = (last: object): string => JSON.stringify({ '/my/look_up': [{ result: { id: 7 } }], '/my/save': [last] });

const setUp = () =>
  project({
    'flow.yaml': `
name: resumed
steps:
  - { id: look_up, component: /my/look_up, input: { $input: name } }
  - { id: save, component: /my/save, input: { $step: look_up, path: id } }
output: { $step: save }
`,
    'other.yaml': '{ steps: [{ id: a, component: /noop, input: 1 }], output: { $step: a } }',
    'down.json': mocks({ error: { code: 'RESOURCE_UNAVAILABLE', message: 'down' } }),
    'up.json': mocks({ result: 'saved' }),
    'inputs.jsonl': '{}\n',
  });

const FAILED = ['run', 'flow.yaml', '--input', '{"name": "Ada"}', '--mocks', 'down.json'];

test('a failed run says how to go on, and goes on', async () => {
  const cwd = setUp();
  const failed = await call(FAILED, { cwd });
  const next = /^Next: stepflow (run flow\.yaml --resume \w{8})$/m.exec(failed.stderr)?.[1];

  expect(failed.code).toBe(1);
  expect(failed.stdout).toContain(`run ${next?.slice(-8)}\n`);
  const { code, stdout, stderr } = await call([...(next ?? '').split(' '), '--mocks', 'up.json'], { cwd });
  expect({ code, stderr }).toEqual({ code: 0, stderr: 'Next: stepflow compile flow.yaml\n' });
  expect(steady(stdout)).toMatchInlineSnapshot(`
    "resumed 2 steps, run ID
      ✔ look_up /my/look_up T, completed earlier
      ✔ save /my/save T

      ✔ look_up ▁▁▁ T
      ✔ save ▁▁▁ T
       0 ... T
      T of work in T
      █ critical path: look_up → save

    ✔ success in T, N transitions
    "saved"
    "
  `);
});

test('a run says what it lacks or what it has too much, and is not begun', async () => {
  const cwd = setUp();
  const { execution } = JSON.parse((await call([...FAILED, '--json'], { cwd })).stdout);
  const resume = (...argv: string[]) => call(['run', 'flow.yaml', '--resume', ...argv], { cwd });
  const help = async (...argv: string[]) => {
    const { code, stdout, stderr } = await resume(...argv);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    return stderr;
  };

  expect(execution.resume).toBe(execution.id.split(':').at(-1));
  expect(await help('nobody')).toContain(
    `there is no run "nobody"\n  help: the latest runs are\n    ${execution.resume}`,
  );
  expect(await help(execution.resume, '--input', '{}')).toContain('was started with another input');
  expect(await help(execution.resume, '--var', 'a=1')).toContain('"a" cannot change');
  expect(await help(execution.resume, '--inputs', 'inputs.jsonl')).toContain(`no batch "${execution.resume}"`);
  const other = await call(['run', 'other.yaml', '--resume', execution.resume], { cwd });
  expect(other).toMatchObject({ code: 2, stderr: expect.stringContaining(`the run ${execution.resume} is one of`) });
});

test('with --json the result of a resumed run is printed, and nothing else', async () => {
  const cwd = setUp();
  const { execution } = JSON.parse((await call([...FAILED, '--json'], { cwd })).stdout);
  const again = ['run', 'flow.yaml', '--resume', execution.id, '--mocks', 'up.json', '--json'];
  const { code, stdout, stderr } = await call(again, { cwd });

  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(JSON.parse(stdout)).toMatchObject({ outcome: 'success', result: 'saved', execution: { id: execution.id } });
  expect(JSON.parse(stdout).execution.resume).toBeUndefined();
});

test('what has changed since is said', async () => {
  const cwd = setUp();
  const { execution } = JSON.parse((await call([...FAILED, '--json'], { cwd })).stdout);
  const { appendFileSync } = await import('node:fs');
  appendFileSync(`${cwd}/flow.yaml`, '# changed\n');
  const { stderr } = await call(['run', 'flow.yaml', '--resume', execution.resume, '--mocks', 'up.json'], { cwd });

  expect(stderr).toContain('warning: the flow has changed since the run began');
});

test('an empty input that nobody chose is said where it makes a difference', async () => {
  const cwd = setUp();

  expect((await call(['run', 'flow.yaml', '--mocks', 'up.json'], { cwd })).stderr).toContain(
    'No --input was given, and the flow has no examples: the input is {}\n',
  );
  expect((await call(['run', 'other.yaml'], { cwd })).stderr).not.toContain('No --input');
});
