import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runFlow } from '../../../lib/run/run-flow.ts';
import { blobIdOf } from '../../../lib/runtime/stores/blobs.ts';
import { absorbedBy, compiled, giving, runBoth, shape, statusesOf } from './pass-tester.ts';

const blobs = mkdtempSync(join(tmpdir(), 'stepflow-blobs-'));
afterAll(() => rmSync(blobs, { recursive: true }));

const fused = (source: string): readonly string[] => absorbedBy(compiled(source), 'fuse-put-blob');

const shared = `
steps:
  - { id: load, component: /m/load }
  - { id: store, component: /builtin/put_blob, input: { data: { $step: load, path: rows } } }
  - { id: a, component: /m/use, input: { blob: { $step: store, path: blob_id } } }
  - { id: b, component: /m/use, input: { blob: { $step: store }, c: { $if: { $step: store, path: blob_id }, then: 1 } } }
output: [{ $step: a }, { $step: b }]`;
const rows = [1, { two: 2 }];

describe('a blob of what a step gives', () => {
  it('is stored by its function: the data never enters the state machine', async () => {
    expect(shape(shared)).toBe('load → (a | b)');
    const mocks = {
      ...giving({ load: { rows, rest: 'long' } }),
      a: [{ input: { blob: blobIdOf(rows) }, result: 'a' }],
      b: [{ input: { blob: { blob_id: blobIdOf(rows) }, c: 1 }, result: 'b' }],
    };
    const run = await runBoth(shared, { mocks });
    expect(run.result).toEqual({ outcome: 'success', result: ['a', 'b'] });
    expect(statusesOf(run)).toMatchObject({ load: 'succeeded', store: 'succeeded' });
    const answers: unknown[] = [];
    await runFlow({
      source: shared,
      mocks,
      onHistory: ({ type, details }) => {
        if (type === 'TaskSucceeded') answers.push(details.output);
      },
    });
    expect(JSON.stringify(answers[0])).not.toContain('two');
  });

  it('is stored where nobody reads its id, too', async () => {
    const source = `
steps:
  - { id: load, component: /m/load }
  - { id: store, component: /put_blob, input: { data: { $step: load } } }
output: done
evaluation: eager`;
    expect(shape(source)).toBe('load');
    const data = ['stored', 'all', 'the', 'same'];
    await runFlow({ source, mocks: giving({ load: data }), blobs });
    expect(readdirSync(join(blobs, 'values'))).toContain(`${blobIdOf(data)}.json`);
  });

  it('that is not there fails the step that would store it', async () => {
    const run = await runBoth(shared, { mocks: giving({ load: {}, '/m/use': 1 }) });
    expect(run.result).toMatchObject({ error: { code: 'EXPRESSION_FAILURE', data: { step: 'store' } } });
    expect(statusesOf(run)).toEqual({ load: 'succeeded', store: 'failed', a: 'not_run', b: 'not_run' });
  });

  it('is none where the step skips itself', async () => {
    const run = await runBoth(shared, { mocks: { load: [{ outcome: 'skipped' }], '/m/use': [{ result: 1 }] } });
    expect(run.result).toEqual({ outcome: 'skipped' });
    expect(statusesOf(run)).toEqual({ load: 'skipped', store: 'skipped', a: 'skipped', b: 'skipped' });
  });

  it('may be of a part that another step picks out', async () => {
    const source = `
steps:
  - { id: load, component: /m/load }
  - { id: pick, component: /extract, input: { data: { $step: load }, path: rows } }
  - { id: store, component: /put_blob, input: { data: { $step: pick }, blob_type: data } }
output: { $step: store, path: blob_id }`;
    expect(shape(source)).toBe('load');
    const { result } = await runBoth(source, { mocks: giving({ load: { rows } }) });
    expect(result).toEqual({ outcome: 'success', result: blobIdOf(rows) });
  });
});

describe('a blob is stored by its own step', () => {
  const flow = (load: string, store: string, output = '{ $step: store }'): string => `
steps:
  - { id: load, ${load} }
  - { id: store, component: /put_blob, ${store} }
output: ${output}`;
  const data = 'input: { data: { $step: load } }';

  it.each([
    [
      'that is not always wanted',
      flow('component: /m/load', data, '[{ $step: load }, { $if: { $input: c }, then: { $step: store } }]'),
    ],
    ['whose source has a default', flow('component: /m/load, onError: { action: useDefault }', data)],
    ['whose source is tried again', flow('component: /m/load, onError: { action: retry }', data)],
    ['that may be skipped', flow('component: /m/load', `${data}, skipIf: { $input: c }`)],
    ['whose failure has a default', flow('component: /m/load', `${data}, onError: { action: useDefault }`)],
    ['whose source calls no function', flow('component: /sleep, input: { duration_ms: 1 }', data)],
    ['of something put together', flow('component: /m/load', 'input: { data: [{ $step: load }] }')],
    ['of a kind that there is not', flow('component: /m/load', 'input: { data: { $step: load }, blob_type: odd }')],
  ])('%s', (_, source) => {
    expect(fused(source)).toEqual([]);
  });

  it('that is mocked', async () => {
    const mocks = { ...giving({ load: 1 }), store: [{ result: 'mocked' }] };
    const { result } = await runBoth(flow('component: /m/load', data), { mocks });
    expect(result).toEqual({ outcome: 'success', result: 'mocked' });
  });
});
