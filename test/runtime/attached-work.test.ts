import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { Json } from '../../lib/protocol/json.ts';
import { joinPaths, parseJoined, parsePath, resultAt, stagesOf } from '../../lib/protocol/path.ts';
import { type AttachedWork, component, type Invocation, SkipStep, wrap } from '../../lib/runtime/index.ts';
import { project } from '../../lib/runtime/projection.ts';
import { blobIdOf, blobStore } from '../../lib/runtime/stores/blobs.ts';
import { memoryStore } from './stores/memory-store.ts';

const any = z.unknown();
const echo = component({ input: any, output: any }, (input) => input);

const invoke = (invocation: Partial<Invocation>, made = echo, store = memoryStore()) =>
  wrap(made, { store: () => store })({ step: 'load', input: null, ...invocation }, { log: () => {} });

const PATHS = ['a', 'a.b', '$.a', '["x*y"]', "b['*']", '[0]', '$["a.b"]', '$'];

describe('a path of what another leads to', () => {
  it('reads what the two read one after the other', () => {
    const text = fc.constantFrom(...PATHS);
    const value = fc.jsonValue().map((drawn): Json => JSON.parse(JSON.stringify(drawn)));
    fc.assert(
      fc.property(text, text, text, value, (first, second, third, leaf) => {
        const at = (result: Json | undefined, path: string): Json | undefined => {
          const parsed = parsePath(path);
          return result === undefined || 'error' in parsed ? undefined : resultAt(result, parsed);
        };
        const result = { a: { b: leaf, a: [leaf] }, 'x*y': [{ a: leaf }], b: { '*': leaf }, 'a.b': { a: null } };
        const joined = parseJoined([first, second, third].reduce(joinPaths));
        expect('error' in joined ? joined : resultAt(result, joined)).toEqual(at(at(at(result, first), second), third));
      }),
    );
  });

  it('is taken apart where it was joined', () => {
    expect(stagesOf('a["x*y"]*b')).toEqual(['a["x*y"]', 'b']);
    expect(parseJoined('a*b[')).toMatchObject({ error: expect.any(String) });
    expect(parseJoined('a"*b')).toMatchObject({ error: expect.any(String) });
  });

  it('is null where the way there is', () => {
    expect(project({ a: null }, ['a*b.c', '$present(a*b)'], 's')).toEqual({ 'a*b.c': null, '$present(a*b)': false });
  });

  it('says what is missing from the inside out', () => {
    expect(project({ a: { b: 1 } }, ['a*c'], 'load')).toEqual({
      'a*c': { $missing: '"c" of "a" of step "load" (it has "b")' },
      $missing: ['a*c'],
    });
  });
});

describe('steps that are part of another', () => {
  const take = (path: string, does?: AttachedWork['does']): AttachedWork => ({
    step: 'take',
    path,
    ...(does && { does }),
  });

  it('fail by their own name where their value is missing', async () => {
    await expect(invoke({ input: { a: {} }, fused: [take('a*b')] })).rejects.toMatchObject({
      name: 'EXPRESSION_FAILURE',
      message: 'step "take": there is no "b" of "a" of step "load" (it has no keys)',
    });
    expect(await invoke({ input: { a: null }, fused: [take('a*b')] })).toEqual({});
  });

  it('insist on a text', async () => {
    await expect(invoke({ input: { a: 5 }, fused: [take('a', 'check-text')] })).rejects.toMatchObject({
      name: 'INVALID_INPUT',
      message: 'step "take": its input does not fit: found a number (5) at "a" of step "load", wanted a string',
    });
    expect(await invoke({ input: { a: '' }, fused: [take('a', 'check-text')] })).toEqual({});
  });

  it('keep a value as a blob, whose id can be read and tested', async () => {
    const store = memoryStore();
    const reads = ['$blob(a)', '$if($blob(a))', 'b'];
    const slots = await invoke(
      { input: { a: { $$skipped: true }, b: 1 }, fused: [take('a', 'store')], reads },
      echo,
      store,
    );
    const id = blobIdOf({ $skipped: true });
    expect(slots).toEqual({ '$blob(a)': id, '$if($blob(a))': true, b: 1 });
    expect(await blobStore(store).get(id)).toEqual({ $skipped: true });
  });

  it('do nothing where the step they are part of skips itself', async () => {
    const skipping = component({ input: any, output: any }, () => {
      throw new SkipStep();
    });
    expect(await invoke({ fused: [take('a', 'store')], reads: ['$blob(a)', '$if($blob(a))'] }, skipping)).toEqual({
      '$blob(a)': { $skipped: true },
      '$if($blob(a))': false,
      $skipped: true,
    });
  });

  it('fail with what the store fails with', async () => {
    const broken = { ...memoryStore(), writeOnce: () => Promise.reject(new Error('no room')) };
    const stored = invoke({ input: { a: 1 }, fused: [take('a', 'store')] }, echo, broken);
    await expect(stored).rejects.toMatchObject({ name: 'COMPONENT_FAILED', message: 'step "take": no room' });
  });
});
