import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { prepareFlow } from '../../lib/index.ts';
import type { PreparedFlow } from '../../lib/run/run-flow.ts';
import { testFlow } from '../../lib/testing/index.ts';
import { runs } from '../chance.ts';
import { call } from '../cli/terminal.ts';
import { componentSource, project } from './project.ts';

/** What components do that would end their process, by name, and what the step says of it. */
const ENDS = {
  'an error in a timer': ['setTimeout(() => { throw new RangeError("boom"); }, 2);', 'nobody caught RangeError: boom'],
  'an error in an interval': [
    'const i = setInterval(() => { clearInterval(i); throw new RangeError("boom"); }, 2);',
    'RangeError: boom',
  ],
  'an error in an immediate': ['setImmediate(() => { throw new RangeError("boom"); });', 'RangeError: boom'],
  'an error in a tick': ['process.nextTick(() => { throw new RangeError("boom"); });', 'RangeError: boom'],
  'an error in a microtask': ['queueMicrotask(() => { throw new RangeError("boom"); });', 'RangeError: boom'],
  'an error in an event': [
    'const e = new EventEmitter(); setTimeout(() => e.emit("error", new RangeError("boom")), 2);',
    'boom',
  ],
  'an error in a callback': ['readFile("/none", () => { throw new RangeError("boom"); });', 'RangeError: boom'],
  'a connection that nobody watches': ['connect(1, "127.0.0.1");', 'ECONNREFUSED'],
  'an unhandled rejection': ['void Promise.reject(new RangeError("boom"));', 'RangeError: boom'],
  'a late unhandled rejection': [
    'void new Promise((_, no) => setTimeout(() => no(new RangeError("boom")), 2));',
    'boom',
  ],
  'a thrown text': ['setTimeout(() => { throw "boom"; }, 2);', 'nobody caught boom'],
  'a thrown null': ['setTimeout(() => { throw null; }, 2);', 'nobody caught null'],
  'a thrown object without a text': ['setTimeout(() => { throw Object.create(null); }, 2);', 'nobody caught something'],
  'an exit': ['process.exit(3);', 'exit status 3'],
  'an exit in a timer': ['setTimeout(() => process.exit(3), 2);', 'exit status 3'],
  'an exit that it catches itself': ['try { process.exit(3); } catch { /* goes on */ }', 'exit status 3'],
  'an exit by its import': ['exit(3);', 'exit status 3'],
  'a real exit': ['process.reallyExit(3);', 'exit status 3'],
  'an abort': ['process.abort();', 'signal: aborted'],
  'a signal to itself': ['process.kill(process.pid, "SIGKILL");', 'signal: SIGKILL'],
  'a signal to its group': ['process.kill(0);', 'signal: SIGTERM'],
} as const;

type End = keyof typeof ENDS;

/** One of each way to end a process, for tests that prepare a flow for each of them. */
const WAYS: readonly End[] = [
  'an error in a timer',
  'an unhandled rejection',
  'a thrown null',
  'an exit',
  'a real exit',
  'an abort',
  'a signal to its group',
];

/** Values that are no JSON, and what is said of them. */
const NO_JSON = {
  '1n': 'is a BigInt: JSON has no such numbers; return Number(x) or String(x)',
  'Number.NaN': 'is NaN: JSON has finite numbers only',
  '-Infinity': 'is -Infinity: JSON has finite numbers only',
  '() => 1': 'is a function: JSON has none',
  'Symbol("s")': 'is a symbol: JSON has none',
  'new Map([[1, 2]])': 'is a Map: JSON has none; return Object.fromEntries(x)',
  'new Set([1])': 'is a Set: JSON has none; return [...x]',
  'new Date(Number.NaN)': 'is an invalid date',
  'Promise.resolve(1)': 'is a Promise, an await is missing: JSON has none; return await x',
  'new TypeError("t")': 'is an Error: JSON has none; return x.message',
  'new Uint8Array(2)': 'is a typed array: JSON has none; return [...x]',
  '({ toJSON() { throw new Error("boom"); } })': 'is what throws when it is read (boom)',
} as const;

const MISBEHAVES = `
import { EventEmitter } from 'node:events';
import { readFile } from 'node:fs';
import { connect } from 'node:net';
import { exit } from 'node:process';
${componentSource(`
  process.stdout.write('printed by a component\\n');
  process.exitCode = 0;
  switch (input.does) {
${Object.entries(ENDS)
  .map(([name, [code]]) => `    case ${JSON.stringify(name)}: { ${code} break; }`)
  .join('\n')}
    case 'a rejection': throw new RangeError('boom');
    case 'no JSON': return [...input.at].reverse().reduce((inner, key) => typeof key === 'number' ? [...Array(key).fill(0), inner] : { [key]: inner }, eval(input.value));
    case 'a cycle': { const all = { list: [] }; all.list.push(all); return { all }; }
    case 'an error after its end': setTimeout(() => { throw new RangeError('boom'); }, 2); return 1;
    case 'a wait for ever': return new Promise(() => {});
    case 'nothing': return { at: new Date(0), gone: undefined, list: [undefined] };
  }
  return new Promise(() => {});
`)}`;

const FLOW = `
steps:
  - { id: other, component: /my/fine, input: {} }
  - { id: bad, component: /my/misbehaves, input: { $input: $ } }
output: [{ $step: other }, { $step: bad }]
`;

const cwd = project({
  'flow.yaml': FLOW,
  'late.yaml': `
steps:
  - { id: bad, component: /my/misbehaves, input: { does: an error after its end } }
  - { id: slow, component: /my/slow, input: { $step: bad } }
output: { $step: slow }
`,
  'secret.yaml': `
variablesSchema: { type: object, properties: { key: { type: string, is_secret: true } } }
steps: [{ id: bad, component: /my/tells, input: { key: { $variable: key } } }]
output: { $step: bad }
`,
  'lambdas/my/tells.ts': componentSource(
    'setTimeout(() => { throw new Error(`wrong key: ${input.key}`); }, 2); return new Promise(() => {});',
  ),
  'cases.yaml': `${FLOW}
test:
  cases:
${WAYS.map(
  (name) =>
    `    - { name: ${name}, input: { does: ${name} }, output: { outcome: failed, error: { code: RESOURCE_UNAVAILABLE } } }`,
).join('\n')}
    - { name: nothing, input: { does: nothing }, output: { result: [fine, { list: [null] }] } }
`,
  'lambdas/my/misbehaves.ts': MISBEHAVES,
  'lambdas/my/fine.ts': componentSource(`return 'fine';`),
  'lambdas/my/slow.ts': componentSource('return new Promise((done) => setTimeout(done, 2000, 1));'),
});

const open = (name: string, variables = {}): Promise<PreparedFlow> =>
  prepareFlow({ file: name, home: cwd, source: readFileSync(join(cwd, name), 'utf8'), variables });

let flow: PreparedFlow;
let late: PreparedFlow;

beforeAll(async () => {
  flow = await open('flow.yaml');
  late = await open('late.yaml');
});

const end = fc.constantFrom(...(Object.keys(ENDS) as End[]));

const STEP = { step: 'bad', component: '/my/misbehaves', attempt: 0 };

/** Where a step failed: in its component's own stack where that threw an error, else at its place in the flow. */
const whereBy = (name: End, place: object) =>
  /new RangeError|connect\(/.test(ENDS[name][0])
    ? { data: { ...STEP, stack: expect.any(Array) } }
    : { data: STEP, place };

const failureBy = (name: End) => ({
  outcome: 'failed',
  error: {
    code: 'RESOURCE_UNAVAILABLE',
    message: expect.stringContaining(ENDS[name][1]),
    ...whereBy(name, { file: 'flow.yaml', line: 4, column: 11 }),
  },
});

describe('a component that would end its process', () => {
  test.each(Object.keys(ENDS) as End[])('by %s fails its step', async (name) => {
    expect((await flow.run({ input: { does: name } })).result).toEqual(failureBy(name));
  });

  test('fails the step of its own run, however many run at once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(end, { minLength: 2, maxLength: 8 }), async (names) => {
        const ran = await Promise.all(names.map((name) => flow.run({ input: { does: name } })));
        expect(ran.map(({ result }) => result)).toEqual(names.map(failureBy));
      }),
      { numRuns: runs(6) },
    );
  });

  test('leaves one JSON value on standard output, and takes the exit code of the run', async () => {
    await fc.assert(
      fc.asyncProperty(end, async (does) => {
        const { code, stdout } = await call(['run', 'flow.yaml', '--input', JSON.stringify({ does }), '--json'], {
          cwd,
        });
        expect([code, JSON.parse(stdout)]).toEqual([1, expect.objectContaining(failureBy(does))]);
      }),
      { numRuns: runs(2) },
    );
  });

  test('leaves the results of all other cases', async () => {
    const source = readFileSync(join(cwd, 'cases.yaml'), 'utf8');
    const { cases } = await testFlow({ file: 'cases.yaml', home: cwd, source, concurrency: 8 });
    expect(cases.map(({ name, status }) => [name, status])).toEqual(
      [...WAYS, 'nothing'].map((name) => [name, 'passed']),
    );
  });

  test.each<End>(['an error in a timer', 'an exit'])('does the same in a sandbox: %s', async (name) => {
    expect((await flow.run({ input: { does: name }, isolate: true })).result).toEqual(failureBy(name));
  });

  test.each([false, true])(
    'after its step has ended fails the run, which names it (in a sandbox: %s)',
    async (isolate) => {
      const { result } = await late.run({ isolate });
      expect(result).toEqual({
        outcome: 'failed',
        error: {
          code: 'RESOURCE_UNAVAILABLE',
          message: expect.stringMatching(
            /^step "bad" had ended when its component \/my\/misbehaves did: .*RangeError: boom/,
          ),
          ...(isolate
            ? { data: STEP, place: { file: 'late.yaml', line: 3, column: 11 } }
            : { data: { ...STEP, stack: expect.any(Array) } }),
        },
      });
    },
  );

  test('tells none of its secrets, but its own stack', async () => {
    const { result } = await (await open('secret.yaml', { key: 'hush-hush' })).run();
    expect(result).toMatchObject({
      error: {
        message: expect.stringMatching(/nobody caught Error: wrong key: \[secret\]$/),
        data: { stack: expect.arrayContaining(['Error: wrong key: [secret]']) },
      },
    });
    expect(JSON.stringify(result)).not.toContain('hush');
  });

  test('or waits for what never comes fails its step; what it prints is no part of the result', async () => {
    const program = join(import.meta.dirname, '../../bin/stepflow.js');
    const argv = [program, 'run', 'flow.yaml', '--input', '{"does": "a wait for ever"}', '--json'];
    const { status, stdout, stderr } = spawnSync(process.execPath, argv, { cwd, encoding: 'utf8' });
    expect({ status, ...JSON.parse(stdout) }).toMatchObject({
      status: 1,
      outcome: 'failed',
      error: { message: expect.stringContaining('waits for something that never comes'), data: { step: 'bad' } },
    });
    expect(stderr).toContain('printed by a component');
  });

  test('leaves nothing behind in the process', async () => {
    const names = ['emit', 'exit', 'abort', 'kill', 'reallyExit'];
    const functions = () => [...names.map((name) => Reflect.get(process, name)), queueMicrotask];
    const before = [...functions(), process.listenerCount('beforeExit')];
    await flow.run({ input: { does: 'an exit' } });
    expect([...functions(), process.listenerCount('beforeExit')]).toEqual(before);
  });
});

describe('a result that is no JSON', () => {
  const key = fc.oneof(fc.constantFrom('count', 'a b', 'x'), fc.nat(2));

  test('is said by its field, at any depth', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...(Object.keys(NO_JSON) as (keyof typeof NO_JSON)[])),
        fc.array(key, { maxLength: 5 }),
        async (value, at) => {
          const { result } = await flow.run({ input: { does: 'no JSON', at, value } });
          const path = at.map((one) => (one === 'a b' ? '["a b"]' : typeof one === 'number' ? `[${one}]` : `.${one}`));
          const message = `step "bad": result${path.join('')} ${NO_JSON[value]}`;
          expect(result).toMatchObject({
            outcome: 'failed',
            error: { code: 'COMPONENT_FAILED', message: expect.stringContaining(message), data: { step: 'bad' } },
          });
        },
      ),
      { numRuns: runs(24) },
    );
  });

  test('such as a cycle', async () => {
    expect((await flow.run({ input: { does: 'a cycle' } })).result).toMatchObject({
      error: { message: expect.stringContaining('result.all.list[0] is an object that contains it') },
    });
  });

  test('but for what JSON leaves out, writes as null or as a text', async () => {
    expect((await flow.run({ input: { does: 'nothing' } })).result).toEqual({
      outcome: 'success',
      result: ['fine', { at: '1970-01-01T00:00:00.000Z', list: [null] }],
    });
  });
});
