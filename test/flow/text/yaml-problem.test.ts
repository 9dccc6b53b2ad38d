import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Reporter } from '../../../lib/diagnostics/diagnostics.ts';
import { readTree } from '../../../lib/flow/text/read-tree.ts';
import { runs, SEED } from '../../chance.ts';

function problemsOf(source: string): readonly string[] {
  const reporter = new Reporter('flow.yaml');
  readTree(source, reporter);
  return reporter.diagnostics
    .filter(({ code }) => code === 'yaml-syntax')
    .map(({ message, line, column }) => `${line}:${column} ${message.replace('This is not valid YAML: ', '')}`);
}

describe('a text that is not YAML', () => {
  it.each([
    ['steps:\n\t- id: a', '2:1 a tab is used to indent; use spaces'],
    ['a: { b: [1, 2 }', '1:15 this } does not close the [ before it'],
    ['a: [1, 2\nb: 3', '1:4 this [ is not closed by a ]'],
    ['a: "text\nb: 3', '1:4 this " is not closed by a "'],
    ["a: 'it's'", '1:8 a value has ended before this; a comma may be missing, or a quote may end it too early'],
    ['- id: a\n  b: 1\n c: 2', '3:1 this has no "-", and is not indented far enough to belong to the list item above'],
    ['a:\n  b: 1\n c: 2', '3:1 this key is not indented like the other keys of its map'],
    ['a: @home', '1:4 a text that begins with @ must be in quotes'],
    ['a: b: c', '1:4 a second colon on one line: put the text in quotes, or begin the map on the next line'],
    ['a: - b', '1:4 a list that is not in brackets begins on the line after its key'],
    ['a: "\\q"', '1:5 \\q means nothing in double quotes; write \\\\ for a backslash, or use single quotes'],
    [
      '{"a": "b" "c": 1}',
      '1:11 a value has ended before this; a comma may be missing, or a quote may end it too early',
    ],
    ['a: { $input: items[0].id }', '1:14 in braces or brackets, a path with brackets must be in quotes: "items[0].id"'],
    ['a: { $input: [0].id }', '1:14 in braces or brackets, a path with brackets must be in quotes: "[0].id"'],
    [
      'a: [{ $step: a,\n  path: b["c.d"][1] }]',
      `2:9 in braces or brackets, a path with brackets must be in quotes: 'b["c.d"][1]'`,
    ],
    ['a: 1\n---\nb: 2', '2:1 "---" starts a second document, but a file holds a single flow'],
  ])('%j is told in plain words', (source, problem) => {
    expect(problemsOf(source)).toEqual([problem]);
  });

  const FLOW = `name: "hello, you"
steps:
  - id: a # the first
    component: /my/echo
    input: { list: [1, "two", 'three'], of: { $input: "a.b" } }
  - id: b
    component: /my/echo
    input:
      - { $step: a }
      - |
        text: of
        two lines
output: { $step: b }
`;
  const CHARACTERS = [...':-[]{}",\'\n\t #&*!|>%@\\'];

  it('is told in words without the jargon of YAML, wherever characters are lost or added', () => {
    const edits = fc.array(
      fc.record({ at: fc.nat(FLOW.length - 1), remove: fc.nat(3), add: fc.constantFrom('', ...CHARACTERS) }),
      { minLength: 1, maxLength: 3 },
    );
    fc.assert(
      fc.property(edits, (list) => {
        const source = list.reduce(
          (text, { at, remove, add }) => text.slice(0, at) + add + text.slice(at + remove),
          FLOW,
        );
        for (const problem of problemsOf(source)) {
          expect(problem).not.toMatch(
            /implicit|flow (?:map|seq)|mapping|sequence|scalar|block|token|indicator|undefined/i,
          );
        }
      }),
      { seed: SEED, numRuns: runs(500) },
    );
  });
});
