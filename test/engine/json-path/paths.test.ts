import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parsePath } from '../../../lib/engine/json-path/parse-path.ts';
import type { Step } from '../../../lib/engine/json-path/path-steps.ts';
import { Scanner } from '../../../lib/engine/json-path/scanner.ts';
import { select } from '../../../lib/engine/json-path/select.ts';
import { isObject, type Json, type JsonObject } from '../../../lib/protocol/json.ts';
import { runs } from '../../chance.ts';
import { run } from '../harness.ts';

const valueAt = async (path: string, input: Json) => {
  const definition = { StartAt: 'A', States: { A: { Type: 'Pass', Parameters: { 'v.$': path }, End: true } } };
  const { result } = await run(definition, undefined, { input });
  return result.status === 'SUCCEEDED' && isObject(result.output) ? result.output.v : result.error;
};

// The examples of "Using JSONPath paths", AWS Step Functions developer guide.
const guide: JsonObject = {
  foo: 123,
  bar: ['a', 'b', 'c'],
  car: { cdr: true },
  jar: [{ a: 1 }, { a: 5 }, { a: 2 }, { a: 7 }, { a: 3 }],
};

const store: JsonObject = {
  list: [
    { name: 'x', size: 3, tags: ['p', 'q'], status: '200' },
    { name: 'y z', size: 10, status: 'subject_completed' },
    { name: "it's", size: null },
    7,
  ],
  'a b': { 'c.d': 1 },
  nested: { list: [[1, 2], [3]], name: 'inner' },
  numbers: [0, 1, 2, 3, 4, 5],
};

test.each<[string, JsonObject, Json]>([
  ['$.foo', guide, 123],
  ['$.bar', guide, ['a', 'b', 'c']],
  ['$.car.cdr', guide, true],
  ['$.jar[?(@.a >= 5)]', guide, [{ a: 5 }, { a: 7 }]],
  ['$', guide, guide],
  ['$.numbers[2]', store, 2],
  ['$.numbers.[2]', store, 2],
  ['$.numbers[-1]', store, 5],
  ['$.numbers[1:3]', store, [1, 2]],
  ['$.numbers[3:]', store, [3, 4, 5]],
  ['$.numbers[:2]', store, [0, 1]],
  ['$.numbers[-2:]', store, [4, 5]],
  ['$.numbers[:-4]', store, [0, 1]],
  ['$.numbers[1:6:2]', store, [1, 3, 5]],
  ['$.numbers[0,2,-1]', store, [0, 2, 5]],
  ['$.numbers[*]', store, [0, 1, 2, 3, 4, 5]],
  ['$.nested.list[*][*]', store, [1, 2, 3]],
  ['$.nested.*', store, [[[1, 2], [3]], 'inner']],
  ['$.list[*].size', store, [3, 10, null]],
  ['$.list[0].tags[0]', store, 'p'],
  ["$['a b']['c.d']", store, 1],
  ['$["a b"]["c.d"]', store, 1],
  ["$.['a b'].['c.d']", store, 1],
  ["$.nested['name','list']", store, ['inner', [[1, 2], [3]]]],
  ['$..name', store, ['x', 'y z', "it's", 'inner']],
  ['$.nested..[0]', store, [[1, 2], 1, 3]],
  ['$.list[?(@.size)].name', store, ['x', 'y z', "it's"]],
  ['$.list[?(!@.status)].name', store, ["it's"]],
  ["$.list[?(@.name == 'x')].size", store, [3]],
  ['$.list[?(@.name=="x")].size', store, [3]],
  ["$.list[?(@.name == 'it\\'s')].name", store, ["it's"]],
  ['$.list[?(@.status==subject_completed)].name', store, ['y z']],
  ['$.list[?(@.name==y z)].size', store, [10]],
  ["$.list[?(@.status != '200')].name", store, ['y z', "it's"]],
  ['$.list[?(@.status == 200)].name', store, ['x']],
  ['$.list[?(@.size == null)].name', store, ["it's"]],
  ['$.list[?(@.size > 1 && @.size < 5 || @.name == "it\'s")].name', store, ['x', "it's"]],
  ['$.list[?((@.size > 1) && !(@.size < 5))].name', store, ['y z']],
  ['$.list[?(5 < @.size)].name', store, ['y z']],
  ["$.list[?(@.tags[1] == 'q')].name", store, ['x']],
  ["$.list[?(@['name'] == 'x')].size", store, [3]],
  ['$..[?(@.size > 5)].name', store, ['y z']],
  // A path that may lead to many values has a list, even an empty one.
  ['$.list[?(@.size > 99)]', store, []],
  ['$.gone[*]', store, []],
  ['$.gone[1:]', store, []],
  ['$..gone', store, []],
  // A path that leads to one value fails without it. A function of JSONPath is a name.
  ['$.gone', store, 'States.Runtime'],
  ['$.numbers[6]', store, 'States.Runtime'],
  ['$.list.name', store, 'States.Runtime'],
  ['$.list.length()', store, 'States.Runtime'],
  ['$.nested.name[1:]', store, 'States.Runtime'],
])('%s', async (path, input, wanted) => {
  expect(await valueAt(path, input)).toEqual(wanted);
});

test.each([
  '$.',
  '$..',
  '$[',
  '$[]',
  '$.a[',
  '$.a]',
  '$.a[1',
  "$.a['b",
  '$.a[b]',
  '$.a[1;2]',
  '$.a[0:3:0]',
  '$.a[?(@.b)',
  '$.a[?(@.b == )]',
  '$.a[?(@.b =~ /x/)]',
  "$.a[?(@.b in ['x'])]",
  '$.a[?(@.b == @.c)]',
  '$.a[?(@.b == $.c)]',
  '$.a[?(1 == 1)]',
  '$.a[(@.length-1)]',
  '$.a b[',
  'a.b',
  ' $.a',
  '',
  `$.a[?(${'('.repeat(5000)}@.b${')'.repeat(5000)})]`,
])('%s is refused with its place', async (path) => {
  const definition = { StartAt: 'A', States: { A: { Type: 'Pass', InputPath: path, End: true } } };
  await expect(run(definition)).rejects.toMatchObject({
    problems: [
      {
        pointer: '/States/A/InputPath',
        message: 'Value must be a valid JSONPath.',
        help: expect.stringMatching(/at character \d+ of/),
      },
    ],
  });
});

test('any text is a path or a call that is evaluated, or is refused with its place', async () => {
  const token = fc.constantFrom(
    ...['$', '$$', '@', '.', '..', '[', ']', '*', '?', '(', ')', "'", '"', ',', ':', '-1', '2', 'list', 'name', ' '],
    ...['==', '!', '<', '&&', '||', '\\', '{}', 'true', 'States.', 'Format', 'Array(', 'States.ArrayLength(', '[?(@.'],
  );
  const text = fc.tuple(fc.constantFrom('$', '$.list[', 'States.Format(', ''), fc.array(token, { maxLength: 8 }));
  const property = fc.asyncProperty(text, async ([start, tokens]) => {
    const path = `${start}${tokens.join('')}`;
    const definition = { StartAt: 'A', States: { A: { Type: 'Pass', Parameters: { 'v.$': path }, End: true } } };
    const refusal = expect.objectContaining({
      problems: [expect.objectContaining({ pointer: '/States/A/Parameters/v.$', help: expect.any(String) })],
    });
    const ran = await run(definition, undefined, { input: store }).then(
      ({ result }) => result.status,
      (error) => error,
    );
    expect(ran).toEqual(typeof ran === 'string' ? expect.stringMatching(/SUCCEEDED|FAILED/) : refusal);
  });
  await fc.assert(property, { numRuns: runs(500) });
});

test('values thousands of levels deep are searched', () => {
  let deep: Json = { leaf: 1 };
  for (let level = 0; level < 20_000; level++) deep = { in: deep };
  expect(select(deep, parsePath(new Scanner('$..leaf')).steps)).toEqual([1]);
});

describe('a path leads to the values that a simple model finds', () => {
  const name = fc.constantFrom('a', 'b', 'c d', "e'", '__proto__');
  const { document } = fc.letrec<{ document: Json }>((tie) => ({
    document: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom<Json[]>(null, true, 0, 1, 'x'),
      fc.array(tie('document'), { maxLength: 3 }),
      fc.array(fc.tuple(name, tie('document')), { maxLength: 3 }).map((entries) => Object.fromEntries(entries)),
    ),
  }));
  type Plain = Exclude<Step, { kind: 'filter' }>;
  const index = fc.integer({ min: -3, max: 3 });
  const bound = fc.option(index, { nil: undefined });
  const step: fc.Arbitrary<Plain> = fc
    .tuple(
      fc.boolean(),
      fc.oneof(
        fc.record({ kind: fc.constant('names' as const), names: fc.array(name, { minLength: 1, maxLength: 2 }) }),
        fc.record({ kind: fc.constant('indices' as const), indices: fc.array(index, { minLength: 1, maxLength: 2 }) }),
        fc.record({ kind: fc.constant('slice' as const), from: bound, to: bound, by: fc.integer({ min: 1, max: 2 }) }),
        fc.record({ kind: fc.constant('wildcard' as const) }),
      ),
    )
    .map(([deep, selection]) => ({ deep, ...selection }));

  /** How a step is written. */
  function write(step: Plain): string {
    const dots = step.deep ? '..' : '';
    if (step.kind === 'wildcard') return `${dots}[*]`;
    if (step.kind === 'indices') return `${dots}[${step.indices.join(', ')}]`;
    if (step.kind === 'slice') return `${dots}[${step.from ?? ''}:${step.to ?? ''}:${step.by}]`;
    return `${dots}[${step.names.map((each) => `'${each.replaceAll("'", "\\'")}'`).join(',')}]`;
  }

  /** How many parts of a step select a key of a value. */
  function ways(step: Plain, value: Json, key: string): number {
    const at = Number(key);
    const count = (keys: readonly (string | number)[], ...same: readonly (string | number)[]): number =>
      keys.filter((each) => same.includes(each)).length;
    if (step.kind === 'wildcard') return 1;
    if (step.kind === 'names') return isObject(value) ? count(step.names, key) : 0;
    if (!Array.isArray(value)) return 0;
    if (step.kind === 'indices') return count(step.indices, at, at - value.length);
    const from = step.from ?? 0;
    const start = from < 0 ? Math.max(from + value.length, 0) : from;
    const to = step.to ?? value.length;
    const end = to < 0 ? to + value.length : to;
    return at >= start && at < end && (at - start) % step.by === 0 ? 1 : 0;
  }

  /** All values at the end of some steps, each as often as there are ways to it. */
  function model(value: Json, steps: readonly Plain[]): readonly Json[] {
    const [first, ...rest] = steps;
    if (first === undefined) return [value];
    if (typeof value !== 'object' || value === null) return [];
    return Object.entries(value).flatMap(([key, part]) => [
      ...Array.from({ length: ways(first, value, key) }, () => model(part, rest)).flat(),
      ...(first.deep ? model(part, steps) : []),
    ]);
  }

  const sorted = (values: readonly Json[]): readonly string[] => values.map((value) => JSON.stringify(value)).sort();

  test('for all documents and steps', () => {
    const property = fc.property(document, fc.array(step, { maxLength: 3 }), (value, steps) => {
      const path = parsePath(new Scanner(`$${steps.map(write).join('')}`));
      expect(sorted(select(value, path.steps))).toEqual(sorted(model(value, steps)));
    });
    fc.assert(property, { numRuns: runs(2000) });
  });
});
