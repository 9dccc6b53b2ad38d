import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SharedComponents } from '../../lib/project/load-flows.ts';
import { prepareFlow } from '../../lib/run/run-flow.ts';
import { testFlow } from '../../lib/testing/index.ts';
import { call } from '../cli/terminal.ts';
import { project } from '../run/project.ts';

const TYPED = `
import { component } from 'stepflow-aws/component';
import * as z from 'zod';

export default component({ input: z.object({ n: z.number() }), output: z.strictObject({ m: z.number() }) }, () => ({ m: 1 }));
`;

/** A component that notes in `loads` of its project the process that it is loaded in. */
const NOTING = `
import { appendFileSync } from 'node:fs';
appendFileSync(new URL('../../../loads', import.meta.url), process.pid + '\\n');
${TYPED}`;

const flowWith = (n: string): string => `
steps: [{ id: a, component: /my/part, input: { n: ${n} } }]
output: { $step: a, path: m }
test: { cases: [{ name: one, mocks: { a: { result: { m: 2 } } }, output: { outcome: success, result: 2 } }] }
`;

/** A project whose flow \`good.yaml\` calls a component, and \`bad.yaml\` does so with an input that does not fit. */
const projectWith = (source: string): string =>
  project({
    'lambdas/my/part.ts': source,
    'good.yaml': flowWith('1'),
    'bad.yaml': flowWith('one'),
    'mocks.json': '{ "/my/part": [{ "result": { "m": 2 } }] }',
  });

const json = async (cwd: string, ...argv: readonly string[]) =>
  JSON.parse((await call([...argv, '--json'], { cwd })).stdout);
const run = (home: string, file = 'good.yaml') => json(home, 'run', file, '--mocks', 'mocks.json');

/** The processes that have loaded the component of {@link NOTING}. */
const loadsIn = (home: string): readonly string[] => {
  const file = join(home, 'loads');
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
};

describe('a component with a mock is not loaded by the command', () => {
  it.each([
    ['ends the process', `process.exit(3);${TYPED}`],
    ['ends the process as if all were well', `process.exit(0);${TYPED}`],
    ['throws', `throw new Error('no');${TYPED}`],
    ['waits for what never comes', `await new Promise(() => {});${TYPED}`],
  ])('so it does not matter that it %s', async (_, source) => {
    const home = projectWith(source);
    const ran = await run(home);
    expect(ran).toMatchObject({ outcome: 'success', result: 2 });
    expect(ran.diagnostics).toBeUndefined();
    expect(await json(home, 'test', 'good.yaml')).toMatchObject({ passed: 1, failed: 0, diagnostics: [] });
  });

  it('so it may take for ever, which is waited for only once', async () => {
    const home = projectWith(`await new Promise(() => setInterval(() => {}, 1000));${TYPED}`);
    const file = join(home, 'good.yaml');
    const mocks = { a: [{ result: { m: 2 } }] };
    const flow = await prepareFlow({ file, mocks }, new SharedComponents({ limitMs: 300 }));
    expect(await flow.run()).toMatchObject({ result: { outcome: 'success', result: 2 }, diagnostics: [] });
    // The limit of these is longer than the test may take.
    expect(await run(home)).toMatchObject({ outcome: 'success', result: 2 });
    const { cases } = await testFlow({ file, source: readFileSync(file, 'utf8') });
    expect(cases).toMatchObject([{ status: 'passed' }]);
  });

  it('but in a process of its own, once for each bundle', async () => {
    const home = projectWith(`console.log('loaded');\nsetInterval(() => {}, 1000);${NOTING}`);
    expect(await run(home)).toMatchObject({ outcome: 'success', result: 2 });
    expect(loadsIn(home)).toHaveLength(1);
    expect(loadsIn(home)).not.toContain(String(process.pid));
    expect(await run(home)).toMatchObject({ outcome: 'success', result: 2 });
    expect(await json(home, 'test', 'good.yaml')).toMatchObject({ passed: 1 });
    expect(loadsIn(home)).toHaveLength(1);
  });

  it('and its schemas are those that validate holds the flow against', async () => {
    const home = projectWith(NOTING);
    const ran = [await run(home, 'bad.yaml'), await run(home, 'bad.yaml')];
    expect(loadsIn(home)).toHaveLength(1);
    const tested = await json(home, 'test', 'bad.yaml');
    const { diagnostics } = await json(home, 'validate', 'bad.yaml');
    expect(diagnostics).toMatchObject([{ code: 'input-type' }]);
    for (const one of [...ran, tested]) expect(one.diagnostics).toEqual(diagnostics);
    expect(ran[0]).toMatchObject({ outcome: 'failed', error: { code: 'INVALID_INPUT' } });
  });

  it('unless another step calls it', async () => {
    const home = projectWith(NOTING);
    const source = '[{ id: a, component: /my/part, input: { n: 1 } }, { id: b, component: /my/part, input: { n: 1 } }]';
    const flow = await prepareFlow({ file: 'flow.yaml', home, source, mocks: { a: [{ result: { m: 2 } }] } });
    expect((await flow.run()).result).toMatchObject({ result: { a: { m: 2 }, b: { m: 1 } } });
    expect(loadsIn(home)).toHaveLength(1);
    expect(loadsIn(home)).not.toContain(String(process.pid));
  });
});

describe('the components of a fused chain', () => {
  const chain = (n: string, more = ''): string => `
metadata: { aws: { fuse: true } }
steps:
  - { id: a, component: /my/first, input: { n: ${n} } }
  - { id: b, component: /my/second, input: { n: { $step: a, path: m } } }
  ${more}
output: { $step: b }
`;
  const chained = (second = NOTING): string =>
    project({ 'lambdas/my/first.ts': NOTING, 'lambdas/my/second.ts': second });
  const prepare = (home: string, source: string) => prepareFlow({ file: 'flow.yaml', home, source });
  const bundlesIn = (home: string) => (path: string) => existsSync(join(home, '.stepflow/bundles', path));

  it('are loaded once, as the chain', async () => {
    const home = chained();
    expect((await (await prepare(home, chain('1'))).run()).result).toMatchObject({ result: { m: 1 } });
    expect(loadsIn(home)).toHaveLength(2);
    expect(['my-first', 'my-second'].filter(bundlesIn(home))).toEqual([]);
  });

  it('are checked by the schemas that the chain knows', async () => {
    const { diagnostics } = await prepare(chained(), chain('one').replace('path: m', 'path: none'));
    expect(diagnostics.map(({ code }) => code)).toEqual(['input-type', 'unknown-path']);
  });

  it('are checked by their own where the chain does not load', async () => {
    const home = chained(`throw new Error('no');${TYPED}`);
    const { diagnostics } = await prepare(home, chain('one'));
    expect(diagnostics.map(({ code }) => code)).toEqual(['input-type', 'component-not-loaded']);
  });

  it('are loaded by themselves too where a step calls them alone', async () => {
    const home = chained();
    const more =
      '- { id: c, component: /my/first, input: { n: { $step: b, path: m } }, onError: { action: continue } }';
    const source = chain('1', more).replace('output: { $step: b }', 'output: [{ $step: b }, { $step: c }]');
    expect((await prepare(home, source)).diagnostics).toEqual([]);
    expect(['my-first', 'my-second'].filter(bundlesIn(home))).toEqual(['my-first']);
    expect(loadsIn(home)).toHaveLength(3);
  });
});
