import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkExamples } from '../../../lib/compiler/check/index.ts';
import { readFlow } from '../../../lib/flow/read/read-flow.ts';
import { runs } from '../../chance.ts';
import { expectDiagnostics } from '../../diagnostics/expect-diagnostics.ts';

const ofExamples = (source: string) => {
  const { flow } = readFlow(source, 'flow.yaml');
  return flow ? checkExamples(flow) : [];
};

describe('an example', () => {
  it('that does not fit the inputSchema is told where it does not', () => {
    const texts = expectDiagnostics(
      `
inputSchema:
  type: object
  required: [text]
  properties: { text: { type: string }, tags: { type: array, items: { type: string } } }
examples:
  - input: { text: hello }
  - name: wrong
    input:
      text: 5
            ~ input-mismatch
      tags: [a, 7]
                ~ input-mismatch
  - input: { tags: [] }
           ~~~~~~~~~~~~ input-mismatch
output: 1`,
      ofExamples,
    );
    expect(texts[0]).toContain('"text" is a number (5), but a string is expected');
    expect(texts[2]).toContain('"text" is missing');
  });

  it('is told of just where a value was changed, at any depth', () => {
    const path = fc.array(fc.constantFrom('a', 'b', 0, 1), { minLength: 1, maxLength: 5 });
    const along = (
      segments: readonly (string | number)[],
      end: string,
      ofList: (part: string) => string,
      ofMap: (key: string, part: string) => string,
    ): string =>
      segments.reduceRight<string>(
        (part, segment) => (typeof segment === 'number' ? ofList(part) : ofMap(segment, part)),
        end,
      );
    fc.assert(
      fc.property(path, (segments) => {
        const schema = along(
          segments,
          '{"type": "string"}',
          (part) => `{"type": "array", "items": ${part}}`,
          (key, part) => `{"type": "object", "properties": {"${key}": ${part}}}`,
        );
        const input = along(
          segments,
          '12345',
          (part) => `[${part}]`,
          (key, part) => `{"${key}": ${part}}`,
        );
        const source = `{"inputSchema": ${schema}, "output": 1, "examples": [{"input": ${input}}]}`;
        const places = ofExamples(source).map(({ column, endColumn }) => source.slice(column - 1, endColumn - 1));
        expect(places).toEqual(['12345']);
      }),
      { numRuns: runs(50) },
    );
  });
});
