import { describe, expect, it } from 'vitest';
import { compile } from '../../lib/compiler/compile.ts';
import { type Mocks, runFlow } from '../../lib/run/run-flow.ts';
import { complete, guideSnippets } from '../guide.ts';
import { outline } from './emit/outline.ts';

const errors = (source: string): readonly string[] =>
  compile(source).diagnostics.flatMap(({ severity, message, code }) =>
    severity === 'error' && code !== 'unknown-step' ? [message] : [],
  );

describe('the performance guide', () => {
  const all = guideSnippets();

  it.each(all)('is valid: $title', ({ source }) => {
    expect(errors(source)).toEqual([]);
  });

  it.each(all.filter(({ source }) => source.includes('component:')))('runs: $title', async (snippet) => {
    const { source, results } = complete(snippet);
    const mocks: Mocks = Object.fromEntries(
      Object.entries(results).map(([id, result]) => [id, [{ outcome: 'success', result }]]),
    );
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
    ['Bad half of Avoid False Dependencies', 'input?[else spill input] → step1 → step2'],
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
