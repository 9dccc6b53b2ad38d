import type { Json } from '../../lib/runtime/index.ts';
import { fails, gives, type Mocks, SKIPS } from '../oracle/mocked.ts';
import type { JudgedSample, Wanted } from './judged-sample.ts';

// Flows written by hand, for what random ones seldom or never have.

type Run = readonly [input: Json, wanted: Wanted];

const run = (input: Json, result: Json): Run => [input, { outcome: 'success', result }];
const skippedRun = (input: Json): Run => [input, { outcome: 'skipped' }];
const failedRun = (input: Json, ...failures: readonly string[]): Run => [input, { outcome: 'failed', failures }];

interface Written {
  readonly name: string;
  readonly source: string;
  readonly mocks: Mocks;
  readonly runs: readonly Run[];
}

const FAILED = { outcome: 'failed', error: { code: 'COMPONENT_FAILED', message: 'COMPONENT_FAILED by its mock' } };
const LOOKALIKES: Json = [
  { $skipped: true },
  { $$missing: 'x' },
  { $blob: '0'.repeat(64), blobType: 'data', size: 3 },
  '{% 1 + 1 %}',
  [[], [[null]]],
  { 'a.b': 0, __proto: 'é"\\\n' },
];

/** The rest of a step whose flow of three steps runs for each item. */
const MAPPED = `
    component: /builtin/map
    input:
      max_concurrency: 2
      items: { $input: items }
      workflow:
        $literal:
          steps:
            - { id: first, component: /mock/any, input: { $input: n } }
            - { id: second, component: /mock/other, input: { $step: first } }
            - { id: beside, component: /mock/other, input: [{ $input: n }] }
          output: [{ $step: second, path: v }, { $step: beside, path: v }]`;

/** A step of a flow inside a step: it runs a third flow on the result of the step `in0`. */
const DEEPER = `            - id: deeper
              component: /builtin/eval
              input:
                input: { $step: in0 }
                flow: { $literal: { steps: [{ id: in2, component: /mock/other, input: { $input: $ } }], output: [{ $step: in2, path: x }] } }`;

/** Enough steps for a Map. */
const WIDE = Array.from({ length: 12 }, (_, at) => at);

/** More than an inline Map takes. */
const MANY = Array.from({ length: 120 }, (_, n) => ({ n }));

/** Three of them fit no payload, and two leave no room for anything else. */
const LARGE = 'x'.repeat(120_000);

const WRITTEN: readonly Written[] = [
  {
    // A distributed Map.
    name: 'MapOverMany',
    source: `
steps:
  - id: each
    component: /builtin/map
    input:
      items: { $input: items }
      workflow:
        steps: [{ id: own, component: /mock/any, input: { $input: n } }]
        output: [{ $step: own }, { $input: n }]
output: { $step: each }`,
    mocks: { '/mock/any': [{ input: 7, ...SKIPS }, { input: 110, ...fails() }, gives('own')] },
    runs: [
      run(
        { items: MANY },
        {
          results: MANY.map(({ n }) => {
            if (n === 7) return { outcome: 'skipped' };
            return n === 110 ? FAILED : { outcome: 'success', result: ['own', n] };
          }),
          values: MANY.map(({ n }) => (n === 7 || n === 110 ? null : ['own', n])),
          ...{ successful: 118, failed: 1, skipped: 1 },
        },
      ),
    ],
  },
  {
    // A distributed Map whose items are too large for payloads, in S3 from the first step on.
    name: 'MapOverLarge',
    source: `
steps:
  - { id: list, component: /mock/any }
  - id: each
    component: /builtin/map
    input:
      max_concurrency: 2
      items: { $step: list }
      workflow:
        steps:
          - { id: own, component: /mock/other, input: { $input: $ } }
        output: { own: { $step: own }, text: { $input: text } }
output: { $step: each, path: results }`,
    mocks: {
      '/mock/any': [gives([1, 2, 3].map((n) => ({ n, text: LARGE })))],
      '/mock/other': [
        { input: { n: 2 }, ...fails() },
        { input: { text: LARGE }, ...gives(['own']) },
      ],
    },
    runs: [
      run(null, [
        { outcome: 'success', result: { own: ['own'], text: LARGE } },
        FAILED,
        { outcome: 'success', result: { own: ['own'], text: LARGE } },
      ]),
    ],
  },
  {
    // Operators in each place that does them: in the state machine, in functions, and in one of their own.
    name: 'Operators',
    source: `
steps:
  - { id: one, component: /mock/any, input: { $concat: [{ $input: name }, " ", { $input: n }] } }
  - { id: other, component: /mock/other, input: { $input: n } }
  - id: refund
    component: /mock/other
    input: { $length: { $step: one, path: list } }
    skipIf: { $or: [{ $lt: [{ $input: n }, 10] }, { $not: { $eq: [{ $step: one, path: text }, { $step: other, path: text }] } }] }
output:
  refunded: { $coalesce: [{ $step: refund, path: text }, no] }
  same: { $eq: [{ $step: one }, { $step: other }] }
  long: { $gt: [{ $length: { $input: name } }, 5] }
  among: { $in: [{ $input: n }, [1, 2, 12]] }
  text: { $concat: [{ $step: one, path: text }, "/", { $input: n }, "/", { $step: other, path: text }] }
  first: { $lte: [{ $step: one, path: text }, { $step: other, path: text }] }`,
    mocks: {
      '/mock/any': [
        { input: 'ada 12', ...gives({ text: 'same', list: [1, 2, 3] }) },
        { input: 'ada 2', ...gives({ text: '\uffff', list: [] }) },
        gives({ text: LARGE, list: [{}] }),
      ],
      '/mock/other': [
        { input: 12, ...gives({ list: [1, 2, 3], text: 'same' }) },
        { input: 2, ...gives({ text: '\u{10000}' }) },
        gives({ text: 'refunded' }),
      ],
    },
    runs: [
      run(
        { name: 'ada', n: 12 },
        { refunded: 'refunded', same: true, long: false, among: true, text: 'same/12/same', first: true },
      ),
      run(
        { name: 'ada', n: 2 },
        { refunded: 'no', same: false, long: false, among: true, text: '\uffff/2/\u{10000}', first: true },
      ),
      run(
        { name: LARGE, n: 0.1 + 0.2 },
        {
          ...{ refunded: 'no', same: false, long: true, among: false },
          ...{ text: `${LARGE}/0.30000000000000004/refunded`, first: false },
        },
      ),
      failedRun({ name: 'ada', n: 'ten' }, 'EXPRESSION_FAILURE'),
    ],
  },
  {
    name: 'Express',
    source: `
metadata: { aws: { type: EXPRESS } }
steps:
  - { id: first, component: /mock/any, input: { $input: name } }
  - { id: wait, component: /builtin/sleep, input: { duration_ms: 10, passthrough: { $step: first } } }
  - { id: second, component: /mock/other, input: { $step: wait, path: passthrough } }
output: [{ $step: second }, { $input: name }]`,
    mocks: {
      '/mock/any': [
        { input: 'nobody', ...SKIPS },
        { input: 'bad', ...fails('TIMEOUT') },
        gives({ large: LARGE, text: LARGE }),
      ],
      '/mock/other': [{ input: { text: LARGE }, ...gives('second') }],
    },
    runs: [
      run({ name: 'ada' }, ['second', 'ada']),
      skippedRun({ name: 'nobody' }),
      failedRun({ name: 'bad' }, 'TIMEOUT'),
    ],
  },
  {
    name: 'WideFanOut',
    source: `
steps:
  - { id: src, component: /mock/any, input: { $input: kind } }
${WIDE.map((at) => `  - { id: w${at}, component: /mock/other, input: { all: { $step: src, path: all }, own: { $step: src, path: "parts[${at}]" }, deep: [{ n: ${at} }, x] } }`).join('\n')}
output: [${WIDE.map((at) => `{ $coalesce: [{ $step: w${at} }, none] }`).join(', ')}]`,
    mocks: {
      src: [
        { input: 'few', ...gives({ all: 1, parts: ['p0'] }) },
        { input: 'bad', ...gives({ all: 1, parts: WIDE.map((at) => `bad ${at}`) }) },
        gives({ all: LOOKALIKES, parts: WIDE.map((at) => `p${at}`) }),
      ],
      '/mock/other': [
        { input: { own: 'p3' }, ...SKIPS },
        { input: { own: 'bad 7' }, ...fails('TIMEOUT') },
        ...WIDE.map((at) => ({ input: { own: `p${at}`, all: LOOKALIKES, deep: [{ n: at }, 'x'] }, ...gives([[at]]) })),
        gives('other'),
      ],
    },
    runs: [
      run(
        { kind: 'all' },
        WIDE.map((at) => (at === 3 ? 'none' : [[at]])),
      ),
      failedRun({ kind: 'few' }, 'EXPRESSION_FAILURE'),
      failedRun({ kind: 'bad' }, 'TIMEOUT'),
    ],
  },
  {
    name: 'MapOverFlow',
    source: `steps:\n  - id: each${MAPPED}\noutput: { $step: each }`,
    mocks: {
      '/mock/any': [{ input: 3, ...SKIPS }, { input: 4, ...fails() }, gives('first')],
      '/mock/other': [{ input: 'first', ...gives({ v: [1] }) }, gives({ v: null })],
    },
    runs: [
      run(
        { items: [{ n: 1 }, { n: 3 }, { n: 4 }] },
        {
          results: [{ outcome: 'success', result: [[1], null] }, { outcome: 'skipped' }, FAILED],
          values: [[[1], null], null, null],
          ...{ successful: 1, failed: 1, skipped: 1 },
        },
      ),
      failedRun({ items: { n: 1 } }, 'INVALID_INPUT'),
    ],
  },
  {
    name: 'MapReadByPath',
    source: `
steps:
  - id: each${MAPPED}
    onError: { action: useDefault, defaultValue: { results: none } }
  - { id: after, component: /builtin/noop, input: { $step: each, path: results } }
output: { after: { $step: after }, first: { $coalesce: [{ $step: each, path: "results[0].result" }, none] } }`,
    mocks: { '/mock/any': [gives([[]])], '/mock/other': [gives({ v: [[]] })] },
    runs: [
      run({ items: [] }, { after: [], first: 'none' }),
      run({ items: [{ n: 1 }] }, { after: [{ outcome: 'success', result: [[[]], [[]]] }], first: [[[]], [[]]] }),
    ],
  },
  {
    name: 'MapWithDefault',
    source: `steps:\n  - id: each${MAPPED}\n    onError: { action: useDefault, defaultValue: { results: none } }\noutput: { $step: each, path: results }`,
    mocks: { '/mock/any': [fails()], '/mock/other': [fails()] },
    runs: [run({ items: 5 }, 'none')],
  },
  {
    name: 'EvalInBranch',
    source: `
steps:
  - { id: before, component: /mock/any }
  - id: sub
    component: /builtin/eval
    input:
      flow:
        $literal:
          steps:
            - { id: in0, component: /mock/any, input: { $input: from } }
            - { id: in1, component: /mock/any, input: { $step: in0 } }
${DEEPER}
          output: { in1: { $step: in1 }, deeper: { $step: deeper, path: result } }
      input: { from: { $step: before } }
  - { id: beside, component: /builtin/noop, input: { $step: before } }
output: { sub: { $step: sub, path: result }, beside: { $step: beside } }`,
    mocks: {
      before: [gives('b')],
      '/mock/any': [{ input: 'b', ...gives([0]) }, fails()],
      '/mock/other': [gives({ x: [[1]] })],
    },
    runs: [run(null, { sub: FAILED, beside: 'b' })],
  },
  {
    name: 'EvalInEval',
    source: `
steps:
  - id: sub
    component: /builtin/eval
    input:
      flow:
        $literal:
          steps:
            - { id: in0, component: /mock/any, input: { $input: $ } }
${DEEPER}
          output: { $step: deeper, path: result }
      input: [{ $input: a }]
output: { $step: sub, path: result }`,
    mocks: { '/mock/any': [{ input: [1], ...gives(null) }, SKIPS], '/mock/other': [gives({ x: [[1]] })] },
    runs: [
      run({ a: 1 }, { outcome: 'success', result: { outcome: 'success', result: [[[1]]] } }),
      run({ a: 2 }, { outcome: 'skipped' }),
    ],
  },
  {
    name: 'Iterate',
    source: `
steps:
  - id: loop
    component: /builtin/iterate
    input:
      initial_input: { $input: from }
      max_iterations: 4
      flow: { $literal: { steps: [{ id: turn, component: /mock/any, input: { $input: $ } }], output: { $step: turn } } }
output: { $step: loop }`,
    mocks: {
      '/mock/any': [
        { input: 0, ...gives({ next: [1] }) },
        { input: [1], ...gives({ next: null }) },
        { input: null, ...gives({ result: [[2]], next: 0 }) },
        { input: 'on', ...gives({ next: 'on' }) },
        { input: 'neither', ...gives({}) },
        { input: 'ill', ...fails('RESOURCE_UNAVAILABLE') },
      ],
    },
    runs: [
      run({ from: 0 }, { result: [[2]], iterations: 3, terminated: false }),
      run({ from: 'on' }, { result: 'on', iterations: 4, terminated: true }),
      failedRun({ from: 'neither' }, 'INVALID_INPUT'),
      failedRun({ from: 'ill' }, 'RESOURCE_UNAVAILABLE'),
    ],
  },
  {
    name: 'NestedParallel',
    source: `
steps:
  - { id: a, component: /builtin/noop, input: { $input: $ } }
  - { id: b, component: /builtin/noop, input: { $step: a, path: x } }
  - { id: c, component: /mock/any, input: { $step: b } }
  - { id: d, component: /mock/any, input: { $step: b } }
  - { id: e, component: /builtin/noop, input: [{ $step: c, path: v }, { $step: d }] }
  - { id: f, component: /mock/any, input: { $step: a } }
  - { id: g, component: /mock/any, input: { $step: a } }
  - { id: h, component: /builtin/noop, input: { f: { $step: f }, g: { $step: g } } }
  - { id: i, component: /builtin/noop, input: [{ $step: e }, { $step: h }, { $step: a, path: y }] }
output: { $step: i }`,
    mocks: {
      c: [gives({ v: [[]] })],
      d: [gives(null)],
      f: [gives([])],
      g: [{ input: { x: 1 }, ...gives('g') }, SKIPS],
    },
    runs: [run({ x: 1, y: [2] }, [[[[]], null], { f: [], g: 'g' }, [2]]), skippedRun({ x: 2, y: 2 })],
  },
  {
    name: 'OnErrors',
    source: `
steps:
  - { id: skip, component: /mock/any, onError: { action: skip } }
  - { id: none, component: /mock/any, onError: { action: useDefault } }
  - { id: literal, component: /mock/any, onError: { action: useDefault, defaultValue: { a: [[1]], "b.c": "{% 1 %}" } } }
  - { id: given, component: /mock/any, onError: { action: useDefault, defaultValue: { k: { $input: d } } } }
  - { id: on, component: /mock/any, onError: { action: continue, defaultValue: [{ $step: literal, path: a }] } }
  - { id: again, component: /mock/any, onError: { action: retry, maxRetries: 2 } }
  - { id: after, component: /builtin/noop, input: [{ $step: skip }] }
output:
  skip: { $coalesce: [{ $step: skip }, skipped] }
  after: { $from: { step: after }, onSkip: { action: useDefault, defaultValue: [skipped] } }
  none: { $step: none, path: any.path }
  literal: { $step: literal, path: b.c }
  given: [{ $step: given, path: "k[0]" }, { $if: { $step: given, path: k }, then: 1 }]
  on: { $step: on }
  again: { $step: again }`,
    mocks: {
      ...{ skip: [fails()], none: [fails('TIMEOUT')], literal: [fails('RESOURCE_UNAVAILABLE')], given: [fails()] },
      ...{ on: [fails()], again: [{ ...fails(), times: 2 }, gives([3])] },
    },
    runs: [
      run(
        { d: [[4]] },
        {
          ...{ skip: 'skipped', after: ['skipped'], none: null, literal: '{% 1 %}', given: [[4], 1], on: [[[1]]] },
          again: [3],
        },
      ),
      failedRun({}, 'EXPRESSION_FAILURE'),
    ],
  },
  {
    name: 'Fails',
    source: `
steps:
  - { id: ok, component: /builtin/noop, input: { $input: $ } }
  - { id: bad, component: /mock/any, input: { $step: ok, path: a }, onError: { action: retry, maxRetries: 1 } }
  - { id: beside, component: /builtin/noop, input: { $step: ok } }
output: [{ $step: bad }, { $step: beside }]`,
    mocks: {
      bad: [
        { input: 1, ...fails('TIMEOUT') },
        { input: 2, ...gives(2) },
      ],
    },
    runs: [
      failedRun({ a: 1 }, 'TIMEOUT'),
      failedRun({ a: 'no mock' }, 'UNREACHABLE'),
      failedRun({}, 'EXPRESSION_FAILURE'),
    ],
  },
  {
    name: 'SkipChain',
    source: `
steps:
  - { id: a, component: /builtin/noop, skipIf: { $input: skip }, input: { $input: nope } }
  - { id: b, component: /builtin/noop, input: { $step: a } }
  - { id: c, component: /builtin/noop, input: { a: { $step: b } } }
  - { id: d, component: /builtin/noop, skipIf: { $step: c }, input: d }
  - { id: e, component: /mock/any, input: { $step: d } }
  - { id: f, component: /builtin/noop, input: [{ $step: e }] }
output: { d: { $step: d }, c: { $coalesce: [{ $step: c, path: a }, { $step: b }, none] }, f: { $coalesce: [{ $step: f }, { $input: f }] } }`,
    mocks: { e: [SKIPS] },
    runs: [
      run({ skip: 1, f: [[0]] }, { d: 'd', c: 'none', f: [[0]] }),
      failedRun({ skip: 0, f: 1 }, 'EXPRESSION_FAILURE'),
    ],
  },
  {
    name: 'Demand',
    source: `
evaluation: lazy
steps:
  - { id: cheap, component: /mock/any, input: { $input: $ } }
  - { id: dear, component: /mock/any, input: { $input: $ } }
  - { id: dearer, component: /mock/other, input: { $if: { $input: deep }, then: { $step: dear } } }
  - { id: left, component: /builtin/noop, input: { $if: { $input: left }, then: { $step: dearer }, else: l } }
  - { id: right, component: /builtin/noop, input: { $coalesce: [{ $step: cheap, path: r }, { $step: dearer }] } }
  - { id: never, component: /mock/any }
  - { id: always, component: /mock/other, mustExecute: true, input: always }
output: { left: { $step: left }, right: { $if: { $input: right }, then: { $step: right } }, never: { $if: false, then: { $step: never } } }`,
    mocks: {
      cheap: [{ input: { cheap: true }, ...gives({ r: [[]] }) }, gives({})],
      dear: [{ input: { fail: true }, ...fails() }, gives('dear')],
      dearer: [{ input: 'dear', ...gives(['paid']) }, gives(null)],
      always: [gives(null)],
      never: [fails()],
    },
    runs: [
      run({ left: false, right: true, cheap: true, deep: true, fail: true }, { left: 'l', right: [[]], never: null }),
      run({ left: true, right: true, deep: true }, { left: ['paid'], right: ['paid'], never: null }),
      run({ left: 0, right: null, deep: false, fail: true }, { left: null, right: null, never: null }),
      failedRun({ left: false, right: 0, deep: true, fail: true }, 'COMPONENT_FAILED'),
    ],
  },
  {
    name: 'InputSchema',
    source: `
schemas:
  type: object
  properties:
    input:
      type: object
      required: [id, tags]
      properties:
        id: { type: integer, minimum: 1 }
        tags: { type: array, items: { type: string } }
        kind: { enum: [one, null] }
steps: [{ id: a, component: /builtin/noop, input: { $input: tags } }]
output: [{ $step: a }, { $input: id }]`,
    mocks: {},
    runs: [
      run({ id: 1, tags: [], kind: null }, [[], 1]),
      failedRun({ id: 1.5, tags: [] }, 'INVALID_INPUT'),
      failedRun({ id: 1, tags: ['x', 1] }, 'INVALID_INPUT'),
      failedRun([], 'INVALID_INPUT'),
    ],
  },
  {
    name: 'LookAlikes',
    source: `
steps:
  - { id: all, component: /builtin/noop, input: { $input: $ } }
  - { id: made, component: /builtin/noop, input: { $skipped: { $input: "[0].$skipped" } } }
  - { id: wait, component: /builtin/sleep, input: { duration_ms: 20, passthrough: { $step: made } } }
output: [{ $step: all }, { $step: wait, path: passthrough }, { $literal: { $step: all } }, { $input: "[3]" }]`,
    mocks: {},
    runs: [run(LOOKALIKES, [LOOKALIKES, { $skipped: true }, { $step: 'all' }, '{% 1 + 1 %}'])],
  },
  {
    // A fused chain of three steps; a step alone; a fused chain of two steps in a map.
    name: 'FusedChain',
    source: `
metadata: { aws: { fuse: true } }
steps:
  - { id: a, component: /mock/any, input: { $input: n }, skipIf: { $input: skip } }
  - { id: b, component: /mock/other, input: { from: { $step: a, path: v }, own: { $input: own } } }
  - { id: c, component: /mock/any, input: [{ $step: b }, { $step: a, path: v }] }
  - { id: alone, component: /mock/other, input: { $input: n } }
  - id: each
    component: /builtin/map
    input:
      items: [{ $input: n }]
      workflow:
        $literal:
          steps:
            - { id: first, component: /mock/any, input: { $input: $ } }
            - { id: second, component: /mock/other, input: { $step: first } }
          output: { $step: second }
output: [{ $coalesce: [{ $step: c }, none] }, { $step: alone }, { $step: each, path: "results[0].outcome" }]`,
    mocks: {
      a: [{ input: 2, ...SKIPS }, gives({ v: { $link: 'a v' } })],
      b: [
        { input: { own: 'fail' }, ...fails('TIMEOUT') },
        { input: { own: 'skip' }, ...SKIPS },
        gives({ $skipped: true }),
      ],
      c: [{ input: [{ $skipped: true }, { $link: 'a v' }], ...gives('c') }],
      '/mock/any': [{ input: 3, ...fails() }, gives('first')],
      '/mock/other': [gives('other')],
    },
    runs: [
      run({ n: 1, own: 1, skip: false }, ['c', 'other', 'success']),
      run({ n: 1, own: 'skip', skip: false }, ['none', 'other', 'success']),
      run({ n: 2, own: 1, skip: false }, ['none', 'other', 'success']),
      run({ n: 3, own: 1, skip: true }, ['none', 'other', 'failed']),
      failedRun({ n: 1, own: 'fail', skip: false }, 'TIMEOUT'),
    ],
  },
  {
    name: 'NoOutput',
    source: `
steps:
  - { id: a, component: /mock/any }
  - { id: b, component: /mock/any, input: { $step: a, path: x } }
  - { id: c, component: /mock/any, skipIf: { $input: skip } }
  - { id: d, component: /mock/any, onError: { action: skip } }`,
    mocks: { a: [gives({ x: 1 })], b: [gives([null])], c: [gives({ $missing: 'c' })], d: [fails()] },
    runs: [run({ skip: false }, { b: [null], c: { $missing: 'c' } }), run({ skip: true }, { b: [null] })],
  },
];

/** Flows that are also deployed as several state machines, with the bytes that a definition may have. */
const SPLIT: { readonly [name: string]: number } = {
  EvalInBranch: 13_000,
  EvalInEval: 10_000,
  NestedParallel: 8500,
  OnErrors: 13_000,
  SkipChain: 8500,
  Demand: 10_000,
};

const split = WRITTEN.flatMap((sample) => {
  const definitionBytes = SPLIT[sample.name];
  return definitionBytes === undefined ? [] : [{ ...sample, name: `${sample.name}Split`, limits: { definitionBytes } }];
});

/** Flows written by hand, with what the language says of their runs. */
export const writtenSamples: readonly JudgedSample[] = [...WRITTEN, ...split].map(({ runs, ...sample }) => ({
  ...sample,
  variables: {},
  inputs: runs.map(([input]) => input),
  wanted: runs.map(([, wanted]) => wanted),
}));
