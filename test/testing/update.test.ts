import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../lib/protocol/json.ts';
import { type CaseReport, type CaseStatus, updateFlow } from '../../lib/testing/index.ts';

const reportOf = (found: JsonObject, status: CaseStatus = 'failed'): CaseReport => {
  return { name: 'a', status, ms: 1, mismatches: [], found, diagnostics: [] };
};

/** Updates the cases of a flow that found these values. */
function update(source: string, ...found: readonly JsonObject[]) {
  const report = { file: 'flow.yaml', cases: found.map((one) => reportOf(one)), diagnostics: [], sources: new Map() };
  const { text, report: after } = updateFlow(source, report);
  return { text, statuses: after.cases.map(({ status }) => status) };
}

describe('what failed cases expect is rewritten', () => {
  test('where scalars differ, nothing else changes', () => {
    const before = `# A flow.
steps: [ {id: a,   component: /my/a} ]   # odd spacing
test:
  cases:
  - name: "a"
    output:
      # What came in spring.
      outcome: success   # always
      result:
        count: 3         # of the day
        title: 'it''s'
        list: [1,  2,
               3]

        word: one
      # the end
  - {name: b, output: {outcome: success, result: {n: 1, m: { $any: true }}}}
# tail
`;
    const { text, statuses } = update(
      before,
      { outcome: 'success', result: { count: 4, title: "that's", list: [1, 5, 3], word: 'yes', other: 1 } },
      { outcome: 'success', result: { n: 'null', m: 7 } },
    );

    expect(statuses).toEqual(['updated', 'updated']);
    expect(text).toBe(
      before
        .replace('count: 3', 'count: 4')
        .replace("'it''s'", "'that''s'")
        .replace('[1,  2,', '[1,  5,')
        .replace('word: one', 'word: "yes"')
        .replace('n: 1', 'n: "null"'),
    );
  });

  test('where entries come or go, the output is printed anew, with its comments', () => {
    const before = `
test:
  cases:
    - name: a
      input: { x: 1 } # kept
      output:
        # Lead.
        outcome: success # well
        result:
          # Of ids.
          ids: [1, 2]
          gone: true
          same: { $greater_than: 1 } # a limit
        # End.
    - name: b
`;
    const { text, statuses } = update(before, { outcome: 'success', result: { ids: [1, { n: 2 }, 3], same: 5 } });

    expect(statuses).toEqual(['updated']);
    expect(text).toBe(`
test:
  cases:
    - name: a
      input: { x: 1 } # kept
      output:
        # Lead.
        outcome: success # well
        result:
          # Of ids.
          ids: [ 1, { n: 2 }, 3 ]
          same: { $greater_than: 1 } # a limit
        # End.
    - name: b
`);
  });

  test('where the outcome is another, result and error change places', () => {
    const before = `
test:
  cases:
  - name: a
    output:
      outcome: success
      result:
      - 1
    tags: [x]
`;
    expect(update(before, { outcome: 'failed', error: { code: 'TIMEOUT', message: 'too late' } }).text).toBe(`
test:
  cases:
  - name: a
    output:
      outcome: failed
      error:
        code: TIMEOUT
        message: too late
    tags: [x]
`);
  });

  test('where nothing was expected yet, an output is added', () => {
    const before = `
test:
  cases:
    - name: a # first
      input: { x: 1 }
    - name: b
`;
    const { text } = update(before, { outcome: 'success', result: { list: [{ a: 1 }], text: 'two\nlines\n' } });

    expect(text).toBe(`
test:
  cases:
    - name: a # first
      input: { x: 1 }
      output:
        outcome: success
        result:
          list:
            - a: 1
          text: |
            two
            lines
    - name: b
`);
  });

  test('what looks like a matcher is written as a literal', () => {
    const { text, statuses } = update('test: { cases: [{ name: a, output: { result: 1 } }] }', {
      outcome: 'success',
      result: { $length: 3 },
    });

    expect(statuses).toEqual(['updated']);
    expect(text).toBe('test: { cases: [{ name: a, output: { result: { $literal: { $length: 3 } } } }] }');
  });

  test('but never a limit of what is measured', () => {
    const before = `
test:
  cases:
    - name: a
      output:
        result: 1
        performance_metrics: { execution_time_ms: { $less_than: 5 } } # a promise
`;
    const { text, statuses } = update(before, {
      outcome: 'success',
      result: 2,
      performance_metrics: { execution_time_ms: 9 },
    });

    expect(statuses).toEqual(['failed']);
    expect(text).toBe(before.replace('result: 1', 'result: 2'));
  });

  test('where it is shared through an anchor, for this case alone', () => {
    const before = `
test:
  cases:
    - { name: a, output: &both { result: { a: 1 } } }
    - { name: b, output: *both }
`;
    const { text, statuses } = update(
      before,
      { outcome: 'success', result: { a: 1 } },
      { outcome: 'success', result: { a: 2 } },
    );

    expect(statuses).toEqual(['failed', 'updated']);
    expect(text).toContain('output: &both { result: { a: 1 } } }');
    expect(text).toContain('{ name: b, output: { outcome: success, result: { a: 2 } } }');
  });

  test('and nothing of cases that passed', () => {
    const passed = { file: 'x', cases: [reportOf({ result: 2 }, 'passed')], diagnostics: [], sources: new Map() };
    expect(updateFlow('test: { cases: [{ name: a, output: { result: 1 } }] }', passed).report).toEqual(passed);
  });

  test('in a JSON file, which stays one', () => {
    const before = JSON.stringify(
      { steps: [], test: { cases: [{ name: 'a', output: { result: { a: 'x', b: 1 } } }] } },
      null,
      2,
    );
    const { text } = update(before, { outcome: 'success', result: { a: 'y', b: 2 } });

    expect(JSON.parse(text).test.cases[0].output).toEqual({ result: { a: 'y', b: 2 } });
    expect(text).toBe(before.replace('"x"', '"y"').replace('"b": 1', '"b": 2'));
  });

  test('in a JSON file whose entries come and go', () => {
    const before =
      '{"steps": [], "test": {"cases": [{"name": "a", "output": {"outcome": "success", "result": {"a": 1}}}]}}';
    const { text, statuses } = update(before, { outcome: 'failed', error: { code: 'TIMEOUT', message: 'late' } });

    expect(statuses).toEqual(['updated']);
    expect(JSON.parse(text).test.cases[0].output).toEqual({
      outcome: 'failed',
      error: { code: 'TIMEOUT', message: 'late' },
    });
  });
});

describe('what is not understood stays, and a case that cannot fit without it fails as before', () => {
  const caseOf = (output: string): string => `test:\n  cases:\n    - name: a\n      output: ${output}\n`;

  test.each([
    '{ outcome: success, result: { {k: x}: 1, b: 2 } }',
    '{ outcome: success, result: { ? [k] : 1 } }',
    '{ outcome: success, result: { <<: {b: 1}, c: 2 } }',
    '{ outcome: success, result: { b: !mine 2 } }',
    '{k: …}',
    'success',
    '[success]',
  ])('%s', (output) => {
    const { text, statuses } = update(caseOf(output), { outcome: 'success', result: { b: 3 } });
    expect([text, statuses]).toEqual([caseOf(output), ['failed']]);
  });

  test.each(['{k: x}: 1', 'note: kept'])('beside a result that is updated: %s', (entry) => {
    const before = caseOf(`{ outcome: success, ${entry}, result: { b: 2 } }`);
    const { text, statuses } = update(before, { outcome: 'success', result: { b: 3 } });
    expect([text, statuses]).toEqual([before.replace('b: 2', 'b: 3'), ['updated']]);
  });

  test('but what has no value yet gets one', () => {
    const { text, statuses } = update(caseOf(''), { outcome: 'success', result: 1 });
    expect(statuses).toEqual(['updated']);
    expect(text).toContain('result: 1');
  });
});
