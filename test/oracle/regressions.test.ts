import { describe, expect, it } from 'vitest';
import type { Json } from '../../lib/protocol/json.ts';
import { compare } from './compare.ts';
import type { Mocks } from './mocked.ts';

/** A flow on which compiler and oracle once differed, or might. */
interface Case {
  readonly title: string;
  readonly source: string;
  readonly input?: Json;
  readonly mocks?: Mocks;
  /** How the run must end; that the rest is right is the oracle's business. */
  readonly outcome: 'success' | 'failed' | 'skipped';
}

const FAILS = { outcome: 'failed', error: { code: 'COMPONENT_FAILED', message: 'boom' } } as const;
const SKIPS = { outcome: 'skipped' } as const;
const gives = (result: Json) => ({ outcome: 'success', result }) as const;

const CASES: readonly Case[] = [
  {
    title: 'a map in a condition may miss something',
    source: 'output: { $if: { a: { $input: nope } }, then: 1, else: 2 }',
    outcome: 'success',
  },
  {
    title: 'no arm is taken where the condition reads a skipped step',
    source: `
steps: [{ id: c, component: /m/c }, { id: a, component: /m/a }, { id: b, component: /m/b }]
output: { $if: { $step: c }, then: { $step: a }, else: { $step: b } }`,
    mocks: { c: [SKIPS], a: [gives(1)], b: [gives(2)] },
    outcome: 'skipped',
  },
  {
    title: 'what only the input of a skipped step reads does not run',
    source: `
evaluation: lazy
steps: [{ id: a, component: /m/a }, { id: b, component: /m/b, skipIf: { $input: skip }, input: { $step: a } }]
output: { $coalesce: [{ $step: b }, none] }`,
    input: { skip: true },
    mocks: { a: [FAILS], b: [gives(1)] },
    outcome: 'success',
  },
  {
    title: 'a default that misses something fails the flow',
    source: `
steps: [{ id: a, component: /m/a, onError: { action: useDefault, defaultValue: { k: { $input: nope } } } }]`,
    mocks: { a: [FAILS] },
    outcome: 'failed',
  },
  {
    title: 'a default that reads a skipped step skips the step',
    source: `
steps:
  - { id: s, component: /m/s, skipIf: true }
  - { id: t, component: /m/t }
  - { id: a, component: /m/a, onError: { action: useDefault, defaultValue: { $step: s } } }
  - { id: b, component: /m/a, onError: { action: useDefault, defaultValue: [{ $step: t, path: k }] } }
output: { $coalesce: [{ $step: a }, { $step: b }, 3] }`,
    mocks: { s: [gives(1)], t: [SKIPS], '/m/a': [FAILS] },
    outcome: 'success',
  },
  {
    title: 'a default is read by path, whatever kind of expression it is',
    source: `
steps:
  - { id: a, component: /m/a, onError: { action: useDefault, defaultValue: { $input: d } } }
  - { id: b, component: /m/b, onError: { action: continue, defaultValue: { "x.y": { $if: true, then: { $input: d } } } } }
output:
  - { $step: a, path: "k[0]" }
  - { $step: b, path: x.y }
  - { $if: { $step: a, path: f }, then: 1, else: 2 }
  - { $coalesce: [{ $step: b, path: x }, { $step: b, path: '$["x.y"].k' }] }`,
    input: { d: { k: [[1]], f: false } },
    mocks: { a: [FAILS], b: [FAILS] },
    outcome: 'success',
  },
  {
    title: 'any path of a default that is null as a whole is null',
    source: `
steps: [{ id: a, component: /m/a, onError: { action: useDefault, defaultValue: { $input: $ } } }]
output: [{ $step: a, path: x.y }]`,
    input: null,
    mocks: { a: [FAILS] },
    outcome: 'success',
  },
  {
    title: 'a map of the user is data, even where its value makes it look like a marker',
    source: `
steps:
  - { id: a, component: /builtin/noop, input: { $skipped: { $input: t } } }
  - { id: b, component: /builtin/noop, input: [{ $missing: { $input: s } }, { $$skipped: { $input: t } }] }
  - { id: c, component: /builtin/noop, input: { $blob: { $input: h }, blobType: { $input: s }, size: { $input: n } } }
output: [{ $step: a }, { $step: b }, { $step: c }, { $skipped: { $input: n } }, { $missing: { $input: s } }]`,
    input: { t: true, s: 'data', n: 3, h: '0'.repeat(64) },
    outcome: 'success',
  },
  {
    title: 'a map of the user that looks like a marker is read by path as any other',
    source: `
steps: [{ id: a, component: /builtin/noop, input: { $input: "[0].$skipped" } }]
output:
  - { $step: a }
  - { $input: "[1].$missing" }
  - { $coalesce: [{ $input: "[1].$$missing" }, { $input: "[2].$skipped" }, none] }
  - { $input: "[2].$$skipped" }
  - [{ $input: "[3].$blob" }, { $input: "[3].size" }, { $input: "[4].$blob" }]
  - { $if: { $input: "[0].$skipped" }, then: 1, else: 2 }`,
    input: [
      ...[{ $skipped: false }, { $missing: 's' }, { $$skipped: true }],
      ...[{ $blob: '0'.repeat(64), blobType: 'data', size: 3 }, { $blob: 4 }],
    ],
    outcome: 'success',
  },
  {
    title: 'a step is a second choice, and what the first choice reads',
    source: `
steps: [{ id: raw, component: /m/raw }, { id: summary, component: /m/summary, input: { $step: raw } }]
output: { $coalesce: [{ $if: { $input: short }, then: { $step: summary } }, { $step: raw }] }`,
    input: { short: true },
    mocks: { raw: [gives('long')], summary: [gives(null)] },
    outcome: 'success',
  },
  {
    title: 'a step is read twice in one $coalesce, the first time only sometimes',
    source: `
steps: [{ id: a, component: /m/a }]
output: { $coalesce: [{ $if: { $input: c }, then: { $step: a, path: x } }, { $step: a, path: y }] }`,
    input: { c: false },
    mocks: { a: [gives({ x: 1, y: 2 })] },
    outcome: 'success',
  },
  {
    title: 'two consumers want a step under different conditions, from two branches',
    source: `
steps:
  - { id: c, component: /m/c }
  - { id: d, component: /m/d }
  - { id: shared, component: /m/shared, input: { $input: x } }
  - { id: left, component: /builtin/noop, input: { $if: { $step: c }, then: { $step: shared } } }
  - { id: right, component: /builtin/noop, input: { $if: { $step: d }, then: { $step: shared } } }
output: [{ $step: left }, { $step: right }]`,
    input: { x: 1 },
    mocks: { c: [gives(false)], d: [gives(true)], shared: [gives('s')] },
    outcome: 'success',
  },
  {
    title: 'a retried step answers at last',
    source: 'steps: [{ id: a, component: /m/a, onError: { action: retry, maxRetries: 1 } }]\noutput: { $step: a }',
    mocks: { a: [{ ...FAILS, times: 1 }, gives(1)] },
    outcome: 'success',
  },
  {
    title: 'a retried step fails for good after its last attempt',
    source: 'steps: [{ id: a, component: /m/a, onError: { action: retry, maxRetries: 1 } }]\noutput: { $step: a }',
    mocks: { a: [{ ...FAILS, times: 2 }, gives(1)] },
    outcome: 'failed',
  },
  {
    title: 'steps may be called like functions, variables and fields that every object has',
    source: `
steps:
  - { id: lookup, component: /builtin/noop, input: 1 }
  - { id: a-b, component: /builtin/noop, input: { $step: lookup } }
  - { id: a.b, component: /builtin/noop, input: { $step: a-b } }
  - { id: constructor, component: /builtin/noop, input: { $step: a.b } }
  - { id: __proto__, component: /builtin/noop, input: { $step: constructor } }
  - { id: 1st, component: /builtin/noop, input: { $step: __proto__ } }
output: [{ $step: 1st }, { $step: a-b }]`,
    outcome: 'success',
  },
];

describe('once found differences', () => {
  it.each(CASES)('$title', async ({ source, input = {}, mocks = {}, outcome }) => {
    const compared = await compare({ source, inputs: [input], variables: {}, mocks });
    expect(compared).toMatchObject({ runs: [outcome] });
  });
});
