import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readFlow } from '../../../lib/flow/read/read-flow.ts';
import { runs, SEED } from '../../chance.ts';

const ofText = (source: string) => readFlow(source, 'flow.yaml').diagnostics;

/** The places of conditions, with a condition in each. */
const PLACES: readonly ((condition: string) => string)[] = [
  (condition) => `{ $if: ${condition}, then: 1 }`,
  (condition) => `{ $not: ${condition} }`,
  (condition) => `{ $and: [${condition}, { $input: x }] }`,
  (condition) => `{ $or: [{ $input: x }, ${condition}] }`,
];

const inFlow = (output: string): string => `steps: [{ id: load, component: /x/load }]\noutput: ${output}\n`;
const asSkipIf = (condition: string): string => `steps: [{ id: load, component: /x/load, skipIf: ${condition} }]\n`;

/** A condition as other languages write it, and as we do. */
interface Drawn {
  readonly infix: string;
  readonly ours: string;
}

const operand: fc.Arbitrary<Drawn> = fc.oneof(
  fc.constantFrom('event', 'user.name', 'items[0].id').map((path) => ({
    infix: path,
    ours: `{ $input: ${path.includes('[') ? JSON.stringify(path) : path} }`,
  })),
  fc.constantFrom('steps.load.hit', '$.steps.load.hit', '{{ steps.load.outputs.hit }}').map((infix) => ({
    infix,
    ours: '{ $step: load, path: hit }',
  })),
  fc.constantFrom('1', '-2.5', 'true', 'false', 'null').map((text) => ({ infix: text, ours: text })),
  fc.constantFrom('', 'a', 'x == y', 'this and that').map((text) => ({ infix: `'${text}'`, ours: `"${text}"` })),
);

const comparison: fc.Arbitrary<Drawn> = fc
  .record({
    operator: fc.constantFrom(
      ...[' == ', '==', ' === ', ' eq ', ' = '].map((infix) => ({ infix, key: '$eq' })),
      ...[' != ', '!=', ' !== ', ' <> '].map((infix) => ({ infix, key: '$ne' })),
      ...[
        { infix: ' < ', key: '$lt' },
        { infix: '<=', key: '$lte' },
        { infix: ' > ', key: '$gt' },
        { infix: ' >= ', key: '$gte' },
      ],
    ),
    one: operand,
    other: operand,
  })
  .map(({ operator: { infix, key }, one, other }) => ({
    infix: `${one.infix}${infix}${other.infix}`,
    ours: `{ ${key}: [${one.ours}, ${other.ours}] }`,
  }));

const condition: fc.Arbitrary<Drawn> = fc.oneof(
  comparison,
  fc.constantFrom('!', 'not ').map((not) => ({ infix: `${not}brief`, ours: '{ $not: { $input: brief } }' })),
  fc
    .record({
      operator: fc.constantFrom(
        ...[' && ', ' and ', ' AND '].map((infix) => ({ infix, key: '$and' })),
        ...[' || ', ' or '].map((infix) => ({ infix, key: '$or' })),
      ),
      one: comparison,
      other: comparison,
    })
    .map(({ operator: { infix, key }, one, other }) => ({
      infix: `${one.infix}${infix}${other.infix}`,
      ours: `{ ${key}: [${one.ours}, ${other.ours}] }`,
    })),
);

describe('a condition that is written as a text', () => {
  it('is an error in every place of a condition, with the operators that are written here', () => {
    fc.assert(
      fc.property(condition, fc.nat(PLACES.length), ({ infix, ours }, at) => {
        const write = (text: string) => (at < PLACES.length ? inFlow(PLACES[at]?.(text) ?? '') : asSkipIf(text));
        expect(ofText(write(JSON.stringify(infix)))).toMatchObject([
          { code: 'text-condition', severity: 'error', help: `Write ${at < PLACES.length ? '' : 'skipIf: '}${ours}.` },
        ]);
        expect(ofText(write(ours))).toEqual([]);
        // As data it is only a text, perhaps with a reference of another language in it.
        const asData = ofText(inFlow(`{ a: ${JSON.stringify(infix)} }`));
        expect(asData.filter(({ code }) => code !== 'foreign-reference')).toEqual([]);
      }),
      { seed: SEED, numRuns: runs(400) },
    );
  });

  it.each([
    ['"{{ steps.load.outputs.hit }}"', '{ $step: load, path: hit }'],
    ['"${steps.load.hit}"', '{ $step: load, path: hit }'],
    ['$.brief', '{ $input: brief }'],
    ['input.brief', '{ $input: brief }'],
  ])('may be a reference of another language: %s', (text, ours) => {
    expect(ofText(asSkipIf(text))).toMatchObject([{ code: 'text-condition', help: `Write skipIf: ${ours}.` }]);
  });

  it('reads a step of the flow where a path begins with its id, the longest that does', () => {
    const flow = (skipIf: string) =>
      `steps:\n  - { id: a, component: /x/a }\n  - { id: a.b, component: /x/b }\n  - { id: c, component: /x/c, skipIf: ${JSON.stringify(skipIf)} }\n`;
    for (const [text, ours] of [
      ["{{ a.s == 'done' }}", '{ $eq: [{ $step: a, path: s }, "done"] }'],
      ["a.b.s == 'done'", '{ $eq: [{ $step: a.b, path: s }, "done"] }'],
      ['!a.outputs.hit', '{ $not: { $step: a, path: hit } }'],
      ['a[0].s && b.s', '{ $and: [{ $step: a, path: "[0].s" }, { $input: b.s }] }'],
      ['$.a.hit', '{ $step: a, path: hit }'],
      ['${a.hit}', '{ $step: a, path: hit }'],
      ['a.hit', '{ $step: a, path: hit }'],
      ['a', '{ $step: a }'],
    ])
      expect(ofText(flow(text ?? ''))).toMatchObject([{ code: 'text-condition', help: `Write skipIf: ${ours}.` }]);
    expect(ofText(flow('ab.hit'))).toEqual([]);
  });

  it.each(['yes', '""', '"true"', 'the plan is free', 'a -> b', 'brief', '"- 1"'])('is no word such as %s', (text) => {
    expect(ofText(asSkipIf(text))).toEqual([]);
    expect(ofText(inFlow(`{ $if: ${text}, then: 1 }`))).toEqual([]);
  });

  it('is what is advised for an operator that has it in place of its operands', () => {
    const [found] = ofText(inFlow('{ $eq: "plan == \'free\'" }'));
    expect(found?.help).toBe('Write { $eq: [{ $input: plan }, "free"] }.');
  });
});

describe('an operator that does not exist', () => {
  it('is an error as a condition, which would be true in every run, and a warning elsewhere', () => {
    for (const key of ['$neq', '$eqq', '$isnull', '$contains', '$Not']) {
      for (const place of PLACES) {
        const found = ofText(inFlow(place(`{ ${key}: [{ $input: a }, 1] }`)));
        expect(found).toMatchObject([{ code: 'unknown-dollar-key', severity: 'error' }]);
        expect(found[0]?.message).toContain('which is always true');
        expect(found[0]?.help).not.toContain('plain data');
      }
      expect(ofText(inFlow(`{ a: { ${key}: 1 } }`))).toMatchObject([{ severity: 'warning' }]);
      expect(ofText(asSkipIf(`{ ${key}: [1] }`))).toMatchObject([{ severity: 'error' }]);
    }
  });

  it('is none where the map is like no operator, but data', () => {
    for (const data of ['{ $x: [1] }', '{ $neq: [1, 2], a: 1 }', '{ $link: s0 }', '{ $skipped: true }'])
      expect(ofText(asSkipIf(data))).toMatchObject([{ code: 'unknown-dollar-key', severity: 'warning' }]);
  });

  it.each([
    ['$var', '{ $variable: NAME }'],
    ['$vars', '{ $variable: NAME }'],
    ['$output', '{ $step: ID }'],
    ['$result', '{ $step: ID }'],
    ['$ref', '{ $input: PATH } or { $step: ID, path: PATH }'],
    ['$lit', '{ $literal: value }'],
    ['$litral', '"$literal"'],
  ])('%s is told what is meant', (key, meant) => {
    const [found, ...more] = ofText(inFlow(`{ a: { ${key}: b } }`));
    expect(more).toEqual([]);
    expect(found?.help).toContain(meant);
    expect(found?.help).toContain('put it under $literal');
  });
});

describe('a key that an $if does not have', () => {
  it.each([
    ['other', 'else'],
    ['otherwise', 'else'],
    ['default', 'else'],
    ['els', 'else'],
    ['thn', 'then'],
  ])('%s is told as %s', (key, meant) => {
    const found = ofText(inFlow(`{ $if: { $input: x }, ${meant === 'then' ? 'else' : 'then'}: 2, ${key}: 3 }`));
    expect(found.map(({ help }) => help)).toEqual([expect.stringContaining(`"${meant}"`)]);
  });
});
