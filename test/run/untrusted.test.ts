import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { prepareFlow } from '../../lib/run/run-flow.ts';
import { testFlow } from '../../lib/testing/index.ts';
import { runs } from '../chance.ts';
import { call } from '../cli/terminal.ts';
import { project } from './project.ts';

const program = join(import.meta.dirname, '../../bin/stepflow.js');

/** Calls `stepflow` in a process of its own: what it leaves on standard output is all that was written there. */
function stepflow(cwd: string, ...argv: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...argv], { cwd, encoding: 'utf8' });
  return { status, stdout, stderr };
}

/** A component that does one thing as it loads, and another one as it runs. */
const source = (atLoad: string, atRun: string, options = ''): string => `
import { component, FlowError, SkipStep } from 'stepflow-aws/component';
import { execSync } from 'node:child_process';
import { writeSync } from 'node:fs';
import { exit } from 'node:process';
import * as z from 'zod';
${atLoad}
export default component({ input: z.any(), output: z.any(), ${options} }, async (input, ctx) => { ${atRun} });
`;

/** What a component does to its process, and what is said of it. */
const DEEDS = {
  'exits as if all were well': ['process.exit(0);', 'exit status 0'],
  'exits with a code': ['exit(3);', 'exit status 3'],
  'rejects where nobody waits': ['void Promise.reject(new RangeError("boom"));', 'RangeError: boom'],
  'waits for what never comes': ['await new Promise(() => {});', 'waits for something that never comes'],
  'kills its process': ['execSync(`kill -9 ${process.pid}`);', 'SIGKILL'],
  throws: ['throw new RangeError("boom");', 'boom'],
} as const;

type Deed = keyof typeof DEEDS;
const deeds = Object.keys(DEEDS) as Deed[];

const FLOW = `steps:
  - { id: fine, component: /my/fine, input: 1 }
  - { id: bad, component: /my/bad, input: 1 }
output: [{ $step: fine }, { $step: bad }]
test:
  cases:
    - { name: with it, output: { outcome: success } }
    - { name: without it, mocks: { bad: { result: 2 } }, output: { result: [1, 2] } }
`;

const projectWith = (bad: string): string =>
  project({
    'lambdas/my/bad.ts': bad,
    'lambdas/my/fine.ts': source('', 'return input;'),
    'flow.yaml': FLOW,
    'fine.yaml': '{ steps: [{ id: a, component: /my/fine, input: 1 }], output: { $step: a } }',
    'inputs.jsonl': '{}\n{}\n',
  });

describe('a component that does something to its process as it loads', () => {
  test.each(deeds)('%s: every command says so, at the component', async (deed) => {
    const cwd = projectWith(source(DEEDS[deed][0], 'return 1;'));
    const json = async (...argv: string[]) => JSON.parse((await call([...argv, '--json'], { cwd })).stdout);
    const problem = {
      code: 'component-not-loaded',
      file: expect.stringMatching(/lambdas\/my\/bad\.ts$/),
      message: expect.stringContaining(DEEDS[deed][1]),
    };
    for (const more of [[], ['--isolate']])
      expect(await json('run', 'flow.yaml', ...more)).toMatchObject({ outcome: 'failed', diagnostics: [problem] });
    expect(await json('validate', 'flow.yaml', 'fine.yaml')).toMatchObject({ ok: false, diagnostics: [problem] });
    expect(await json('test', 'flow.yaml')).toMatchObject({
      cases: [
        { name: 'with it', status: 'refused' },
        { name: 'without it', status: 'passed' },
      ],
    });
  });

  test('does not keep the others from being listed', async () => {
    const { code, stdout, stderr } = await call(['list-components', '--json'], {
      cwd: projectWith(source('process.exit(0);', 'return 1;')),
    });
    expect(JSON.parse(stdout).map(({ path }: { path: string }) => path)).toContain('/my/fine');
    expect([code, stderr]).toEqual([1, expect.stringContaining('"/my/bad" cannot be loaded')]);
  });

  test.each([
    ['blocks', 'for (;;);'],
    ['waits while something goes on', 'await new Promise(() => setInterval(() => {}, 1000));'],
  ])('%s: it has as long as on Lambda, and those that wait for their turn are loaded', async (_, atLoad) => {
    const cwd = projectWith(source(atLoad, 'return 1;'));
    const { diagnostics } = await prepareFlow({ file: join(cwd, 'flow.yaml') });
    expect(diagnostics).toMatchObject([
      { message: 'The component "/my/bad" cannot be loaded: it is not loaded after 10 s' },
    ]);
  });

  test('later than that: it fails the calls that it has, or the next', async () => {
    const bad = source('setTimeout(() => { throw new RangeError("boom"); }, 20);', 'await new Promise(() => {});');
    const flow = await prepareFlow({ file: join(projectWith(bad), 'flow.yaml') });
    expect((await flow.run()).result).toMatchObject({
      outcome: 'failed',
      error: { code: 'RESOURCE_UNAVAILABLE', message: expect.stringContaining('boom'), data: { step: 'bad' } },
    });
  });
});

describe('a component that does something to its process as it runs', () => {
  test.each(deeds.filter((deed) => deed !== 'throws'))('%s: its step fails, in every run', async (deed) => {
    const cwd = projectWith(source('', `${DEEDS[deed][0]} await new Promise(() => {});`));
    const failed = {
      outcome: 'failed',
      error: { code: 'RESOURCE_UNAVAILABLE', message: expect.stringContaining(DEEDS[deed][1]), data: { step: 'bad' } },
    };
    const batch = await call(['run', 'flow.yaml', '--inputs', 'inputs.jsonl'], { cwd });
    const lines = batch.stdout.trim().split('\n');
    expect([batch.code, ...lines.map((line) => JSON.parse(line))]).toMatchObject([1, failed, failed]);
    const tested = await call(['test', 'flow.yaml', '--json'], { cwd });
    expect([tested.code, JSON.parse(tested.stdout)]).toMatchObject([1, { passed: 1, failed: 1 }]);
  });

  test('kills its process: no step beside it is blamed, wherever it stands and however it is checked', async () => {
    const kill = DEEDS['kills its process'][0];
    const schema = `input: z.any().refine(() => { ${kill} return true; })`;
    const bads = [source('', kill), source('', 'return 1;', schema), source('', `await null; ${kill}`)];
    const places = fc.record({ bad: fc.constantFrom(...bads), before: fc.nat(4), after: fc.nat(4) });
    await fc.assert(
      fc.asyncProperty(places, async ({ bad, before, after }) => {
        const fine = (name: string) => (_: unknown, at: number) =>
          `  - { id: ${name}${at}, component: /my/fine, input: 1 }`;
        const steps = [
          ...Array.from({ length: before }, fine('before')),
          '  - { id: bad, component: /my/bad, input: 1 }',
          ...Array.from({ length: after }, fine('after')),
        ];
        const flow = await prepareFlow({
          file: join(
            project({
              'lambdas/my/bad.ts': bad,
              'lambdas/my/fine.ts': source('', 'return input;'),
              'flow.yaml': `steps:\n${steps.join('\n')}\noutput: { $step: bad }\n`,
            }),
            'flow.yaml',
          ),
        });
        expect((await flow.run()).result).toMatchObject({ outcome: 'failed', error: { data: { step: 'bad' } } });
      }),
      { numRuns: runs(4) },
    );
  });

  test('blocks: it fails when its time is over, and nothing else does', async () => {
    const cwd = projectWith(source('', 'for (;;);', 'timeout: 0.2'));
    const { cases } = await testFlow({
      file: 'flow.yaml',
      home: cwd,
      source: readFileSync(join(cwd, 'flow.yaml'), 'utf8'),
    });
    expect(cases).toMatchObject([{ status: 'failed', found: { error: { code: 'TIMEOUT' } } }, { status: 'passed' }]);
  });

  test('blocks, and is cancelled: the run ends', async () => {
    const cwd = projectWith(source('', 'console.log("up"); for (;;);'));
    const flow = await prepareFlow({ file: join(cwd, 'flow.yaml') });
    const stopped = new AbortController();
    const { result } = await flow.run({
      signal: stopped.signal,
      onEvent: (event) => event.type === 'output' && event.line === 'up' && stopped.abort(),
    });
    expect(result).toMatchObject({ outcome: 'failed', error: { code: 'CANCELLED' } });
  });

  test('after its run has ended: a warning says so', () => {
    const cwd = projectWith(source('', 'setTimeout(() => { throw new RangeError("boom"); }, 1); return 1;'));
    const { status, stdout, stderr } = stepflow(cwd, 'run', 'flow.yaml', '--json');
    const { outcome } = JSON.parse(stdout);
    expect([status, outcome]).toEqual(outcome === 'success' ? [0, 'success'] : [1, 'failed']);
    expect(stdout + stderr).toContain('RangeError: boom');
  });
});

describe('standard output', () => {
  /** Ways to write to it. */
  const WRITES = [
    'console.log("SPOILED")',
    'console.table([1])',
    'process.stdout.write("SPOILED\\n")',
    'writeSync(1, "SPOILED\\n")',
    'execSync("echo SPOILED", { stdio: "inherit" })',
    'execSync("echo SPOILED >&2", { stdio: "inherit" })',
  ];

  test.each([[[]], [['--isolate']]])('belongs to the command alone, whatever components write (%s)', async (more) => {
    const writes = fc.array(fc.constantFrom(...WRITES), { minLength: 1, maxLength: 4 }).map((all) => all.join('; '));
    await fc.assert(
      fc.asyncProperty(writes, writes, async (atLoad, atRun) => {
        const cwd = projectWith(source(atLoad, `${atRun}; return 1;`));
        const ran = stepflow(cwd, 'run', 'flow.yaml', '--json', ...more);
        expect([ran.status, JSON.parse(ran.stdout)]).toMatchObject([0, { outcome: 'success', result: [1, 1] }]);
        // These load components in one way.
        const others = more.length > 0 ? [] : [['test', 'flow.yaml'], ['validate', 'flow.yaml'], ['list-components']];
        for (const argv of others) expect(() => JSON.parse(stepflow(cwd, ...argv, '--json').stdout)).not.toThrow();
      }),
      { numRuns: runs(1) },
    );
  });

  test('is complete where a component leaves a process behind', () => {
    const leave = 'execSync("sleep 60 & echo left", { stdio: "inherit", shell: "/bin/sh" });';
    const { status, stdout, stderr } = stepflow(
      projectWith(source('', `${leave} return 1;`)),
      'run',
      'flow.yaml',
      '--json',
    );
    expect([status, JSON.parse(stdout).outcome, stderr]).toEqual([0, 'success', expect.stringContaining('left')]);
  });
});

describe('whatever a component throws or logs', () => {
  const NAMES = ['boom', 'TIMEOUT', 'SkipStep', 'Runtime.ExitError', 'constructor', ''];
  const FIELDS = ['message', 'stack', 'name', 'cause', 'code', 'toString'];
  const VALUES = ['5', 'null', 'undefined', '{}', 'Symbol("s")', '1n', '"text"', 'Object.create(null)', 'it'];
  const error = fc
    .tuple(
      fc.constantFrom(
        'new Error("boom")',
        'new FlowError("TIMEOUT", "late")',
        'new SkipStep()',
        '{}',
        'Object.create(null)',
      ),
      fc.array(fc.tuple(fc.constantFrom(...FIELDS), fc.constantFrom(...VALUES), fc.boolean()), { maxLength: 3 }),
      fc.constantFrom(...NAMES),
      fc.constantFrom('it', 'Object.freeze(it)', 'new Proxy(it, { get() { throw it; } })'),
    )
    .map(([start, fields, name, given]) => {
      const set = fields.map(([field, value, isGetter]) =>
        isGetter
          ? `Object.defineProperty(it, "${field}", { configurable: true, get() { throw ${value}; } });`
          : `Object.defineProperty(it, "${field}", { configurable: true, value: ${value} });`,
      );
      const named = name === '' ? '' : `Object.defineProperty(it, "name", { configurable: true, value: "${name}" });`;
      return `const it = ${start}; ${named} ${set.join(' ')} return ${given};`;
    });
  const thrown = fc.oneof(
    { arbitrary: error, weight: 4 },
    { arbitrary: fc.constantFrom(...VALUES.slice(0, -1)).map((value) => `return ${value};`), weight: 1 },
  );
  const how = fc.constantFrom('throw', 'later', 'reject', 'log');

  test('is a failure of its step, or none', async () => {
    const cwd = projectWith(
      source(
        '',
        `const thrown = new Function('FlowError', 'SkipStep', input.thrown)(FlowError, SkipStep);
         if (input.how === 'throw') throw thrown;
         if (input.how === 'reject') void Promise.reject(thrown);
         if (input.how === 'later') setImmediate(() => { throw thrown; });
         if (input.how !== 'log') await new Promise((done) => setTimeout(done, 1000));
         ctx.logger.info('logged', { thrown, inside: { thrown } });
         return 1;`,
      ),
    );
    const step = '{ steps: [{ id: bad, component: /my/bad, input: { $input: $ } }], output: { $step: bad } }';
    const flow = await prepareFlow({ file: 'flow.yaml', home: cwd, source: step });
    await fc.assert(
      fc.asyncProperty(thrown, how, async (code, means) => {
        const { result } = await flow.run({ input: { thrown: code, how: means } });
        if (means === 'log') expect(result).toEqual({ outcome: 'success', result: 1 });
        else if (result.outcome === 'skipped')
          expect([means, code]).toEqual(['throw', expect.stringContaining('Skip')]);
        else
          expect(result).toMatchObject({
            outcome: 'failed',
            error: { code: expect.any(String), message: expect.any(String), data: { step: 'bad' } },
          });
      }),
      { numRuns: runs(60) },
    );
  });
});
