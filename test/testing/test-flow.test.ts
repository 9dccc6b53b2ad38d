import { existsSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { type CaseReport, type FlowReport, type TestOptions, testFlow } from '../../lib/testing/index.ts';
import { componentSource, project } from '../run/project.ts';

const CONFIG = `
plugins:
  builtin: { type: builtin }
  mock:
    type: mock
    components:
      /greet:
        behaviors:
          { name: Ada }: { outcome: success, result: { text: Hello Ada } }
          { name: Bob }: { outcome: failed, error: { code: RESOURCE_UNAVAILABLE, message: Bob is out } }
          { name: Cy }: { outcome: skipped }
  special:
    type: mock
    components:
      /greet: { behaviors: [{ result: { text: special } }] }
routes:
  /mock: [{ plugin: mock }]
  /mock/special: [{ plugin: special }]
  /builtin: [{ plugin: builtin }]
`;

const home = project({
  'stepflow-config.yml': CONFIG,
  'flows/other.yml': CONFIG.replace('Hello Ada', 'Other Ada'),
  'lambdas/my/echo.ts': componentSource('return input;'),
  'lambdas/my/keep.ts': componentSource('return { blob: (await ctx.blobs.put(input)).blobId };'),
  'lambdas/my/fill.ts': componentSource('return Buffer.alloc(input.mb * 1024 * 1024, 1).length;'),
  'lambdas/my/end.ts': componentSource('process.exit(7);'),
  'lambdas/my/kill.ts': componentSource(
    "(await import('node:child_process')).execFileSync('kill', ['-KILL', String(process.pid)]);",
  ),
});

afterEach(() => vi.unstubAllEnvs());

const run = (source: string, options: Partial<TestOptions> = {}): Promise<FlowReport> =>
  testFlow({ file: join(home, 'flows/flow.yaml'), source, ...options });

const statuses = ({ cases }: FlowReport): readonly string[] => cases.map(({ name, status }) => `${name}: ${status}`);

/** The only case of a flow. */
async function only(source: string, options: Partial<TestOptions> = {}): Promise<CaseReport> {
  const { cases, diagnostics } = await run(source, options);
  expect(diagnostics).toEqual([]);
  const [report, ...more] = cases;
  if (!report || more.length > 0) throw new Error(`there are ${cases.length} cases`);
  return report;
}

const GREET = `
steps: [{ id: greet, component: /mock/greet, input: { name: { $input: name }, more: 1 } }]
output: { $step: greet, path: text }
`;

describe('a case', () => {
  const ECHO = 'steps: [{ id: a, component: /my/echo, input: { $input: $ } }]\noutput: { $step: a }\n';

  test('passes where the flow gives what is written, and fails where it does not', async () => {
    const report = await run(`${ECHO}
test:
  cases:
    - { name: same, input: { x: 1, y: 2 }, output: { outcome: success, result: { x: 1 } } }
    - { name: other, input: { x: 1 }, output: { outcome: success, result: { x: 2 } } }
    - { name: lacking, input: {}, output: { result: { x: 2 } } }
    - { name: goes well }
    - { name: fails, output: { outcome: failed } }
`);
    expect(statuses(report)).toEqual([
      'same: passed',
      'other: failed',
      'lacking: failed',
      'goes well: passed',
      'fails: failed',
    ]);
    expect(report.cases[1]).toMatchObject({
      mismatches: [{ at: ['result', 'x'], problem: 'is a number (1), expected a number (2)' }],
      found: { outcome: 'success', result: { x: 1 } },
    });
    expect(report.cases[1]?.diff).toContain('-    "x": 2\n+    "x": 1');
  });

  test.each(['', ', output: { outcome: success }', ', output: { result: 1 }'])(
    'that fails where it expects success%s shows the error',
    async (output) => {
      const failed = '{ outcome: failed, error: { code: TIMEOUT, message: too late } }';
      const report = await run(
        `${ECHO}test: { cases: [{ name: a, input: {}, mocks: { /my/echo: ${failed} }${output} }] }`,
      );
      const [{ status, diff } = {}] = report.cases;
      expect(status).toBe('failed');
      expect(diff).toContain('+  "error": {\n+    "code": "TIMEOUT",\n+    "message": "too late"');
    },
  );

  test('has variables and mocks of its own, by component, by step, and one behaviour or several', async () => {
    const report = await run(`
steps:
  - { id: a, component: /my/absent, input: { n: { $variable: n } } }
  - { id: b, component: /my/absent, input: { $step: a } }
output: [{ $step: a }, { $coalesce: [{ $step: b }, none] }]
variablesSchema: { type: object, properties: { n: { type: number } } }
test:
  cases:
    - name: by component
      variables: { n: 1 }
      mocks: { /my/absent: [{ input: { n: 1 }, result: one }, { input: one, result: two }] }
      output: { result: [one, two] }
    - name: by step
      variables: { n: 2 }
      mocks: { a: { outcome: success, result: first }, b: { outcome: skipped } }
      output: { result: [first, none] }
    - name: failing
      variables: { n: 2 }
      mocks: { /my/absent: { outcome: failed, error: { code: TIMEOUT, message: too late } } }
      output: { outcome: failed, error: { code: TIMEOUT, message: too late, data: { anything: 1 } } }
    - name: unfit
      variables: { n: 3 }
      mocks: { /my/absent: [{ input: { n: 1 }, result: one }] }
      output: { outcome: failed, error: { code: UNREACHABLE, message: step "a" failed } }
`);
    expect(report.diagnostics).toEqual([]);
    expect(statuses(report)).toEqual(['by component: passed', 'by step: passed', 'failing: passed', 'unfit: passed']);
  });

  test('whose input does not fit is a result like any other', async () => {
    const { status } = await only(`${ECHO}
inputSchema: { type: object, required: [x] }
test: { cases: [{ name: a, input: {}, output: { outcome: failed, error: { code: INVALID_INPUT, message: { $contains: '"x"' } } } }] }
`);
    expect(status).toBe('passed');
  });

  test('sees nothing of what others stored, and leaves nothing behind', async () => {
    // A folder of its own: other test files use the common one at the same time.
    const own = project({});
    vi.stubEnv('TMPDIR', own);
    const before = readdirSync(own);
    const report = await run(
      `
steps:
  - { id: check, component: /cache/check, input: { key: k } }
  - { id: store, component: /cache/store, input: { key: k, value: { $step: check, path: cache_hit } }, mustExecute: true }
output: { $step: check, path: cache_hit }
test:
  cases:
    - { name: one, output: { result: false } }
    - { name: two, output: { result: false } }
`,
      { concurrency: 1 },
    );

    expect(statuses(report)).toEqual(['one: passed', 'two: passed']);
    expect(tmpdir()).toBe(own);
    expect(readdirSync(own)).toEqual(before);
  });

  test('that is not selected is skipped', async () => {
    const source = `${ECHO}test: { cases: [{ name: a, tags: [slow] }, { name: b }] }`;

    expect(statuses(await run(source, { select: ({ tags }) => tags.includes('slow') }))).toEqual([
      'a: passed',
      'b: skipped',
    ]);
  });

  test('is refused, with the others, where the flow cannot run', async () => {
    const { cases, diagnostics } = await run(`
steps: [{ id: a, component: /my/echo, input: { $step: absent } }]
test: { cases: [{ name: a }, { name: b }] }
`);
    expect(cases.map(({ status }) => status)).toEqual(['refused', 'refused']);
    expect(diagnostics).toMatchObject([{ code: 'unknown-step', line: 2 }]);
  });

  test('needs no mock of a component without a file, unless the run gets there', async () => {
    const report = await run(`
inputSchema: { type: object, required: [use], properties: { use: { type: boolean } } }
steps: [{ id: a, component: /my/absent }]
output: { $if: { $input: use }, then: { $step: a }, else: none }
test:
  cases:
    - { name: not there, input: { use: false }, output: { result: none } }
    - { name: there, input: { use: true }, output: { outcome: failed, error: { code: UNREACHABLE } } }
    - { name: refused, input: { use: 1 }, output: { outcome: failed, error: { code: INVALID_INPUT } } }
    - { name: mocked, input: { use: true }, mocks: { a: { result: 5 } }, output: { result: 5 } }
`);
    expect(report.diagnostics).toEqual([]);
    expect(report.cases.map(({ status }) => status)).toEqual(['passed', 'passed', 'passed', 'passed']);
  });

  test('says where its input does not fit the flow', async () => {
    const { cases, diagnostics } = await run(`
inputSchema: { type: object, properties: { n: { type: integer } } }
output: { $input: n }
test:
  cases:
    - name: a
      input:
        n: many
`);
    expect(cases.map(({ status }) => status)).toEqual(['failed']);
    expect(diagnostics).toMatchObject([{ code: 'input-mismatch', line: 8, column: 12 }]);
  });

  test('that there is none of leaves the errors of the flow', async () => {
    expect((await run('steps: [{ id: a, component: /my/echo, input: { $step: b } }]')).diagnostics).toMatchObject([
      { code: 'unknown-step', line: 1 },
    ]);
    expect((await run('steps: [{ id: a, component: /my/ehco }]')).diagnostics).toMatchObject([
      { code: 'unknown-component' },
    ]);
    for (const source of ['[1, 2]', 'small: 1', ECHO]) expect((await run(source)).diagnostics).toEqual([]);
  });

  test('is refused where it has a fault itself, and the others are not', async () => {
    const report = await run(`${ECHO}
test:
  cases:
    - { name: a, output: { result: { $less_thn: 1 } } }
    - { name: b, input: 1, output: { result: { $less_than: 2 } } }
    - 5
    - { name: d, inptu: 1 }
`);
    expect(statuses(report)).toEqual(['a: refused', 'b: passed', '#3: refused', 'd: refused']);
    expect(report.diagnostics.map(({ code, line }) => [code, line])).toEqual([
      ['unknown-matcher', 6],
      ['wrong-type', 8],
      ['unknown-key', 9],
    ]);
  });

  test('that is not selected does no harm by its faults', async () => {
    const source = `${ECHO}test: { cases: [{ name: a, output: { result: { $less_thn: 1 } } }, { name: b }] }`;
    const report = await run(source, { select: ({ name }) => name === 'b' });

    expect(statuses(report)).toEqual(['a: skipped', 'b: passed']);
    expect(report.diagnostics).toEqual([]);
  });

  test('of a flow without any is none', async () => {
    expect(await run(ECHO)).toMatchObject({ cases: [], diagnostics: [] });
  });
});

describe('configuration', () => {
  const GREETED = (text: string): string => `
test: { cases: [{ name: a, input: { name: Ada }, output: { outcome: success, result: ${text} } }] }
`;

  test('stands in a file in the folder of the flow or above', async () => {
    const report = await run(`${GREET}
test:
  cases:
    - { name: success, input: { name: Ada }, output: { outcome: success, result: Hello Ada } }
    - { name: failure, input: { name: Bob }, output: { outcome: failed, error: { code: RESOURCE_UNAVAILABLE, message: Bob is out } } }
    - { name: skip, input: { name: Cy }, output: { outcome: skipped } }
    - { name: unfit, input: { name: Di }, output: { outcome: failed, error: { code: UNREACHABLE, message: step "greet" failed } } }
    - name: overruled
      input: { name: Bob }
      mocks: { /mock/greet: { result: { text: from the case } } }
      output: { outcome: success, result: from the case }
`);
    expect(report.diagnostics).toEqual([]);
    expect(statuses(report)).toEqual([
      'success: passed',
      'failure: passed',
      'skip: passed',
      'unfit: passed',
      'overruled: passed',
    ]);
  });

  test('takes the longest route', async () => {
    const source = GREET.replace('/mock/greet', '/mock/special/greet') + GREETED('special');

    expect(await only(source)).toMatchObject({ status: 'passed' });
  });

  test('may be a file that the flow names, or stand in the flow', async () => {
    const named = GREET + GREETED('Other Ada').replace('{ cases', '{ configFile: other.yml, cases');
    expect(await only(named)).toMatchObject({ status: 'passed' });

    const inline = `
test:
  config:
    plugins: { m: { type: mock, components: { /greet: { behaviors: { { name: Ada }: { result: { text: inline } } } } } } }
    routes: { /mock: [{ plugin: m }] }
  cases: [{ name: a, input: { name: Ada }, output: { result: inline } }]
`;
    expect(await only(GREET + inline)).toMatchObject({ status: 'passed' });
  });

  test('that is not there is told of where it is named', async () => {
    const source = GREET + GREETED('x').replace('{ cases', '{ configFile: none.yml, cases');

    expect(await run(source)).toMatchObject({
      cases: [{ status: 'refused' }],
      diagnostics: [{ code: 'unreadable-config', line: 5, message: expect.stringContaining('none.yml') }],
    });
  });

  test('of plugins that do not run here matters only to flows that use them', async () => {
    const config =
      'test: { config: { plugins: { py: { type: python } }, routes: { /py: [{ plugin: py }] } }, cases: [{ name: a }] }';
    const flow = (component: string): string => `steps: [{ id: a, component: ${component}, input: 1 }]\n${config}`;

    expect(await only(flow('/my/echo'))).toMatchObject({ status: 'passed' });
    const { diagnostics } = await run(flow('/py/train'));
    expect(diagnostics.map(({ code, line }) => [code, line])).toEqual([['unsupported-plugin', 1]]);
  });
});

describe('what is measured', () => {
  const metricsOf = async (source: string): Promise<unknown> => {
    const { found } = await only(source);
    return Reflect.get(Object(found), 'performance_metrics');
  };

  test('are the steps that ran, and the bytes of blobs', async () => {
    const found = await metricsOf(`
steps:
  - { id: keep, component: /my/keep, input: { $literal: { a: ä } } }
  - { id: again, component: /my/keep, input: { $literal: { a: ä } } }
  - { id: skipped, component: /my/echo, skipIf: { $input: skip } }
output: [{ $step: keep }, { $step: again }, { $coalesce: [{ $step: skipped }, 1] }]
test: { cases: [{ name: a, input: { skip: true }, output: { performance_metrics: { step_count: 2, blob_bytes: 10 } } }] }
`);
    // {"a":"ä"} is ten bytes; equal blobs are one.
    expect(found).toEqual({ step_count: 2, blob_bytes: 10 });
  });

  test('are the operations of blobs, how well steps ran side by side, and the start-up of components', async () => {
    const found = await metricsOf(`
steps:
  - { id: keep, component: /my/keep, input: { $literal: { a: ä } } }
  - { id: again, component: /my/keep, input: { of: { $step: keep, path: blob } } }
output: { $step: again }
test:
  cases:
    - name: a
      output:
        performance_metrics: { blob_operations: 2, parallel_efficiency: { $range: [0, 1] }, startup_ms: { $greater_than: 0 } }
`);
    expect(found).toEqual({
      blob_operations: 2,
      parallel_efficiency: expect.any(Number),
      startup_ms: expect.any(Number),
    });
    expect(Reflect.get(Object(found), 'startup_ms')).toBeGreaterThan(0);
  });

  test('is no memory, and no start-up, where no component was called', async () => {
    const found = await metricsOf(`
steps: [{ id: nap, component: /my/nap }]
test:
  cases:
    - name: a
      mocks: { nap: { result: 1 } }
      output: { performance_metrics: { memory_usage_mb: 0, startup_ms: 0 } }
`);
    expect(found).toEqual({ memory_usage_mb: 0, startup_ms: 0 });
  });

  test('is the time of the execution, of a case that runs alone', async () => {
    const { found, ms } = await only(`
steps: [{ id: nap, component: /my/nap }]
test:
  cases:
    - name: a
      mocks: { nap: { result: 1, seconds: 0.05 } }
      output: { performance_metrics: { execution_time_ms: { $less_than: 1000000 } } }
`);
    expect(found).toMatchObject({ performance_metrics: { execution_time_ms: ms } });
    expect(ms).not.toBe(0);
  });

  test('is the peak memory of the component, which the size of this process is no part of', async () => {
    const ballast = Buffer.alloc(300 * 1024 * 1024, 1);
    const source = (mb: number): string => `
steps: [{ id: fill, component: /my/fill, input: { mb: ${mb} } }]
output: { $step: fill }
test: { cases: [{ name: a, output: { result: ${mb * 1024 * 1024}, performance_metrics: { memory_usage_mb: { $less_than: 10000 } } } }] }
`;
    const measured = async (mb: number): Promise<number> =>
      Number(Reflect.get(Object(await metricsOf(source(mb))), 'memory_usage_mb'));
    const [small, large] = [await measured(1), await measured(300)];

    expect(large - small).toBeGreaterThan(150);
    expect(ballast.length).toBeGreaterThan(small * 1024 * 1024);
  });

  test.each([
    ['a component that would end it fails its step, and is measured', 'end', ['outcome']],
    ['a process that ends before its flow fails the case', 'kill', ['outcome', 'performance_metrics.memory_usage_mb']],
  ])('and %s', async (_, name, missed) => {
    const { status, mismatches } = await only(`
steps: [{ id: end, component: /my/${name} }]
test: { cases: [{ name: a, output: { outcome: success, performance_metrics: { memory_usage_mb: { $less_than: 10000 } } } }] }
`);
    expect(status).toBe('failed');
    expect(mismatches.map(({ at }) => at.join('.'))).toEqual(missed);
  });
});

test('a flow outside of any package has the components of the project, and nothing is written beside it', async () => {
  const lonely = project({ 'flow.yaml': '' });
  const { rmSync } = await import('node:fs');
  rmSync(join(lonely, 'package.json'));
  const source = `
steps: [{ id: a, component: /my/echo, input: 1 }]
output: { $step: a }
test: { cases: [{ name: a, output: { result: 1 } }] }
`;
  const report = await testFlow({ file: join(lonely, 'flow.yaml'), source, project: home });

  expect(statuses(report)).toEqual(['a: passed']);
  expect(existsSync(join(lonely, '.stepflow'))).toBe(false);
});
