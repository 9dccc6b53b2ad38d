import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Cost } from '../../lib/lint/index.ts';
import { call } from '../cli/terminal.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { type Files, findingsOf } from './lint.ts';

const FOLDER = temporaryFolder('lint-costs');

/** What `simulate` says of a flow. */
async function simulated(flow: string, files: Files = {}): Promise<{ criticalPathSeconds: number; costUsd: number }> {
  const cwd = mkdtempSync(join(FOLDER, 'flow-'));
  for (const [name, text] of Object.entries({ ...files, 'flow.yaml': flow })) writeFileSync(join(cwd, name), text);
  const profile = Object.keys(files).flatMap((name) => ['--profile', name]);
  const { stdout, stderr } = await call(['simulate', 'flow.yaml', ...profile, '--json'], { cwd });
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

async function costOf(code: string, flow: string, files: Files = {}): Promise<Partial<Cost>> {
  const [found] = await findingsOf(code, flow, files);
  expect(found).toBeDefined();
  return found?.cost ?? {};
}

const PROFILE = {
  'flow.profile.json': JSON.stringify({
    steps: { first: { seconds: 3.25 }, second: { seconds: 1.5 }, third: { seconds: 0.75 } },
  }),
};

const chain = (extra: string): string => `
steps:
  - { id: first, component: /text/clean, input: { text: { $input: one } } }
  - { id: second, component: /text/clean, input: { text: { $input: two }${extra} } }
  - { id: third, component: /text/join, input: { texts: [{ $step: first }, { $step: second }] } }
output: { $step: third }
`;

describe('a false dependency costs', () => {
  test('the seconds by which the critical path is longer', async () => {
    const flow = chain(', before: { $step: first }');
    const [cost, now, then] = [
      await costOf('false-dependency', flow, PROFILE),
      await simulated(flow, PROFILE),
      await simulated(chain(''), PROFILE),
    ];
    expect(cost.seconds).toBeCloseTo(now.criticalPathSeconds - then.criticalPathSeconds, 6);
    expect(cost.seconds).toBeCloseTo(1.5, 6);
  });

  test('no seconds where another path is as long', async () => {
    const files = {
      'flow.profile.json': JSON.stringify({
        steps: { first: { seconds: 1 }, second: { seconds: 1 }, third: { seconds: 1 }, slow: { seconds: 60 } },
      }),
    };
    const slow = '  - { id: slow, component: /text/clean }\noutput: [{ $step: slow }, { $step: third }]\n';
    const flow = chain(', before: { $step: first }').replace('output: { $step: third }\n', slow);
    expect((await costOf('false-dependency', flow, files)).seconds).toBe(0);
  });
});

test('what is fetched one after another costs the seconds of the shorter call', async () => {
  const flow = `
steps:
  - { id: first, component: /http/get, input: { url: "https://a.example.com" } }
  - { id: second, component: /http/get, input: { url: "https://b.example.com", after: { $step: first } } }
output: [{ $step: first }, { $step: second }]
`;
  const files = {
    'flow.profile.json': JSON.stringify({ steps: { first: { seconds: 3.25 }, second: { seconds: 1.5 } } }),
  };
  const then = flow.replace(', after: { $step: first }', '');
  const seconds =
    (await simulated(flow, files)).criticalPathSeconds - (await simulated(then, files)).criticalPathSeconds;
  expect((await costOf('sequential-fetches', flow, files)).seconds).toBeCloseTo(seconds, 6);
  expect(seconds).toBeCloseTo(1.5, 6);
});

/** The bytes of an id of a blob as JSON. */
const BLOB_ID = 66;

describe('a large copy costs', () => {
  const result = { rows: 'é'.repeat(30_000), id: 1 };
  const flow = (path: string): string => `
steps:
  - { id: load, component: /shop/orders }
  - { id: count, component: /shop/count, input: { orders: { $step: load${path} } } }
  - { id: sum, component: /shop/sum, input: { orders: { $step: load${path} } } }
  - { id: mean, component: /shop/mean, input: { all: { orders: { $step: load${path} } } } }
output: [{ $step: count }, { $step: sum }, { $step: mean }]
test:
  cases: [{ name: a, input: {}, mocks: { load: ${JSON.stringify({ outcome: 'success', result })} }, output: { outcome: success } }]
`;

  test.each([
    ['the whole result', '', result],
    ['a field', ', path: rows', result.rows],
  ])('the bytes of all copies, less those of the id of a blob: %s', async (_, path, value) => {
    const bytes = Buffer.byteLength(JSON.stringify(value));
    expect((await costOf('large-copy', flow(path))).bytes).toBe(3 * bytes - 3 * BLOB_ID);
  });
});

test('a whole object costs the bytes of the fields that are not taken', async () => {
  const result = { id: 1, name: 'Ada', rows: 'x'.repeat(1000), more: 'y'.repeat(1000) };
  const fields = '{ id: {}, name: {}, rows: {}, more: {} }';
  const flow = `
steps:
  - id: load
    component: /user/find
    outputSchema: { type: object, required: [id, name, rows, more], properties: ${fields} }
  - id: greet
    component: /user/greet
    inputSchema: { type: object, required: [user], properties: { user: { type: object, properties: { id: {}, name: {} } } } }
    input: { user: { $step: load } }
output: { $step: greet }
test:
  cases: [{ name: a, input: {}, mocks: { load: ${JSON.stringify({ outcome: 'success', result })} }, output: { outcome: success } }]
`;
  const whole = Buffer.byteLength(JSON.stringify(result));
  expect((await costOf('whole-object', flow)).bytes).toBe(whole - '1'.length - '"Ada"'.length);
});

test('single items cost what a call of a component costs, for each but one, in 1,000 runs', async () => {
  const call = (at: number): string =>
    `  - { id: s${at}, component: /text/translate, input: { text: { $input: "texts[${at}]" } } }\n`;
  const flow = (calls: readonly number[]): string =>
    `steps:\n${calls.map(call).join('')}output: [${[0, 1, 2].map((at) => `{ $step: s${calls[at] ?? 0} }`).join(', ')}]\n`;
  const [now, then] = [await simulated(flow([0, 1, 2])), await simulated(flow([0]))];
  const { usd } = await costOf('single-items', flow([0, 1, 2]));
  expect(now.costUsd).toBeGreaterThan(then.costUsd);
  expect(usd).toBeCloseTo(1000 * (now.costUsd - then.costUsd), 6);
});

test('a late validation costs what each refused input saves', async () => {
  const files = { 'flow.profile.json': JSON.stringify({ steps: { ask: { seconds: 12 } } }) };
  const flow = 'steps:\n  - { id: ask, component: /ai/judge, input: { order: { $input: order } } }\n';
  const { seconds } = await costOf('late-validation', flow, files);
  expect(seconds).toBeCloseTo((await simulated(flow, files)).criticalPathSeconds, 6);
});

test('a result that the profile says is large is large, whatever a mock has in its place', async () => {
  const flow = `
steps:
  - { id: load, component: /crm/load }
  - { id: one, component: /crm/one, input: { all: { $step: load } } }
  - { id: two, component: /crm/two, input: { all: { $step: load } } }
test:
  cases: [{ name: a, mocks: { load: { result: {} } }, output: { outcome: success } }]
`;
  const profile = (outputBytes: number) => ({
    'flow.profile.json': JSON.stringify({ steps: { load: { seconds: 1, outputBytes } } }),
  });
  const found = await Promise.all([100, 100_000].map((bytes) => findingsOf('large-copy', flow, profile(bytes))));
  expect(found.map((all) => all.length)).toEqual([0, 1]);
});

describe('a cost', () => {
  const EXTRACTS = `
steps:
  - { id: load, component: /http, input: { url: https://example.com } }
  - { id: name, component: /extract, input: { data: { $step: load }, path: $.body.name } }
  - { id: city, component: /extract, input: { data: { $step: load }, path: $.body.city } }
  - { id: send, component: /text/join, input: { texts: [{ $step: name }, { $step: city }] } }
output: { $step: send }
`;

  test('is zero where the flow would be neither faster nor cheaper, and is not there where nothing is known', async () => {
    const found = await findingsOf('over-granular', EXTRACTS);
    expect(found.map(({ cost }) => cost)).toEqual([
      { seconds: 0, bytes: 0, usd: 0 },
      { seconds: 0, bytes: 0, usd: 0 },
    ]);
    const [unknown] = await findingsOf('no-test', EXTRACTS);
    expect(unknown).toBeDefined();
    expect(unknown).not.toHaveProperty('cost');
  });

  test('has no bytes where it is not known how large a value is that would no longer be passed', async () => {
    const cost = await costOf('false-dependency', chain(', before: { $step: first }'));
    expect(cost).toEqual({ seconds: expect.any(Number), usd: 0 });
  });
});
