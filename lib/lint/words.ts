import type { Step } from '../flow/flow.ts';

/** The words of a name: `/data/batch_process` has `data`, `batch` and `process`. */
const wordsOf = (name: string): readonly string[] =>
  name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');

/** Whether a name has one of the words. */
export const hasWord = (name: string, words: ReadonlySet<string>): boolean =>
  wordsOf(name).some((word) => words.has(word));

/** The most names that a message lists. */
const MOST_NAMES = 8;

/** Names in quotes, for messages; of many, the first and how many more there are. */
export function quoted(names: readonly string[]): string {
  const all = names.map((name) => `"${name}"`);
  const more = all.length - MOST_NAMES;
  return more > 1 ? `${all.slice(0, MOST_NAMES).join(', ')} and ${more} more` : all.join(', ');
}

const AI = new Set([
  'ai',
  'llm',
  'openai',
  'anthropic',
  'bedrock',
  'gpt',
  'claude',
  'gemini',
  'completion',
  'completions',
]);

const CACHE = new Set(['cache', 'cached', 'memo', 'memoize']);

/** Whether a step looks into a cache or keeps something there, by its name or that of its component. */
export const isCache = ({ id, component }: Pick<Step, 'id' | 'component'>): boolean =>
  hasWord(component, CACHE) || hasWord(id, CACHE);

/** Whether a step asks a language model, by the name of its component. */
export const isAi = ({ component }: Pick<Step, 'component'>): boolean => hasWord(component, AI);

const OUTSIDE = new Set([
  'http',
  'https',
  'fetch',
  'fetcher',
  'load',
  'loader',
  'download',
  'request',
  'crawl',
  'scrape',
  ...AI,
]);

/** Whether a step waits for something outside of the flow, by the name of its component. */
export const callsOutside = ({ component }: Pick<Step, 'component'>): boolean => hasWord(component, OUTSIDE);
