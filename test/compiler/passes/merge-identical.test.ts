import { describe, expect, it } from 'vitest';
import { absorbedBy, compiled, giving, runBoth, shape, statusesOf } from './pass-tester.ts';

const merged = (source: string): readonly string[] => absorbedBy(compiled(source), 'merge-identical');

const load = '{ id: load, component: /m/load }';
const put = (id: string, more = ''): string =>
  `{ id: ${id}, component: /put_blob, input: { data: { all: { $step: load } } }${more} }`;

describe('steps that do the same', () => {
  it('become one, and so do those that do the same with what they give', async () => {
    const source = `
steps:
  - ${load}
  - ${put('a')}
  - ${put('b')}
  - { id: c, component: /get_blob, input: { blob_id: { $step: a, path: blob_id } } }
  - { id: d, component: /builtin/get_blob, input: { blob_id: { $step: b, path: blob_id } } }
output: [{ $step: b, path: blob_id }, { $step: c, path: data }, { $step: d, path: data.all }]`;
    expect(merged(source)).toEqual(['b', 'd']);
    const run = await runBoth(source, { mocks: giving({ load: 7 }) });
    expect(run.result).toMatchObject({ result: [expect.any(String), { all: 7 }, 7] });
    expect(statusesOf(run)).toEqual({
      load: 'succeeded',
      a: 'succeeded',
      b: 'succeeded',
      c: 'succeeded',
      d: 'succeeded',
    });
  });

  it('fail alike, and are covered alike', async () => {
    const get = (id: string): string =>
      `{ id: ${id}, component: /get_blob, input: { blob_id: { $step: load } }, onError: { action: useDefault, defaultValue: none } }`;
    const source = `
steps: [${load}, ${get('a')}, ${get('b')}]
output: [{ $step: a }, { $step: b }]`;
    expect(merged(source)).toEqual(['b']);
    const run = await runBoth(source, { mocks: giving({ load: '0'.repeat(64) }) });
    expect(run.result).toMatchObject({ result: ['none', 'none'] });
    expect(statusesOf(run)).toMatchObject({ a: 'recovered', b: 'recovered' });
  });

  it('are skipped alike', async () => {
    const source = `
steps: [${load}, ${put('a', ', skipIf: { $input: skip }')}, ${put('b', ', skipIf: { $input: skip }')}]`;
    expect(merged(source)).toEqual(['b']);
    const run = await runBoth(source, { mocks: giving({ load: 1 }), input: { skip: true } });
    expect(run.result).toEqual({ outcome: 'success', result: {} });
    expect(statusesOf(run)).toMatchObject({ a: 'skipped', b: 'skipped' });
  });

  it('have both results in a flow without an output', async () => {
    const source = `steps: [${load}, ${put('a')}, ${put('b')}]`;
    expect(shape(source)).toBe('load → a');
    const { result } = await runBoth(source, { mocks: giving({ load: 1 }) });
    expect(Object.keys(result.outcome === 'success' ? Object(result.result) : {})).toEqual(['a', 'b']);
  });

  it('run as often as the one of them that runs more often', async () => {
    const source = (other: string): string => `
steps: [${load}, ${put('a')}, ${put('b')}]
output: { x: ${other}, y: { $if: { $input: c }, then: { $step: b, path: blob_id } } }`;
    expect(merged(source('{ $step: a, path: blob_id }'))).toEqual(['b']);
    await runBoth(source('{ $step: a, path: blob_id }'), { mocks: giving({ load: 1 }), input: { c: false } });
    // Neither could stand for the other without waiting for what decides on that one.
    expect(merged(source('{ $if: { $input: d }, then: { $step: a } }'))).toEqual([]);
  });
});

describe('steps that are left apart', () => {
  it.each([
    ['have other input', put('b').replace('all', 'other')],
    [
      'have another order of fields, of which a blob is another',
      put('b').replace('{ all: { $step: load } }', '{ n: 1, all: { $step: load } }'),
    ],
    ['are skipped under other conditions', put('b', ', skipIf: { $input: x }')],
    ['have other defaults', put('b', ', onError: { action: useDefault, defaultValue: 1 }')],
    [
      'call a component that may do anything',
      '{ id: b, component: /m/put_blob, input: { data: { all: { $step: load } } } }',
    ],
  ])('%s', (_, other) => {
    expect(merged(`steps: [${load}, ${put('a')}, ${other}]`)).toEqual([]);
  });

  it('have a mock', async () => {
    const source = `
steps: [${load}, ${put('a')}, ${put('b')}]
output: [{ $step: b }, { $coalesce: [{ $step: a }, 1] }]`;
    const { result } = await runBoth(source, { mocks: { ...giving({ load: 1 }), b: [{ result: 'mocked' }] } });
    expect(result).toMatchObject({ result: ['mocked', { blob_id: expect.any(String) }] });
  });
});
