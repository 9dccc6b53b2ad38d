import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Diagnostic } from '../../../lib/diagnostics/diagnostics.ts';
import {
  type Bundle,
  BundleError,
  bundle,
  bundleEach,
  diagnoseLoad,
  findComponents,
  loadBundle,
} from '../../../lib/project/components/index.ts';
import { blobIdOf } from '../../../lib/runtime/index.ts';
import { startFakeS3 } from '../../runtime/stores/fake-s3.ts';
import { memoryStore } from '../../runtime/stores/memory-store.ts';

let home: string;
let outDir: string;

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'stepflow-bundle-'));
  outDir = join(home, '.stepflow/bundles');
});

afterAll(() => rmSync(home, { recursive: true, force: true }));

/** Writes a source of the test's own project, which has no packages of its own. */
function write(file: string, text: string): void {
  mkdirSync(dirname(join(home, file)), { recursive: true });
  writeFileSync(join(home, file), text);
}

const bundlesOf = async (...paths: string[]): Promise<readonly Bundle[]> => {
  const catalog = findComponents({ folders: [join(home, 'lambdas')] });
  return bundle(
    paths.flatMap((path) => catalog.resolve(path) ?? []),
    { outDir },
  );
};

const greeting = (word: string): string => `
  import { component } from 'stepflow-aws/component';
  import * as z from 'zod';
  import { punctuate } from '../_shared/punctuate.ts';
  export default component(
    {
      description: 'Greets.',
      input: z.object({ name: z.string().describe('Whom.') }),
      output: z.object({ text: z.string() }),
      memorySize: 256,
      timeout: 5,
    },
    ({ name }) => ({ text: punctuate('${word}, ' + name) }),
  );`;

/** The files of a small function. */
const FILES = ['aws-clients', 'chunks', 'index.mjs', 'index.mjs.map'];

/** Bundles a component in a process of its own. */
async function bundleElsewhere(path: string): Promise<unknown> {
  const source = findComponents({ folders: [join(home, 'lambdas')] }).resolve(path);
  const program = join(import.meta.dirname, '../../../lib/project/components/prepare-components-main.ts');
  const running = promisify(execFile)(process.execPath, ['--import', import.meta.resolve('tsx'), program]);
  running.child.stdin?.end(JSON.stringify({ sources: [source], outDir }));
  return JSON.parse((await running).stdout);
}

const invoke = async (made: Bundle, input: { name: string }) => {
  const { handler } = await loadBundle(made);
  return (await handler({ step: 's', input, reads: ['text'] }, { store: memoryStore(), log: () => {} })).text;
};

describe('a bundle', () => {
  beforeAll(() => {
    write('lambdas/hello/greet.ts', greeting('Hello'));
    write('lambdas/hello/part.ts', greeting('Farewell'));
    write('lambdas/_shared/punctuate.ts', "export const punctuate = (text: string): string => text + '!';");
  });

  it("is a function in a folder of its own, from a project that need not have this package's packages", async () => {
    const [made] = await bundlesOf('/hello/greet');
    expect(made).toMatchObject({ folder: join(outDir, 'hello-greet'), entry: join(outDir, 'hello-greet/index.mjs') });
    expect(readdirSync(made?.folder ?? '').sort()).toEqual(FILES);
    expect(made && (await invoke(made, { name: 'Ada' }))).toBe('Hello, Ada!');
  });

  it('tells what its component says of itself', async () => {
    const [made] = await bundlesOf('/hello/greet');
    expect(made && (await loadBundle(made))).toMatchObject({
      path: '/hello/greet',
      description: 'Greets.',
      memorySize: 256,
      timeout: 5,
      inputSchema: {
        type: 'object',
        properties: { name: { type: 'string', description: 'Whom.' } },
        required: ['name'],
      },
      outputSchema: { type: 'object', properties: { text: { type: 'string' } } },
    });
  });

  it('says of what coerces its input or falls back that it takes anything', async () => {
    write(
      'lambdas/hello/count.ts',
      `import { component } from 'stepflow-aws/component';
       import * as z from 'zod';
       const input = z.object({ times: z.coerce.number(), word: z.string().catch('hm'), size: z.number() });
       export default component({ input, output: z.object({ times: z.coerce.number() }) }, ({ times }) => ({ times }));`,
    );
    const [made] = await bundlesOf('/hello/count');
    const { inputSchema, outputSchema } = made ? await loadBundle(made) : {};
    expect(inputSchema).toMatchObject({ properties: { times: {}, word: {}, size: { type: 'number' } } });
    expect(inputSchema).not.toMatchObject({ properties: { times: { type: 'number' } } });
    expect(inputSchema).not.toMatchObject({ properties: { word: { type: 'string' } } });
    expect(outputSchema).toMatchObject({ properties: { times: { type: 'number' } } });
  });

  it('tells CommonJS packages where they are: in the bundle', async () => {
    write('node_modules/where/package.json', '{"name": "where"}');
    write('node_modules/where/index.js', 'module.exports = [typeof require, __dirname, __filename];');
    write(
      'lambdas/hello/where.ts',
      `import { component } from 'stepflow-aws/component';
       import { dirname } from 'node:path';
       import { fileURLToPath } from 'node:url';
       import where from 'where';
       import * as z from 'zod';
       const __filename = fileURLToPath(import.meta.url);
       const __dirname = dirname(__filename);
       const text = JSON.stringify([where, __dirname]);
       export default component({ input: z.any(), output: z.any() }, () => ({ text }));`,
    );
    const [made] = await bundlesOf('/hello/where');
    const said = made && (await invoke(made, { name: '' }));
    expect(JSON.parse(String(said))).toEqual([['function', made?.folder, made?.entry], made?.folder]);
  });

  it('cannot have other parts of this package; what it can have is said', async () => {
    for (const name of ['stepflow-aws/components', 'stepflow-aws', 'stepflow-aws/runtime']) {
      write('lambdas/hello/wrong.ts', `import { component } from '${name}'; export default component;`);
      await expect(bundlesOf('/hello/wrong')).rejects.toMatchObject({
        diagnostics: [
          { code: 'component-not-bundled', line: 1, help: expect.stringContaining('"stepflow-aws/component"') },
        ],
      });
    }
    rmSync(join(home, 'lambdas/hello/wrong.ts'));
  });

  it('is made again only when a source of its own changes, and then loaded anew', async () => {
    const before = await bundlesOf('/hello/greet', '/hello/part');
    expect(before.map(({ cached }) => cached)).toEqual([true, false]);
    const written = statSync(before[1]?.entry ?? '').mtimeMs;
    write('lambdas/hello/greet.ts', greeting('Salut'));
    const after = await bundlesOf('/hello/greet', '/hello/part');
    expect(after.map(({ cached }) => cached)).toEqual([false, true]);
    expect(statSync(after[1]?.entry ?? '').mtimeMs).toBe(written);
    expect(after[0] && (await invoke(after[0], { name: 'Ada' }))).toBe('Salut, Ada!');
    write('lambdas/_shared/punctuate.ts', "export const punctuate = (text: string): string => text + '?';");
    const third = await bundlesOf('/hello/greet', '/hello/part');
    expect(third.map(({ cached }) => cached)).toEqual([false, false]);
    expect(third[1] && (await invoke(third[1], { name: 'Ada' }))).toBe('Farewell, Ada?');
  });

  it('is the same, byte for byte, wherever the cache is', async () => {
    const components = findComponents({ folders: [join(home, 'lambdas')] }).components.filter(
      ({ builtin }) => !builtin,
    );
    const [here] = await bundle(components, { outDir });
    const [there] = await bundle(components, { outDir: join(home, '.stepflow/elsewhere') });
    expect(there?.cached).toBe(false);
    expect(readFileSync(there?.entry ?? '', 'utf8')).toBe(readFileSync(here?.entry ?? '', 'utf8'));
  });

  it('keeps apart what only a dash keeps apart', async () => {
    write('lambdas/a-b/c.ts', greeting('one'));
    write('lambdas/a/b-c.ts', greeting('two'));
    const folders = (await bundlesOf('/a-b/c', '/a/b-c')).map(({ folder }) => folder);
    expect(new Set(folders).size).toBe(2);
  });

  it('keeps apart two sources of one path', async () => {
    write('lambdas/both/here.ts', greeting('one'));
    write('elsewhere/both/here.ts', greeting('two').replace('../_shared', '../../lambdas/_shared'));
    const sources = ['lambdas', 'elsewhere'].flatMap(
      (folder) => findComponents({ folders: [join(home, folder)] }).resolve('/both/here') ?? [],
    );
    const made = await Promise.all(sources.map((source) => bundle([source], { outDir })));
    const said = await Promise.all(made.flat().map((each) => invoke(each, { name: 'Ada' })));
    expect(said).toEqual(['one, Ada?', 'two, Ada?']);
  });

  it('is made once, however many ask for it at once', async () => {
    write('lambdas/hello/asked.ts', greeting('All'));
    const asked = await Promise.all(Array.from({ length: 10 }, () => bundlesOf('/hello/asked')));
    expect(asked.flatMap((made) => made.map(({ cached }) => cached)).filter((cached) => !cached)).toHaveLength(1);
  });

  it('is one, and works, however many processes make it at once', async () => {
    write('lambdas/hello/crowd.ts', greeting('All'));
    const answers = await Promise.all(Array.from({ length: 3 }, () => bundleElsewhere('/hello/crowd')));
    const [made] = await bundlesOf('/hello/crowd');
    expect(answers).toEqual(answers.map(() => [expect.objectContaining({ bundle: made?.folder })]));
    expect(made?.cached).toBe(true);
    expect(readdirSync(made?.folder ?? '').sort()).toEqual(FILES);
    expect(made && (await invoke(made, { name: 'Ada' }))).toBe('All, Ada?');
  });

  it('runs alone in its folder, and loads the S3 client only when a blob is touched', async () => {
    const s3 = await startFakeS3();
    try {
      const alone = join(home, 'alone');
      for (const made of await bundlesOf('/noop', '/put_blob'))
        cpSync(made.folder, join(alone, made.component.path), { recursive: true });
      const input = { data: 'kept' };
      expect(await runAlone(join(alone, 'builtin/put_blob'), input, s3.url)).toMatchObject({
        $: { blob_id: blobIdOf('kept') },
      });
      expect(s3.requests).toMatchObject([{ method: 'PUT', path: `/bucket/blobs/values/${blobIdOf('kept')}.json` }]);
      for (const name of ['noop', 'put_blob']) rmSync(join(alone, 'builtin', name, 'aws-clients/s3-store.mjs'));
      expect(await runAlone(join(alone, 'builtin/noop'), input, s3.url)).toEqual({ $: input });
      expect(await runAlone(join(alone, 'builtin/put_blob'), input, s3.url)).toMatchObject({
        failed: expect.stringContaining('s3-store.mjs'),
      });
    } finally {
      await s3.stop();
    }
  });
});

/** Invokes a bundle as Lambda would: in a process of its own that has nothing but the bundle's folder. */
async function runAlone(folder: string, input: { data: string }, s3Url: string): Promise<unknown> {
  const invocation = JSON.stringify({ step: 's', input, reads: ['$'] });
  const script = `import('./index.mjs')
    .then(({ handler }) => handler(${invocation}, { getRemainingTimeInMillis: () => 30000 }))
    .then((slots) => console.log(JSON.stringify(slots)), (error) => console.log(JSON.stringify({ failed: error.message })))`;
  const env = {
    STEPFLOW_BLOBS: 's3://bucket/blobs',
    AWS_ENDPOINT_URL: s3Url,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  };
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', script], { cwd: folder, env });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
}

describe('a component that cannot be bundled', () => {
  const faultsOf = async (...paths: string[]) => {
    const failure: unknown = await bundlesOf(...paths).catch((error: unknown) => error);
    return failure instanceof BundleError ? failure.diagnostics : failure;
  };

  it('is a diagnostic at the very place, and all of them are told', async () => {
    write('lambdas/bad/syntax.ts', 'export default 1;\nconst = 2;\n');
    write('lambdas/bad/import.ts', "\n  import x from 'not-installed';\nexport default x;\n");
    write('lambdas/bad/export.ts', 'export const run = 1;\n');
    expect(await faultsOf('/bad/syntax', '/bad/import', '/bad/export', '/hello/greet')).toMatchObject([
      {
        code: 'component-not-bundled',
        severity: 'error',
        file: expect.stringContaining('syntax.ts'),
        line: 2,
        column: 7,
      },
      {
        message: expect.stringContaining('Could not resolve "not-installed"'),
        ...{ line: 2, column: 17, endColumn: 32 },
        help: expect.stringContaining('npm install not-installed'),
      },
      { line: 1, column: 1, help: expect.stringContaining('export default component(') },
    ]);
  });

  it('does not keep the others from being bundled', async () => {
    write('lambdas/some/bad.ts', 'const = 2;\n');
    write('lambdas/some/good.ts', greeting('Well').replace(/import .*punctuate.*/, 'const punctuate = String;'));
    const catalog = findComponents({ folders: [join(home, 'lambdas')] });
    const wanted = ['/some/bad', '/some/good'].flatMap((path) => catalog.resolve(path) ?? []);
    const [bad, good] = await bundleEach(wanted, { outDir });
    expect(bad).toMatchObject({ component: { path: '/some/bad' }, diagnostics: [{ line: 1 }] });
    expect(good && 'entry' in good && (await invoke(good, { name: 'Ada' }))).toBe('Well, Ada');
  });

  it.each([
    ["import x from '@scope/pack/part';", 'npm install @scope/pack)'],
    ["import x from './nowhere.ts';", 'Correct the path'],
    ['const ä = "ä"; import x from "pack";', 'npm install pack)'],
  ])('%s', async (line, remedy) => {
    write('lambdas/bad/import.ts', `${line}\nexport default x;\n`);
    const [diagnostic] = (await faultsOf('/bad/import')) as readonly Diagnostic[];
    expect(diagnostic?.help).toContain(remedy);
    // The place is that of the quoted name, in characters.
    expect(line.slice((diagnostic?.column ?? 0) - 1, (diagnostic?.endColumn ?? 0) - 1)).toMatch(/^(['"]).*\1$/);
  });

  it('or that exports something else, is a diagnostic when it is loaded', async () => {
    write('lambdas/bad/other.ts', 'export default { input: 1 };\n');
    const [made] = await bundlesOf('/bad/other');
    const failure: unknown = await (made && loadBundle(made).catch((error: unknown) => error));
    expect(made && diagnoseLoad(made.component, failure)).toMatchObject({
      code: 'component-not-loaded',
      message: expect.stringContaining('"/bad/other"'),
      file: relative('', join(home, 'lambdas/bad/other.ts')),
    });
  });

  it('or that throws while it is loaded, is told where in its source', () => {
    const source = { path: '/bad/throws', file: join(home, 'lambdas/bad/throws.ts'), builtin: false };
    const thrown = new Error('no key');
    thrown.stack = `Error: no key\n    at node:internal/x:1:2\n    at start (${source.file}:7:11)\n    at ${source.file}:9:1`;
    expect(diagnoseLoad(source, thrown)).toMatchObject({ code: 'component-not-loaded', line: 7, column: 11 });
    expect(diagnoseLoad(source, 'a text')).toMatchObject({ message: expect.stringContaining('a text'), line: 1 });
  });
});
