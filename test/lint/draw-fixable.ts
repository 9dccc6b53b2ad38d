import fc from 'fast-check';
import { stringify } from 'yaml';
import type { Json } from '../../lib/protocol/json.ts';
import { gives, type Mocks } from '../oracle/mocked.ts';

/** A flow with much to mend, as a text. */
export interface Fixable {
  readonly source: string;
  readonly mocks: Mocks;
  readonly input: Json;
}

/** Every path that is drawn is there. */
const RESULT: Json = { a: { b: [1, { c: 'two' }], 'd.e': true }, f: 'text', 'g-h': null, 'a.b': { dots: 1 } };
const PATHS = ['a', 'a.b', '$.a.b[1].c', 'a["d.e"]', 'f', 'g-h', '$', 'a.b[0]'];
const FURTHER = ['b', '$.b[1].c', '["d.e"]', 'b[0]'];
const IDS = ['load', 'true', 'a.b', '0', 'null', '1st', '-', 'Load-2', 'on', 'x_y', 'constructor'];

type Dialect = 'current' | 'guide' | '2025';
type Value = { readonly [key: string]: unknown } | Map<unknown, unknown>;

/** A reference to a step; the guide's dialect has a map as a key. */
function reference(step: string, path: string | undefined, dialect: Dialect): Value {
  const rest = path === undefined ? {} : { path };
  if (dialect === '2025') return { $from: { step }, ...rest };
  if (dialect === 'current') return { $step: step, ...rest };
  return new Map<unknown, unknown>([[{ $step: step }, null], ...Object.entries(rest)]);
}

const dialect = fc.constantFrom<Dialect>('current', 'guide', '2025');
const pick = fc.nat(20);

/** What reads: an extract, a reader of extracts, or a reader that is given a field which it does not take. */
const reader = fc.oneof(
  fc.record({ kind: fc.constant('extract' as const), of: pick, path: fc.constantFrom(...PATHS), dialect }),
  fc.record({
    kind: fc.constant('echo' as const),
    of: pick,
    further: fc.option(fc.constantFrom(...FURTHER), { nil: undefined }),
    dialect,
    optional: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('picky' as const), of: pick, other: pick, first: fc.boolean(), dialect }),
);

const drawn = fc.record({
  ids: fc.shuffledSubarray(IDS, { minLength: 10, maxLength: 10 }),
  sources: fc.integer({ min: 1, max: 3 }),
  readers: fc.array(reader, { minLength: 2, maxLength: 6 }),
  output: fc.constantFrom('all', 'last', 'none'),
  evaluation: fc.constantFrom('eager', 'lazy', undefined),
  style: fc.constantFrom('block', 'flow', 'json', 'windows', 'commented'),
});

type Drawn = typeof drawn extends fc.Arbitrary<infer T> ? T : never;

/** Flows of extracts and of steps with more input than they take, in several styles and all dialects. */
export const fixableFlow: fc.Arbitrary<Fixable> = drawn.map((one) => {
  const { ids, sources, readers, output, evaluation } = one;
  const isJson = one.style === 'json';
  const of = (id: string, path: string | undefined, wanted: Dialect): Value =>
    reference(id, path, isJson && wanted === 'guide' ? 'current' : wanted);
  const own = ids.slice(0, sources).map((id) => ({ id, component: '/mock/any', input: { key: { $input: 'key' } } }));
  const steps: { readonly id: string; readonly component: string }[] = [...own];
  const mocked = ids.slice(0, sources);
  const extracts = new Set<string>();
  for (const [at, read] of readers.entries()) {
    const id = ids[sources + at] ?? '';
    const before = steps.map((step) => step.id);
    const source = before[read.of % before.length] ?? '';
    if (read.kind === 'extract') {
      const data = of(mocked[read.of % mocked.length] ?? '', undefined, read.dialect);
      steps.push({ id, component: '/extract', ...{ input: { data, path: read.path } } });
      if (read.path === 'a') extracts.add(id);
    } else if (read.kind === 'echo') {
      const value = of(source, extracts.has(source) ? read.further : undefined, read.dialect);
      const input = { value: read.optional ? { $coalesce: [value, 'none'] } : value };
      steps.push({ id, component: '/builtin/noop', ...{ input } });
    } else {
      const taken = { taken: { $input: 'key' } };
      const more = { more: of(source, undefined, read.dialect) };
      const inputSchema = { type: 'object', properties: { taken: {} } };
      const input = read.first ? { ...more, ...taken } : { ...taken, ...more };
      steps.push({ id, component: '/mock/any', ...{ inputSchema, input } });
      mocked.push(id);
    }
  }
  const wanted = output === 'all' ? steps : steps.slice(-1);
  const flow = {
    ...(evaluation && output !== 'none' && { evaluation }),
    steps,
    ...(output !== 'none' && { output: wanted.map(({ id }) => of(id, undefined, 'current')) }),
  };
  const mocks: Mocks = Object.fromEntries(mocked.map((id) => [id, [gives(RESULT)]]));
  return { source: written(flow, one.style), mocks, input: { key: 'k' } };
});

/** The comments that stand in a flow of the style `commented`: outside of what may be removed. */
export const COMMENTS = ['# First of all.', '# Each step has one before it.', '# The end.'] as const;

function written(flow: object, style: Drawn['style']): string {
  if (style === 'json') return `${JSON.stringify(flow, null, 2)}\n`;
  if (style === 'flow') return stringify(flow, { collectionStyle: 'flow', lineWidth: 0 });
  // A map as a key is written in flow style only.
  const text = stringify(flow, { lineWidth: 0 }).replace(/\? (\{.*\})\n *: null/g, '$1:');
  if (style === 'windows') return text.replaceAll('\n', '\r\n');
  if (style === 'block') return text;
  const [first, before, end] = COMMENTS;
  return `${first}\n${text.replace(/^ {2}- /gm, `  ${before}\n$&`)}${end}\n`;
}
