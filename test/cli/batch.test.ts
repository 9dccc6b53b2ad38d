import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { randomFrom } from '../../lib/run/durable/random.ts';
import { runs, SEED } from '../chance.ts';
import { componentSource, project } from '../run/project.ts';
import { type Running, stepflow } from './running.ts';
import { call } from './terminal.ts';

/** Says what it begins; fails for what a file of that name says, and takes its time where it is told to. */
const work = (folder: string): string =>
  componentSource(`
  const { appendFileSync, existsSync } = await import('node:fs');
  const { join } = await import('node:path');
  const here = (name) => join(${JSON.stringify(folder)}, name);
  const { setTimeout: sleep } = await import('node:timers/promises');
  appendFileSync(here('said'), input.step + input.n + '\\n');
  await sleep(input.n % 3);
  if (input.step === 'b' && existsSync(here('fails' + input.n))) throw new FlowError('RESOURCE_UNAVAILABLE', 'down');
  return { n: input.n };
`);

const FLOW = `
name: lines
inputSchema: { type: object, properties: { n: { type: integer } }, required: [n] }
steps:
  - { id: a, component: /my/work, input: { step: a, n: { $input: n } } }
  - { id: b, component: /my/work, input: { step: b, n: { $step: a, path: n } } }
output: { got: { $step: b, path: n } }
`;

const LINES = 40;

function setUp({ lines = LINES, fails = [] as readonly number[] } = {}) {
  const inputs = Array.from({ length: lines }, (_none, n) => `{"n": ${n}}\n${n % 7 === 0 ? '\n' : ''}`).join('');
  const files = Object.fromEntries(fails.map((n) => [`fails${n}`, '']));
  const cwd = project({ 'flow.yaml': FLOW, 'lambdas/my/work.ts': '', 'in.jsonl': inputs, ...files });
  writeFileSync(join(cwd, 'lambdas/my/work.ts'), work(cwd));
  const read = (file: string): readonly string[] =>
    existsSync(join(cwd, file)) ? readFileSync(join(cwd, file), 'utf8').split('\n').slice(0, -1) : [];
  const batch = (): string => {
    const folder = join(cwd, '.stepflow/batches');
    return join('.stepflow/batches', (existsSync(folder) && readdirSync(folder)[0]) || 'none');
  };
  return {
    cwd,
    said: () => read('said'),
    /** What the batch has answered. */
    answers: () => read(`${batch()}/answers.jsonl`),
    /** The calls that the journals and the answers have, such as `a7`. */
    recorded: (): readonly string[] => {
      const answered = read(`${batch()}/answers.jsonl`).map((line) => JSON.parse(line).answer.result?.got as number);
      const folder = join(cwd, batch(), 'lines');
      const calls = (existsSync(folder) ? readdirSync(folder) : []).flatMap((file) => {
        const records = read(`${batch()}/lines/${file}`).map((line) => JSON.parse(line));
        const n = JSON.parse(records[0]?.input ?? '{}').n;
        return records.flatMap(({ type, id, result }) =>
          type === 'call' && result ? [`${id.split(' ')[1]}${n}`] : [],
        );
      });
      return [...new Set([...answered.flatMap((n) => [`a${n}`, `b${n}`]), ...calls])];
    },
    run: (...argv: readonly string[]) => call(['run', 'flow.yaml', '--inputs', 'in.jsonl', ...argv], { cwd }),
    start: (...argv: readonly string[]): Running =>
      stepflow(['run', 'flow.yaml', '--inputs', 'in.jsonl', '--json', ...argv], cwd),
  };
}

const results = (stdout: string): readonly unknown[] =>
  stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));

const count = (said: readonly string[], name: string): number => said.filter((line) => line === name).length;

describe('a batch that is killed at any moment', () => {
  const random = randomFrom(`batch ${SEED}`);
  const draws = Array.from({ length: runs(2) }, () => Array.from({ length: 3 }, () => Math.floor(random() * LINES)));

  test.each(draws)(
    'goes on: nothing is lost, and nothing done again that is recorded: %i, %i, %i',
    async (...kills) => {
      const { said, answers, recorded, start } = setUp();
      let isFirst = true;
      for (const lines of kills) {
        const [done, before] = [recorded(), said()];
        const running = start(...(isFirst ? [] : ['--resume']));
        await running.until(() => answers().length >= done.length / 2 + lines / 4 && answers().length > 0);
        running.kill('SIGKILL');
        await running.end();
        for (const name of done) expect({ [name]: count(said(), name) }).toEqual({ [name]: count(before, name) });
        isFirst = false;
      }
      const done = recorded();
      const before = said();
      const { code, stdout } = await start('--resume').end();

      expect(results(stdout)).toMatchObject(
        Array.from({ length: LINES }, (_none, n) => ({ outcome: 'success', result: { got: n } })),
      );
      expect(code).toBe(0);
      for (const name of done) expect({ [name]: count(said(), name) }).toEqual({ [name]: count(before, name) });
      expect(recorded()).toHaveLength(2 * LINES);
    },
    300_000,
  );
});

describe('a batch with lines that fail', () => {
  test('says how to continue it, which repeats only what failed in them', async () => {
    const { cwd, said, run } = setUp({ lines: 6, fails: [1, 4] });
    const first = await run();

    expect(first.code).toBe(1);
    expect(first.stderr).toMatch(
      /^4 of 6 runs succeeded\nNext: stepflow run flow\.yaml --inputs in\.jsonl --resume [0-9a-f]{8}\n$/,
    );
    expect(results(first.stdout)).toMatchObject(
      [0, 1, 2, 3, 4, 5].map((n) =>
        n % 3 === 1 ? { outcome: 'failed', error: { code: 'RESOURCE_UNAVAILABLE' } } : { result: { got: n } },
      ),
    );
    const [id] = /[0-9a-f]{8}$/m.exec(first.stderr) ?? [];
    rmSync(join(cwd, 'fails1'));
    const second = await run('--resume', id ?? '');
    expect(second).toMatchObject({ code: 1, stderr: expect.stringContaining('5 of 6 runs succeeded') });
    rmSync(join(cwd, 'fails4'));
    const third = await run('--resume', id ?? '');

    expect(third).toMatchObject({ code: 0, stderr: '6 of 6 runs succeeded\n' });
    expect(results(third.stdout)).toMatchObject([0, 1, 2, 3, 4, 5].map((n) => ({ result: { got: n } })));
    expect([0, 1, 2, 3, 4, 5].map((n) => [count(said(), `a${n}`), count(said(), `b${n}`)])).toEqual([
      [1, 1],
      [1, 2],
      [1, 1],
      [1, 1],
      [1, 3],
      [1, 1],
    ]);
  });

  test.each([
    ['no batch', ['--resume'], 'there is no batch of flow.yaml with the inputs in.jsonl'],
    ['an unknown id', ['--resume', 'abc'], 'there is no batch "abc" of flow.yaml'],
  ])('refuses to continue %s', async (_what, argv, message) => {
    const { code, stderr } = await setUp().run(...argv);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });

  test('refuses to continue with another flow, other lines, or a damaged file', async () => {
    const { cwd, answers, run } = setUp({ lines: 3, fails: [1] });
    await run();
    writeFileSync(join(cwd, 'in.jsonl'), '{"n": 5}\n{"n": 1}\n{"n": 2}\n');
    expect(await run('--resume')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('line 1 of the inputs is another one'),
    });
    writeFileSync(join(cwd, 'in.jsonl'), '{"n": 0}\n\n{"n": 1}\n{"n": 2}\n');
    writeFileSync(join(cwd, 'flow.yaml'), FLOW.replace('got:', 'gotten:'));
    expect(await run('--resume')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('have changed since the batch'),
    });
    writeFileSync(join(cwd, 'flow.yaml'), `# another comment${FLOW}`);
    const [id] = readdirSync(join(cwd, '.stepflow/batches'));
    writeFileSync(
      join(cwd, '.stepflow/batches', id ?? '', 'answers.jsonl'),
      `${answers().join('\n').replace('0', '1')}\n`,
    );
    expect(await run('--resume')).toMatchObject({ code: 2, stderr: expect.stringContaining('is damaged') });
  });

  test('tells of a line that is not JSON before anything runs', async () => {
    const { cwd, said, run } = setUp({ lines: 3 });
    writeFileSync(join(cwd, 'in.jsonl'), '{"n": 0}\n{"n": 1\n');
    expect(await run()).toMatchObject({ code: 2, stderr: expect.stringContaining('in.jsonl, line 2') });
    expect(said()).toEqual([]);
  });
});

test('reads inputs from standard input, and keeps them for its continuation', async () => {
  const { cwd, said } = setUp({ fails: [1] });
  const argv = ['run', 'flow.yaml', '--inputs', '-'];
  const first = await call(argv, { cwd, stdin: '{"n": 0}\n{"n": 1}\n' });
  expect(first).toMatchObject({ code: 1, stderr: expect.stringContaining('1 of 2 runs succeeded') });
  rmSync(join(cwd, 'fails1'));
  const { code, stdout } = await call([...argv, '--resume'], { cwd });
  expect(code).toBe(0);
  expect(results(stdout)).toMatchObject([{ result: { got: 0 } }, { result: { got: 1 } }]);
  expect(said().toSorted()).toEqual(['a0', 'a1', 'b0', 'b1', 'b1']);
});

test('a run is resumed without its id: the latest of the flow that has not succeeded', async () => {
  const { cwd, said } = setUp({ fails: [1] });
  const argv = ['run', 'flow.yaml', '--json'];
  await call([...argv, '--input', '{"n": 1}'], { cwd });
  await call([...argv, '--input', '{"n": 2}'], { cwd });
  rmSync(join(cwd, 'fails1'));
  const { code, stdout } = await call([...argv, '--resume'], { cwd });
  expect(JSON.parse(stdout)).toMatchObject({ outcome: 'success', result: { got: 1 } });
  expect(code).toBe(0);
  expect(said()).toEqual(['a1', 'b1', 'a2', 'b2', 'b1']);
  expect(await call([...argv, '--resume'], { cwd })).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('was interrupted or has failed'),
  });
});
