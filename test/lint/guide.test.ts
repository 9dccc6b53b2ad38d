import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { complete, guideSnippets, type Snippet } from '../guide.ts';
import { codesIn } from './lint.ts';

/** The rule that each section of the guide with a bad example gives. */
const BAD: { readonly [section: string]: string } = {
  'Avoid False Dependencies': 'false-dependency',
  'Sequential Processing When Parallel is Possible': 'false-dependency',
  'Reference Specific Fields': 'whole-object',
  'Batch Operations': 'single-items',
  'Over-Granular Steps': 'over-granular',
  'Large Data Copying': 'large-copy',
};

/** The rules of each section with a good example. */
const GOOD: { readonly [section: string]: readonly string[] } = {
  ...Object.fromEntries(Object.entries(BAD).map(([section, rule]) => [section, [rule]])),
  'Independent Operations': ['false-dependency', 'sequential-fetches'],
  'Parallel Data Fetching': ['false-dependency', 'sequential-fetches'],
  'Use Blob Storage for Large Data': ['large-copy', 'blob-read-once'],
  'Component Configuration': ['large-model', 'high-temperature', 'unbounded-tokens'],
  'Minimize Data Movement': ['large-copy', 'blob-read-once'],
  'Early Validation': ['late-validation'],
  'Prompt Optimization': ['unbounded-tokens', 'high-temperature', 'long-prompt'],
  'AI Response Caching': ['uncached-ai'],
  'Pipeline Pattern': ['false-dependency', 'large-copy', 'over-granular'],
};

/** A snippet whose steps are marked one by one is a flow of the good ones and a flow of the bad ones. */
function halves(snippet: Snippet): readonly Snippet[] {
  const steps = snippet.source.split(/^(?=# [✅❌])|(?<!# [✅❌].*\n)^(?= *- id:)/m);
  const isBad = (part: string): boolean => part.includes('❌');
  if (!steps.some(isBad) || !steps.some((part) => part.includes('✅'))) return [snippet];
  const head = steps[0]?.startsWith('steps:') ? 'steps:\n' : '';
  const ofKind = (wanted: boolean): string =>
    head + steps.filter((part) => part.includes('- id:') && isBad(part) === wanted).join('');
  return [
    { title: `Bad half of ${snippet.title}`, source: ofKind(true) },
    { title: `Good half of ${snippet.title}`, source: ofKind(false) },
  ];
}

const snippets = guideSnippets()
  .flatMap(halves)
  .map((one) => ({ ...one, ...complete(one) }));
const sectionOf = (title: string): string => title.replace(/^(?:Good|Bad|Avoid) half of /, '');

/** The components of the repository have most of the names in the guide. */
const PROJECTS = [
  ['components of which nothing is known', undefined],
  ['the components of the repository', fileURLToPath(new URL('../..', import.meta.url))],
] as const;

describe.each(PROJECTS)('the snippets of the guide, with %s,', (_project, project) => {
  const bad = snippets.filter(({ title }) => /^(?:Bad|Avoid) half/.test(title));
  const good = snippets.filter(({ title }) => !/^(?:Bad|Avoid) half/.test(title) && GOOD[sectionOf(title)]);

  test.each(bad)('$title gives its rule', async ({ title, source }) => {
    expect(await codesIn(source, project)).toContain(BAD[sectionOf(title)]);
  });

  test.each(good)('$title gives none of the rules of its section', async ({ title, source }) => {
    const own = new Set(GOOD[sectionOf(title)]);
    expect((await codesIn(source, project)).filter((code) => own.has(code))).toEqual([]);
  });
});
