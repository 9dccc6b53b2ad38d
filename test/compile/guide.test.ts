import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compile } from '../../lib/compile.ts';
import { readFlow } from '../../lib/flow/read-flow.ts';
import { usesOf } from '../../lib/plan/uses.ts';
import { type Mocks, runFlow } from '../../lib/run.ts';
import type { Json } from '../../lib/runtime/json.ts';
import { outline } from '../asl/outline.ts';
import { hasShared, shared } from '../shared.ts';

const GUIDE = 'spec/performance-optimization.md';

interface Snippet {
  readonly title: string;
  readonly source: string;
}

/** The guide's YAML snippets; one with a bad and a good half is two. */
function snippets(): readonly Snippet[] {
  const found: Snippet[] = [];
  let title = '';
  for (const [, heading, block] of readFileSync(shared(GUIDE), 'utf8').matchAll(
    /^#+ (.*)$|^```yaml\n([\s\S]*?)^```/gm,
  )) {
    if (heading !== undefined) title = heading;
    else if (block !== undefined) {
      const halves = block.split(/^(?=# [❌✅].*\nsteps:)/m).filter((half) => half.trim() !== '');
      found.push(
        ...halves.map((source) => ({ title: `${/^# [❌✅] (\w+)/.exec(source)?.[1]} half of ${title}`, source })),
      );
      if (halves.length === 1) found.splice(-1, 1, { title, source: block });
    }
  }
  return found;
}

/** All paths that a flow reads of each step. */
function readsOf(source: string): ReadonlyMap<string, readonly (readonly (string | number)[])[]> {
  const { flow } = readFlow(source, 'guide.yaml');
  const reads = new Map<string, (readonly (string | number)[])[]>();
  for (const step of flow?.steps ?? []) {
    for (const { reference } of [...usesOf(step.input), ...(step.skipIf ? usesOf(step.skipIf) : [])]) {
      if (reference.kind !== 'step') continue;
      reads.set(reference.step, [...(reads.get(reference.step) ?? []), reference.path.path.segments]);
    }
  }
  return reads;
}

/** A value that has something at each path. */
const having = (paths: readonly (readonly (string | number)[])[]): Json =>
  paths.reduce<Json>((value, path) => put(value, path), {});

function put(value: Json, [segment, ...rest]: readonly (string | number)[]): Json {
  if (segment === undefined) return value;
  const inside =
    (value !== null && typeof value === 'object' && !Array.isArray(value) ? value[segment] : undefined) ?? {};
  const filled = rest.length === 0 ? `a ${segment}` : put(inside, rest);
  return typeof segment === 'number' ? [filled] : { ...(value as { [key: string]: Json }), [segment]: filled };
}

/** The snippet with the steps that it takes for granted, and a mock for each component. */
function complete({ source }: Snippet): { source: string; mocks: Mocks } {
  const reads = readsOf(source);
  const { flow } = readFlow(source, 'guide.yaml');
  const ids = new Set(flow?.steps.map(({ id }) => id));
  const granted = [...reads.keys()].filter((id) => !ids.has(id));
  const steps = granted.map((id) => `- {id: ${id}, component: /given/${id}}`);
  const list = source.includes('steps:') ? source.slice(source.indexOf('steps:') + 'steps:'.length) : source;
  const indent = /^ *(?=- id:)/m.exec(list)?.[0] ?? '';
  const all = [...(flow?.steps.map(({ id }) => id) ?? []), ...granted];
  return {
    source: `steps:\n${steps.map((step) => `${indent}${step}`).join('\n')}\n${list}`,
    mocks: Object.fromEntries(all.map((id) => [id, [{ outcome: 'success', result: having(reads.get(id) ?? []) }]])),
  };
}

const errors = (source: string): readonly string[] =>
  compile(source).diagnostics.flatMap(({ severity, message, code }) =>
    severity === 'error' && code !== 'unknown-step' ? [message] : [],
  );

describe('the performance guide', () => {
  const all = hasShared(GUIDE) ? snippets() : [];

  it.each(all)('is read: $title', ({ source }) => {
    expect(errors(source)).toEqual([]);
  });

  it.each(all.filter(({ source }) => source.includes('component:')))('runs: $title', async (snippet) => {
    const { source, mocks } = complete(snippet);
    const input = { user_id: 'u', items: [1, 2, 3], data1: 1, data2: 2 };
    const { result, diagnostics } = await runFlow({ source, mocks, input });
    expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(result.outcome).toBe('success');
  });

  it.each([
    [
      'Independent Operations',
      'load_user → (load_user_posts | load_user_followers | load_user_activity | calculate_metrics)',
    ],
    ['Bad half of Avoid False Dependencies', 'step1 → step2'],
    ['Good half of Avoid False Dependencies', '(step1 | step2)'],
    ['Parallel Data Fetching', '(fetch_data_source_1 | fetch_data_source_2 | fetch_data_source_3) → combine_data'],
    [
      'AI Response Caching',
      '(create_cache_key → check_ai_cache | create_messages) → generate_ai_response?[else output] → generate_ai_response → cache_ai_response',
    ],
    ['Fan-Out/Fan-In Pattern', '(process_item_1 | process_item_2 | process_item_3) → combine_results'],
    ['Pipeline Pattern', 'stage_1 → stage_2 → stage_3'],
  ])('has the shape it promises: %s', (title, shape) => {
    const snippet = all.find((candidate) => candidate.title === title);
    if (all.length > 0)
      expect(outline(compile(complete(snippet ?? { title, source: '' }).source).stateMachine)).toBe(shape);
  });
});
