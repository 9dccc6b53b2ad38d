import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  bundle,
  bundleEach,
  type ComponentFile,
  findComponents,
  loadBundle,
  loadOrDiagnose,
} from '../../../lib/project/components/index.ts';
import { componentSource, project } from '../../run/project.ts';
import { memoryStore } from '../../runtime/stores/memory-store.ts';

const home = project({
  'lambdas/my/one.ts': componentSource('return { text: `${input.text} one` };', 'memorySize: 1024, timeout: 5'),
  'lambdas/my/two.ts': componentSource('return { text: `${input.text} two` };', 'timeout: 7, reservedConcurrency: 5'),
  'lambdas/my/any.ts': componentSource('return input;'),
  'lambdas/my/none.ts': 'export const nothing = 1;',
  'lambdas/my/other.ts': 'export default 1;',
  'lambdas/my/throws.ts': "throw new Error('too early');\nexport default 1;",
  'lambdas/my/broken.ts': "import './missing.ts';\nexport default 1;",
  'lambdas/my/a-very-long-name-of-a-component-that-nobody-would-type-twice.ts': componentSource('return input;'),
});
const outDir = join(home, '.stepflow/bundles');
const catalog = findComponents({ folders: [join(home, 'lambdas')] });

function chainOf(...paths: readonly string[]): ComponentFile {
  const found = catalog.resolve(paths.join('+'));
  if (!found) throw new Error(`there is no chain of ${paths.join(', ')}`);
  return found;
}

const loadChain = async (...paths: readonly string[]) => {
  const [made] = await bundle([chainOf(...paths)], { outDir });
  if (!made) throw new Error('nothing was bundled');
  return { made, loaded: await loadBundle(made) };
};

describe('a catalogue', () => {
  it('knows chains of the components that it knows, by their names', () => {
    const chain = chainOf('/my/one', '/noop', '/my/two');
    expect(chain).toMatchObject({ path: '/my/one+/builtin/noop+/my/two', builtin: false });
    expect(chain.fusedComponents?.map(({ path }) => path)).toEqual(['/my/one', '/builtin/noop', '/my/two']);
    expect(chainOf('/my/one', '/builtin/noop', '/my/two')).toBe(chain);
    expect(catalog.components.some(({ path }) => path.includes('+'))).toBe(false);
  });

  it('knows no chain with a component that it does not know', () => {
    expect(catalog.resolve('/my/one+/my/nope')).toBeUndefined();
    expect(catalog.resolve('+')).toBeUndefined();
  });
});

describe('the bundle of a chain', () => {
  it('runs its components one after another', async () => {
    const { made, loaded } = await loadChain('/my/one', '/my/two');
    expect(made.folder).toMatch(/bundles\/my-one\+my-two-[0-9a-f]{8}$/);
    const before = [{ step: 'a', input: { text: 'zero' }, reads: ['text'] }];
    const invocation = { step: 'b', input: { text: { $link: 'a text' } }, reads: ['text'], before };
    const slots = await loaded.handler(invocation, { store: memoryStore(), log: () => {} });
    expect(slots).toMatchObject({ text: 'zero one two' });
  });

  it('needs the most memory of its components, the time of all, and the fewest calls at once', async () => {
    const { loaded } = await loadChain('/my/one', '/my/two');
    expect(loaded).toMatchObject({ path: '/my/one+/my/two', memorySize: 1024, timeout: 12, reservedConcurrency: 5 });
    expect(loaded.fusedRequirements).toEqual([
      { memorySize: 1024, timeout: 5 },
      { timeout: 7, reservedConcurrency: 5 },
    ]);
    const { loaded: open } = await loadChain('/my/two', '/my/any');
    expect(open.memorySize).toBeUndefined();
    expect(open.timeout).toBeUndefined();
  });

  it('may have one component twice', async () => {
    const { loaded } = await loadChain('/my/any', '/my/any');
    const before = [{ step: 'a', input: 1, reads: ['$'] }];
    const invocation = { step: 'b', input: { $link: 'a $' }, reads: ['$'], before };
    expect(await loaded.handler(invocation, { store: memoryStore(), log: () => {} })).toMatchObject({ $: 1 });
  });

  it('has the wrapper and its schemas once', async () => {
    const sizeOf = async (...paths: readonly string[]): Promise<number> =>
      statSync((await loadChain(...paths)).made.entry).size;
    const [alone] = await bundle([catalog.resolve('/my/one') ?? chainOf()], { outDir });
    const [one, three] = [statSync(alone?.entry ?? '').size, await sizeOf('/my/one', '/my/two', '/my/any')];
    expect(three).toBeLessThan(one + 10_000);
    expect(readFileSync(alone?.entry ?? '', 'utf8')).not.toContain('$links');
  });

  it('has a name that a folder may have, however many they are', async () => {
    const long = '/my/a-very-long-name-of-a-component-that-nobody-would-type-twice';
    const { made } = await loadChain(...Array.from({ length: 40 }, () => long));
    expect(made.folder.slice(outDir.length).length).toBeLessThan(200);
  });

  it('is made again for another order', async () => {
    const [{ made: one }, { made: other }] = [
      await loadChain('/my/one', '/my/any', '/my/two'),
      await loadChain('/my/one', '/my/two', '/my/any', '/my/two'),
    ];
    expect(one.folder).not.toBe(other.folder);
  });
});

describe('a fault in a chain is told of at its component', () => {
  let good: ComponentFile;
  beforeAll(() => {
    good = chainOf('/my/one');
  });

  it('that has no default export', async () => {
    const [made] = await bundleEach([chainOf(good.path, '/my/none')], { outDir });
    expect(made && 'diagnostics' in made && made.diagnostics).toMatchObject([
      {
        code: 'component-not-bundled',
        message: expect.stringContaining('/my/none'),
        file: expect.stringMatching(/none.ts$/),
      },
    ]);
  });

  it('that imports what is not there', async () => {
    const [made] = await bundleEach([chainOf('/my/broken', good.path)], { outDir });
    expect(made && 'diagnostics' in made && made.diagnostics).toMatchObject([
      { message: expect.stringMatching(/"\/my\/broken"/), file: expect.stringMatching(/broken.ts$/), line: 1 },
    ]);
  });

  it.each(['/my/other', '/my/throws'])('that cannot be loaded: %s', async (path) => {
    const [made] = await bundle([chainOf(path, good.path)], { outDir });
    expect(made && (await loadOrDiagnose(made, { outDir }))).toMatchObject([
      {
        code: 'component-not-loaded',
        message: expect.stringContaining(`"${path}"`),
        file: expect.stringContaining(`${path}.ts`),
      },
    ]);
  });
});
