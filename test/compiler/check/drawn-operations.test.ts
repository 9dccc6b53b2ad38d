import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { check } from '../../../lib/compiler/check/index.ts';
import { findProblems } from '../../../lib/compiler/check/problems.ts';
import { compile } from '../../../lib/compiler/compile.ts';
import { allWithin, type Expression } from '../../../lib/flow/expression.ts';
import type { Json } from '../../../lib/protocol/json.ts';
import { runs } from '../../chance.ts';
import { evaluate } from '../../oracle/evaluate.ts';
import type { Found } from '../../oracle/found.ts';

const SCALARS: readonly Json[] = [null, true, false, 0, 1, 18, '', '1', 'a', '18'];
const VALUES: readonly Json[] = [...SCALARS, [], [1], ['a'], [null, 'a'], { a: 1 }, {}, { a: 'a', b: null }];

const schema: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json>(
    ...[{ type: 'string' }, { type: 'number' }, { type: ['string', 'null'] }, { type: ['number', 'string'] }, {}],
    ...[
      { type: 'array', items: { type: 'string' } },
      { type: 'array', minItems: 1, items: { type: 'integer' } },
    ],
    ...[{ type: 'object', required: ['a'], properties: { a: { type: 'number' } }, additionalProperties: false }],
    ...[{ type: 'object', properties: { a: {} } }, { anyOf: [{ type: 'null' }, { const: 18 }] }, { type: 'boolean' }],
  ),
  fc.constantFrom(...VALUES).map((value): Json => ({ const: value })),
  fc.subarray([...SCALARS], { minLength: 1, maxLength: 3 }).map((values): Json => ({ enum: values })),
);

/** The fields of the flow's input, with their schemas, and whether they are required. */
const fields = fc.tuple(
  ...['p', 'q', 'r'].map((name) => fc.record({ name: fc.constant(name), schema, needed: fc.boolean() })),
);

type Drawn = { readonly [key: string]: Json } | Json;

const { any: operation } = fc.letrec<{ any: Drawn }>((tie) => {
  const operand: fc.Arbitrary<Drawn> = fc.oneof(
    { maxDepth: 2, depthSize: 'small' },
    { weight: 4, arbitrary: fc.constantFrom('p', 'q', 'r', 'p', 'p.a', 'q[0]').map((path) => ({ $input: path })) },
    { weight: 2, arbitrary: fc.constantFrom(...VALUES) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(
          fc.constantFrom('p', 'q').map((path) => ({ $input: path })),
          fc.constantFrom(...SCALARS),
        )
        .map(([one, other]) => [one, other]),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.constantFrom('p', 'q'), fc.constantFrom(...VALUES))
        .map(([path, other]) => ({ $coalesce: [{ $input: path }, other] })),
    },
    { weight: 2, arbitrary: tie('any') },
  );
  const pair = fc.tuple(operand, operand).map(([one, other]): Json => [one, other]);
  const many = fc.array(operand, { maxLength: 3 });
  return {
    any: fc.oneof(
      fc
        .tuple(fc.constantFrom('$eq', '$ne', '$lt', '$lte', '$gt', '$gte', '$in'), pair)
        .map(([key, two]) => ({ [key]: two })),
      fc.tuple(fc.constantFrom('$and', '$or', '$concat'), many).map(([key, all]) => ({ [key]: all })),
      fc.tuple(fc.constantFrom('$not', '$length'), operand).map(([key, one]) => ({ [key]: one })),
      fc.tuple(operand, operand, operand).map(([one, then, other]): Json => ({ $if: one, then, else: other })),
    ),
  };
});

/** A flow whose output is what is drawn, and inputs that fit its schema. */
const drawn = fc.tuple(fields, operation).chain(([all, output]) => {
  const properties = Object.fromEntries(all.map((field) => [field.name, field.schema]));
  const required = all.flatMap(({ name, needed }) => (needed ? [name] : []));
  const inputSchema: Json = { type: 'object', required, properties };
  const isFit = (input: Json): boolean => findProblems(input, { schema: inputSchema, root: inputSchema }).length === 0;
  const values = (own: Json): readonly Json[] =>
    VALUES.filter((value) => findProblems(value, { schema: own, root: own }).length === 0);
  const entries = all.map(({ name, schema: own, needed }) => {
    const value = fc.constantFrom<Json | undefined>(...values(own), ...(needed ? [] : [undefined]));
    return value.map((one): [string, Json][] => (one === undefined ? [] : [[name, one]]));
  });
  const input = fc.tuple(...entries).map((found): Json => Object.fromEntries(found.flat()));
  const inputs = fc.array(input.filter(isFit), { minLength: 8, maxLength: 8 });
  const fits = all.every((field) => values(field.schema).length > 0);
  return fc.record({
    source: fc.constant(JSON.stringify({ inputSchema, steps: [], output })),
    inputs: fits ? inputs : fc.constant([]),
  });
});

const world = (input: Json) => {
  return { input, variables: {}, step: async (): Promise<Found> => Promise.reject(new Error('there are no steps')) };
};

describe('what is found in a drawn operation', () => {
  it('holds in every run: operands never fit, and comparisons and conditions have one result', {
    timeout: 120_000,
  }, async () => {
    const seen = { 'operand-type': 0, 'constant-comparison': 0, 'always-true': 0, 'never-true': 0, 'unknown-path': 0 };
    const property = fc.asyncProperty(drawn, async ({ source, inputs }) => {
      const { flow, diagnostics } = compile(source, { file: 'flow.json' });
      if (!flow?.output) throw new Error(JSON.stringify(diagnostics));
      const all = allWithin(flow.output);
      const findings = check(flow, () => undefined);
      for (const { code, message, line, column, endLine, endColumn } of findings) {
        if (!(code in seen)) continue;
        seen[code as keyof typeof seen] += 1;
        const isThere = ({ span }: Expression): boolean =>
          span.line === line && span.column === column && span.endLine === endLine && span.endColumn === endColumn;
        for (const input of inputs) {
          const found = async (one: Expression) => evaluate(one, world(input));
          const about = `${source}\n${JSON.stringify(input)}\n${code}: ${message}`;
          if (code === 'operand-type') {
            const readers = all.filter((one) => one.kind === 'operation' && one.operands.some(isThere));
            const results = await Promise.all(readers.map(found));
            expect(
              results.some(({ kind }) => kind !== 'value'),
              about,
            ).toBe(true);
          } else if (code === 'constant-comparison') {
            // Of a negated comparison, the equality has the same place.
            const results = await Promise.all(all.filter((one) => one.kind === 'operation' && isThere(one)).map(found));
            const holds = / is always true/.test(message) !== message.startsWith('This $ne');
            expect(
              results.some((one) => one.kind === 'fault' || (one.kind === 'value' && one.value === holds)),
              about,
            ).toBe(true);
          } else if (code !== 'unknown-path') {
            const conditions = all.flatMap((one) =>
              one.kind === 'if' && isThere(one.condition) ? [one.condition] : [],
            );
            const results = await Promise.all(conditions.map(found));
            const truths = results.map((one) =>
              one.kind === 'fault' ? undefined : one.kind === 'value' && one.value !== null && one.value !== false,
            );
            expect(truths.includes(undefined) || truths.includes(code === 'always-true'), about).toBe(true);
          }
        }
      }
      const fails = findings.some(({ severity }) => severity === 'error');
      if (!fails) return;
      // An error is no certain failure in an arm that is not taken; of an operation that is always done it is.
      const isPlain = flow.output.kind === 'operation';
      if (!isPlain || findings.some(({ code, severity }) => severity === 'error' && code !== 'operand-type')) return;
      if (all.some(({ kind }) => kind === 'if' || kind === 'coalesce')) return;
      for (const input of inputs) expect((await evaluate(flow.output, world(input))).kind, source).not.toBe('value');
    });
    await fc.assert(property, { numRuns: runs(500) });
    for (const [code, count] of Object.entries(seen))
      if (code !== 'unknown-path') expect(count, code).toBeGreaterThan(runs(10));
  });
});
