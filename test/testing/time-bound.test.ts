import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { executionTimeBound } from '../../lib/testing/time-bound.ts';

const flow = (...metrics: readonly string[]): string => `
steps: [{ id: a, component: /part/do, input: {} }]
test:
  cases:
${metrics.map((each, at) => `    - { name: case ${at}, output: { performance_metrics: ${each} } }`).join('\n')}
`;

describe('the bound of the execution time of a flow', () => {
  it('is the largest that its cases have', () => {
    const cases = ['{ execution_time_ms: { $less_than: 300 } }', '{ execution_time_ms: { $less_than: 800 } }'];
    expect(executionTimeBound(flow(...cases, '{ step_count: 1 }'))).toBe(800);
  });

  it.each([
    ['without cases', 'steps: []'],
    ['with cases of other metrics', flow('{ step_count: { $less_than: 3 } }')],
    ['with another matcher', flow('{ execution_time_ms: { $greater_than: 3 } }')],
    ['with a bound that is no number', flow('{ execution_time_ms: { $less_than: soon } }')],
    ['that is no YAML', 'steps: ['],
  ])('is unknown of a flow %s', (_, source) => {
    expect(executionTimeBound(source)).toBeUndefined();
  });

  it('is the one that blob-sharing is tested for', () => {
    expect(executionTimeBound(readFileSync('workflows/blob-sharing.yaml', 'utf8'))).toBeGreaterThan(0);
  });
});
