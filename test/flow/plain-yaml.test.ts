import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { Reporter } from '../../lib/flow/diagnostics.ts';
import { readPlainYaml } from '../../lib/flow/plain-yaml.ts';
import { readYaml, type Tree } from '../../lib/flow/tree.ts';
import type { Json } from '../../lib/runtime/json.ts';
import { hasShared, shared } from '../shared.ts';

/** What the `yaml` package reads; undefined where there is anything to say of it. */
function read(source: string): Tree | undefined {
  const reporter = new Reporter('f.yaml');
  const tree = readYaml(source, reporter);
  return reporter.diagnostics.length === 0 ? tree : undefined;
}

const isPlain = (source: string): boolean => readPlainYaml(source) !== undefined;

const FLOW = `name: example
description: 'it''s (almost) all there is'
steps:
  - id: a
    component: /content/posts
    input:
      user_id: { $step: b, path: "profile.id" }
      "quoted key": [1, -2.5, true, null, text with spaces, "a: \\"b\\" # c"]
      empty: {}
      nested:
      - one
      - two: {"json": [ ]}
        three: False
output: { $step: a }
`;

describe('plain YAML', () => {
  it.each([
    ['a flow as people write it', FLOW],
    ['without the last line break', FLOW.trimEnd()],
    ['JSON in one line', '{"a": [1, {"b": "c"}], "d": null}'],
    ['JSON over many lines', JSON.stringify({ steps: [{ id: 'a', input: { x: [1, 2] } }], output: {} }, null, 2)],
    ['a list', '- 1\n- a: 1\n  b: 2\n- [x, y]\n'],
    ['a list as far left as its key', 'a:\n- 1\n- 2\nb: 3\n'],
  ])('is %s', (_, source) => {
    expect(isPlain(source)).toBe(true);
    expect(readPlainYaml(source)).toEqual(read(source));
  });

  it.each([
    ['comments', 'a: 1 # one\n'],
    ['empty lines', 'a: 1\n\nb: 2\n'],
    ['empty values', 'a:\nb: 2\n'],
    ['anchors and aliases', 'a: &x 1\nb: *x\n'],
    ['tags', 'a: !!str 1\n'],
    ['block scalars', 'a: |\n  text\n'],
    ['scalars over several lines', 'a: one\n  two\n'],
    ['maps as keys', 'a: { { $step: b }: null }\n'],
    ['merge keys', 'a: { <<: { b: 1 } }\n'],
    ['keys that are there twice', 'a: 1\na: 2\n'],
    ['numbers of unusual forms', 'a: [0x1f, 007, 1e3, .5, +1, 1_000]\n'],
    ['tabs', 'a:\t1\n'],
    ['carriage returns', 'a: 1\r\nb: 2\r\n'],
    ['several documents', 'a: 1\n---\nb: 2\n'],
    ['a colon in a plain scalar', 'a: b: c\n'],
    ['keys too long', `"${'x'.repeat(1100)}": 1\n`],
    ['what is nested too deep', `${'['.repeat(100)}${']'.repeat(100)}`],
    ['mistakes', 'a: [1, 2\n'],
    ['nothing', ''],
  ])('has no %s', (_, source) => {
    expect(isPlain(source)).toBe(false);
  });

  it('is read as the yaml package reads it', () => {
    fc.assert(
      fc.property(anyText, (source) => {
        const tree = readPlainYaml(source);
        if (tree) expect(tree).toEqual(read(source));
      }),
      { numRuns: 3000 },
    );
  });

  it('is what the yaml package writes of ordinary values', () => {
    fc.assert(
      fc.property(ordinary, (value) => {
        const source = stringify(value, { lineWidth: 0 });
        expect(readPlainYaml(source)).toEqual(read(source));
        expect(isPlain(source)).toBe(true);
      }),
    );
  });

  it.runIf(hasShared('dags'))('is read as the yaml package reads it in real flows', () => {
    const flows = readdirSync(shared('dags')).filter((file) => /hic|bacass|soykb-10/.test(file));
    const plain = flows.map((file) => readFileSync(shared(`dags/${file}`), 'utf8')).filter(isPlain);
    expect(plain.length).toBeGreaterThan(0);
    for (const source of plain) expect(readPlainYaml(source)).toEqual(read(source));
  });
});

const word = fc.stringMatching(/^[a-z_][a-z0-9_]{0,6}$/);

/** Maps and lists, never empty, of words and numbers. */
const { value: ordinary } = fc.letrec<{ value: Json; inner: Json }>((tie) => ({
  value: fc.dictionary(word, tie('inner'), { minKeys: 1, maxKeys: 4, noNullPrototype: true }),
  inner: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.oneof(word, fc.integer({ min: -1e9, max: 1e9 }), fc.boolean()),
    fc.array(fc.oneof(word, tie('value')), { minLength: 1, maxLength: 4 }),
    tie('value'),
  ),
}));

/** Anything at all, written by the yaml package or as JSON. */
const written = fc
  .tuple(
    fc.oneof(
      fc.json().map((json): Json => JSON.parse(json)),
      ordinary,
    ),
    fc.constantFrom(
      (value: Json) => stringify(value),
      (value: Json) => stringify(value, { indentSeq: false, collectionStyle: 'any', lineWidth: 0 }),
      (value: Json) => stringify(value, { collectionStyle: 'flow', lineWidth: 0 }),
      (value: Json) => JSON.stringify(value),
      (value: Json) => JSON.stringify(value, null, 2),
      () => FLOW,
    ),
  )
  .map(([value, write]) => write(value));

/** Written texts with signs put in, taken out or exchanged, here and there. */
const anyText = fc
  .tuple(
    written,
    fc.array(
      fc.record({
        at: fc.double({ min: 0, max: 1, noNaN: true }),
        taken: fc.nat(2),
        put: fc.constantFrom(
          ...[
            '',
            ' ',
            '  ',
            '\n',
            '\n  ',
            ': ',
            ':',
            '- ',
            '-',
            '{',
            '}',
            '[',
            ']',
            ', ',
            ',',
            '"',
            "'",
            '#',
            ' #',
            '&a ',
          ],
          ...[
            '*a',
            '|',
            '\\',
            '\t',
            'a',
            '1',
            '0',
            '.',
            '~',
            '?',
            '? ',
            '!',
            '%',
            '@',
            '=',
            '<<: ',
            'null',
            '\r',
            '\ufeff',
          ],
        ),
      }),
      { maxLength: 3 },
    ),
  )
  .map(([source, edits]) =>
    edits.reduce((text, { at, taken, put }) => {
      const place = Math.floor(at * text.length);
      return text.slice(0, place) + put + text.slice(place + taken);
    }, source),
  );
