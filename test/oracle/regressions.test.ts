import { describe, expect, it } from 'vitest';
import type { Json } from '../../lib/protocol/json.ts';
import { compare } from './compare.ts';
import { fails, gives, type Mocks, SKIPS } from './mocked.ts';

/** A flow on which compiler and oracle once differed, or might differ. */
interface Case {
  readonly title: string;
  readonly source: string;
  readonly input?: Json;
  readonly mocks?: Mocks;
  /** How the run must end; the oracle checks everything else. */
  readonly outcome: 'success' | 'failed' | 'skipped';
}

const CASES: readonly Case[] = [
  {
    title: 'a map in a condition has a missing value',
    source: 'output: { $if: { a: { $input: nope } }, then: 1, else: 2 }',
    outcome: 'success',
  },
  {
    title: 'an $if is skipped where its condition reads a skipped step',
    source: `
steps: [{ id: c, component: /m/c }, { id: a, component: /m/a }, { id: b, component: /m/b }]
output: { $if: { $step: c }, then: { $step: a }, else: { $step: b } }`,
    mocks: { c: [SKIPS], a: [gives(1)], b: [gives(2)] },
    outcome: 'skipped',
  },
  {
    title: 'a step that only a skipped step reads does not run',
    source: `
evaluation: lazy
steps: [{ id: a, component: /m/a }, { id: b, component: /m/b, skipIf: { $input: skip }, input: { $step: a } }]
output: { $coalesce: [{ $step: b }, none] }`,
    input: { skip: true },
    mocks: { a: [fails()], b: [gives(1)] },
    outcome: 'success',
  },
  {
    title: 'a default with a missing value fails the flow',
    source: `
steps: [{ id: a, component: /m/a, onError: { action: useDefault, defaultValue: { k: { $input: nope } } } }]`,
    mocks: { a: [fails()] },
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
    mocks: { s: [gives(1)], t: [SKIPS], '/m/a': [fails()] },
    outcome: 'success',
  },
  {
    title: 'a default of any kind of expression is read by path',
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
    mocks: { a: [fails()], b: [fails()] },
    outcome: 'success',
  },
  {
    title: 'every path of a default that is null is null',
    source: `
steps: [{ id: a, component: /m/a, onError: { action: useDefault, defaultValue: { $input: $ } } }]
output: [{ $step: a, path: x.y }]`,
    input: null,
    mocks: { a: [fails()] },
    outcome: 'success',
  },
  {
    title: 'a map that looks like a marker is data',
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
    title: 'a map that looks like a marker is read by path',
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
    title: 'a step is the second item of a $coalesce, and read by the first',
    source: `
steps: [{ id: raw, component: /m/raw }, { id: summary, component: /m/summary, input: { $step: raw } }]
output: { $coalesce: [{ $if: { $input: short }, then: { $step: summary } }, { $step: raw }] }`,
    input: { short: true },
    mocks: { raw: [gives('long')], summary: [gives(null)] },
    outcome: 'success',
  },
  {
    title: 'a step is read twice in one $coalesce, the first time under a condition',
    source: `
steps: [{ id: a, component: /m/a }]
output: { $coalesce: [{ $if: { $input: c }, then: { $step: a, path: x } }, { $step: a, path: y }] }`,
    input: { c: false },
    mocks: { a: [gives({ x: 1, y: 2 })] },
    outcome: 'success',
  },
  {
    title: 'steps in two branches want a step under different conditions',
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
    title: 'a retried step succeeds in its second attempt',
    source: 'steps: [{ id: a, component: /m/a, onError: { action: retry, maxRetries: 1 } }]\noutput: { $step: a }',
    mocks: { a: [{ ...fails(), times: 1 }, gives(1)] },
    outcome: 'success',
  },
  {
    title: 'a retried step fails after its last attempt',
    source: 'steps: [{ id: a, component: /m/a, onError: { action: retry, maxRetries: 1 } }]\noutput: { $step: a }',
    mocks: { a: [{ ...fails(), times: 2 }, gives(1)] },
    outcome: 'failed',
  },
  {
    title: 'ids of steps are names of functions, variables and properties of every object',
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

describe('a flow on which compiler and oracle might differ', () => {
  it.each(CASES)('$title', async ({ source, input = {}, mocks = {}, outcome }) => {
    const compared = await compare({ source, inputs: [input], variables: {}, mocks });
    expect(compared).toMatchObject({ runs: [outcome] });
  });
});
