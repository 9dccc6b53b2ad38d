import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { GENERATED_FILES, generate } from '../../docs/generator/pages.ts';
import { checkFlows } from '../../lib/project/load-flows.ts';
import { testFlow } from '../../lib/testing/index.ts';

const pages = ['.', 'docs', 'docs/decisions']
  .flatMap((folder) => readdirSync(folder).map((file) => join(folder, file)))
  .filter((file) => file.endsWith('.md'));

const textOf = (page: string): string => readFileSync(page, 'utf8');

/** The code blocks of a page in one language, each with its line. */
const blocksOf = (page: string, language: string): readonly { readonly line: number; readonly code: string }[] =>
  [...textOf(page).matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map((match) => ({
    line: textOf(page).slice(0, match.index).split('\n').length,
    code: match[1] ?? '',
  }));

/** The anchors of a page's headings, as GitHub makes them. */
const anchorsOf = (page: string): ReadonlySet<string> =>
  new Set(
    [...textOf(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\w\s-]/g, '')
        .replaceAll(/\s/g, '-'),
    ),
  );

const linksOf = (page: string): readonly string[] =>
  [
    ...textOf(page)
      .replaceAll(/^```[\s\S]*?^```/gm, '')
      .matchAll(/\]\(([^)\s]+)\)/g),
  ].map(([, link = '']) => link);

describe('the pages', () => {
  it.each(Object.keys(GENERATED_FILES))('%s is what `npm run docs` writes', async (file) => {
    const text = await generate(file);
    expect(textOf(file) === text, `${file} is out of date: run \`npm run docs\``).toBe(true);
  });

  it.each(pages)('%s has no broken links', (page) => {
    const broken = linksOf(page).filter((link) => {
      if (/^https?:/.test(link)) return false;
      const [file = '', anchor] = link.split('#');
      const target = file === '' ? page : join(dirname(page), file);
      return !existsSync(target) || (anchor !== undefined && !anchorsOf(target).has(anchor));
    });
    expect(broken).toEqual([]);
  });

  it('are all linked from the README, the decisions from their index', () => {
    const linked = ['README.md', 'docs/decisions/README.md'].flatMap((page) =>
      linksOf(page).map((link) => join(dirname(page), link.split('#')[0] ?? '')),
    );
    expect(pages.filter((page) => page !== 'README.md' && !linked.includes(page))).toEqual([]);
  });
});

/** The flows of the pages, as flows of this repository. */
const flows = pages.flatMap((page) =>
  blocksOf(page, 'yaml').map(({ line, code }) => ({ file: `${page}, line ${line}`, source: code, home: '.' })),
);

it('every folder of lib/ is a room of docs/rooms.json, and the other way round', () => {
  const rooms: readonly { readonly room: string }[] = JSON.parse(textOf('docs/rooms.json'));
  const folders = readdirSync('lib', { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(rooms.map(({ room }) => room).sort()).toEqual(folders.map(({ name }) => name).sort());
});

describe('the snippets', () => {
  it.each(flows)('$file is a flow without diagnostics', async (flow) => {
    // The examples of rules are of nobody's components: what these are called matters to no rule.
    const isExample = flow.file.startsWith('docs/lint.md');
    const found = (await checkFlows([flow])).filter(({ code }) => !isExample || code !== 'unknown-component');
    expect(found.map(({ line, message }) => `${line}: ${message}`)).toEqual([]);
  });

  it.each(flows.filter(({ source }) => /^test:/m.test(source)))('$file passes its own cases', async (flow) => {
    const { cases, diagnostics } = await testFlow(flow);
    expect(diagnostics).toEqual([]);
    expect(cases.map(({ status }) => status)).toEqual(cases.map(() => 'passed'));
    expect(cases.length).toBeGreaterThan(0);
  });

  it.each(pages.flatMap((page) => blocksOf(page, 'json').map((block) => ({ page, ...block }))))(
    '$page, line $line is JSON',
    ({ code }) => {
      // An ellipsis on a line of its own replaces items that are left out.
      expect(() => JSON.parse(code.replaceAll(/^\s*…$/gm, 'null'))).not.toThrow();
    },
  );

  it.each(pages.flatMap((page) => blocksOf(page, 'ts').map((block) => ({ page, ...block }))))(
    '$page, line $line is TypeScript, and its imports exist',
    async ({ code }) => {
      const entries = {
        'stepflow-aws': 'index',
        'stepflow-aws/component': 'runtime/index',
        'stepflow-aws/cdk': 'aws/index',
      };
      const alias = Object.fromEntries(
        Object.entries(entries).map(([name, file]) => [name, join(process.cwd(), `lib/${file}.ts`)]),
      );
      const { errors, warnings } = await build({
        stdin: { contents: code, loader: 'ts', resolveDir: '.' },
        bundle: true,
        write: false,
        platform: 'node',
        format: 'esm',
        packages: 'external',
        alias,
        external: ['aws-cdk-lib', 'constructs', 'zod'],
        logLevel: 'silent',
      });
      // In TypeScript, esbuild gives no more than a warning for an import that does not exist.
      expect([...errors, ...warnings].map(({ text }) => text)).toEqual([]);
    },
  );
});
