import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readFlow } from '../../../lib/flow/read/read-flow.ts';
import type { Json } from '../../../lib/protocol/json.ts';
import { runs } from '../../chance.ts';
import { expectDiagnostics } from '../../diagnostics/expect-diagnostics.ts';

const ofText = (source: string) => readFlow(source, 'flow.yaml').diagnostics;

/** Where a flow may have a schema: each makes a flow of one, in a line. */
const PLACES: readonly ((schema: string) => string)[] = [
  (schema) => `{"steps": [], "output": 1, "inputSchema": ${schema}}`,
  (schema) => `{"steps": [], "output": 1, "outputSchema": {"anyOf": [{"items": ${schema}}]}}`,
  (schema) => `{"steps": [], "output": 1, "variables_schema": {"properties": {"v": ${schema}}}}`,
  (schema) => `{"steps": [], "output": 1, "schemas": {"type": "object", "properties": {"input": ${schema}}}}`,
  (schema) => `{"steps": [], "output": 1, "schemas": {"properties": {"steps": {"s": ${schema}}}}}`,
  (schema) => `{"steps": [{"id": "s", "component": "/x/y", "outputSchema": ${schema}}], "output": {"$step": "s"}}`,
  (schema) => `[{"id": "s", "component": "/x/y", "inputSchema": {"additionalProperties": {"not": ${schema}}}}]`,
];

describe('a schema that is none', () => {
  it('is told at each of its faults', () => {
    const texts = expectDiagnostics(
      `
inputSchema:
  type: objekt
        ~~~~~~ bad-schema
  require: [text]
  ~~~~~~~ unknown-keyword
  properties:
    text: { type: strin }
                  ~~~~~ bad-schema
    size: { type: [integer, nul], minimum: "1" }
                            ~~~ bad-schema
                                           ~~~ bad-schema
    name: { type: string, required: true, minLength: -1, pattern: "(" }
                                    ~~~~ bad-schema
                                                     ~~ bad-schema
                                                                  ~~~ bad-regex
    kind: string
          ~~~~~~ bad-schema
    part: { $ref: "#/$defs/prat" }
                  ~~~~~~~~~~~~~~ bad-schema
  $defs: { part: { enum: [] } }
                         ~~ bad-schema
outputSchema: { required: text, additionalproperties: false }
                          ~~~~ bad-schema
                                ~~~~~~~~~~~~~~~~~~~~ unknown-keyword
steps: []
output: 1`,
      ofText,
    );
    expect(texts[0]).toContain('"type" of the inputSchema is the string "objekt"');
    expect(texts[0]).toContain('Did you mean object?');
    expect(texts[1]).toContain('Did you mean "required"?');
    expect(texts[2]).toContain('"type" of "text" of the inputSchema is the string "strin"');
  });

  it('is told wherever it stands, at its place', () => {
    const faults = [
      ['{"type": ', '"objekt"'],
      ['{"items": {"type": ', '"lst"'],
      ['{"properties": {"a": {"required": ', '"a"'],
      ['{"minLength": ', '-1'],
      ['{"maxItems": ', '1.5'],
      ['{"pattern": ', '"[a"'],
      ['{"enum": ', '"a"'],
      ['{"oneOf": ', '[]'],
      ['{"uniqueItems": ', '"yes"'],
      ['{"$ref": ', '"#/$defs/none"'],
    ] as const;
    fc.assert(
      fc.property(fc.constantFrom(...PLACES), fc.constantFrom(...faults), (place, [before, fault]) => {
        const open = [...before].filter((one) => one === '{').length;
        const source = place(`${before}${fault}${'}'.repeat(open)}`);
        const found = ofText(source).filter(({ severity }) => severity === 'error');
        expect(found.map(({ column, endColumn }) => source.slice(column - 1, endColumn - 1))).toEqual([fault]);
      }),
      { numRuns: runs(100) },
    );
  });

  it('has a misspelt keyword, which is told with the one that is meant', () => {
    const keywords = ['required', 'properties', 'additionalProperties', 'minLength', 'pattern', 'maximum', 'anyOf'];
    const misspelt = fc.constantFrom(...keywords).chain((keyword) =>
      fc.tuple(
        fc.constant(keyword),
        fc.oneof(
          fc.nat(keyword.length - 1).map((at) => keyword.slice(0, at) + keyword.slice(at + 1)),
          fc.constant(keyword.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`).replace(/^./, (one) => one)),
          fc.constant(keyword.toUpperCase()),
        ),
      ),
    );
    fc.assert(
      fc.property(fc.constantFrom(...PLACES), misspelt, (place, [keyword, written]) => {
        fc.pre(written !== keyword);
        const source = place(JSON.stringify({ [written]: 1 }));
        const found = ofText(source).filter(({ severity }) => severity === 'error');
        expect(found).toMatchObject([{ code: 'unknown-keyword', help: `Did you mean "${keyword}"?` }]);
        expect(source.slice((found[0]?.column ?? 0) - 1)).toMatch(new RegExp(`^"${written}":`));
      }),
      { numRuns: runs(100) },
    );
  });
});

describe('a schema that is one', () => {
  const schema: fc.Arbitrary<Json> = fc.letrec<{ one: Json }>((tie) => ({
    one: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom<Json>(
        true,
        false,
        {},
        { type: 'string', minLength: 0, pattern: '^\\p{L}[\\w\\-]*$', format: 'email', example: 'a' },
        { type: ['integer', 'null'], minimum: 0, exclusiveMaximum: 5.5, multipleOf: 0.5, nullable: true },
        { enum: [1, null], 'x-label': 'A', unit: 'ms', deprecated: true, id: 'a' },
        { const: null, $comment: 'a', comment: 'b', default: { type: 5 } },
      ),
      fc.record({
        type: fc.constant('object'),
        properties: fc.dictionary(fc.constantFrom('require', 'type', 'a'), tie('one')),
      }),
      fc.record({ items: tie('one'), minItems: fc.nat() }),
      fc.record({ items: fc.array(tie('one')), additionalItems: tie('one') }),
      fc.array(tie('one'), { minLength: 1 }).map((anyOf) => ({ anyOf })),
      tie('one').map((part) => ({ $defs: { part }, patternProperties: { '^x-': part }, required: ['a'] })),
    ),
  })).one;

  it('has nothing to be told', () => {
    fc.assert(
      fc.property(fc.constantFrom(...PLACES), schema, (place, one) => {
        expect(ofText(place(JSON.stringify(one)))).toEqual([]);
      }),
      { numRuns: runs(100) },
    );
  });
});
