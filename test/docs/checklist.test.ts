import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CHECKLIST } from '../../docs/generator/checklist.ts';
import { LINT_EXAMPLES } from '../../docs/generator/lint-examples.ts';
import { PASS_NAMES } from '../../lib/compiler/passes/passes.ts';
import { RULE_CODES } from '../../lib/lint/index.ts';
import { METRICS } from '../../lib/testing/test-case.ts';
import { hasShared, shared } from '../shared.ts';

const GUIDE = 'spec/performance-optimization.md';

describe('the checklist of the guide', () => {
  it.runIf(hasShared(GUIDE))('is answered line by line', () => {
    const lines = [...readFileSync(shared(GUIDE), 'utf8').matchAll(/^- \[ \] (.*)$/gm)].map(([, line]) => line);
    expect(lines.length).toBeGreaterThan(0);
    expect(CHECKLIST.map(({ line }) => line)).toEqual(lines);
  });

  it('names rules, passes and metrics that there are, and at least one a line', () => {
    for (const { line, rules = [], passes = [], metrics = [] } of CHECKLIST) {
      expect(rules.length + passes.length + metrics.length, line).toBeGreaterThan(0);
      expect(RULE_CODES).toEqual(expect.arrayContaining([...rules]));
      expect(PASS_NAMES).toEqual(expect.arrayContaining([...passes]));
      expect(METRICS).toEqual(expect.arrayContaining([...metrics]));
    }
  });

  it('has every rule', () => {
    const named = new Set(CHECKLIST.flatMap(({ rules = [] }) => rules));
    expect(RULE_CODES.filter((code) => !named.has(code))).toEqual([]);
    expect(Object.keys(LINT_EXAMPLES)).toEqual(RULE_CODES);
  });
});
