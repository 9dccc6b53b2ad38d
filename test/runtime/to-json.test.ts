import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { component, wrap } from '../../lib/runtime/index.ts';
import { toJson } from '../../lib/runtime/to-json.ts';
import { memoryStore } from './stores/memory-store.ts';

const throws = (): never => {
  throw new Error('boom');
};

const nested = (levels: number): unknown => {
  let value: unknown = 1;
  for (let level = 0; level < levels; level += 1) value = { a: value };
  return value;
};

describe('a result that JSON would lose is named by its field', () => {
  it.each<[unknown, string]>([
    [Promise.resolve(1), 'is a Promise, an await is missing: JSON has none; return await x'],
    [/a/g, 'is a RegExp: JSON has none'],
    [new TypeError('t'), 'is an Error: JSON has none'],
    [new Uint8Array(2), 'is a typed array: JSON has none'],
    [new Float64Array(2), 'is a typed array: JSON has none'],
    [new DataView(new ArrayBuffer(2)), 'is a DataView: JSON has none'],
    [new ArrayBuffer(2), 'is an ArrayBuffer: JSON has none'],
    [new WeakMap(), 'is a WeakMap: JSON has none'],
    [new WeakSet(), 'is a WeakSet: JSON has none'],
    [{ toJSON: throws }, 'is what throws when it is read (boom): JSON has values only'],
    [Object.defineProperty({}, 'b', { get: throws, enumerable: true }), '.b is what throws when it is read (boom)'],
    [new Proxy({}, { ownKeys: throws }), 'is what throws when it is read (boom)'],
    [new Proxy([], { get: throws }), 'is what throws when it is read (boom)'],
    [new Proxy({}, { getPrototypeOf: throws }), 'is what throws when it is read (boom)'],
    [nested(100_000), '.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a… is too deep: JSON has at most 600 levels here'],
  ])('%#', (value, problem) => {
    expect(() => toJson({ list: [value] }, 's')).toThrow(
      `step "s": result.list[0]${problem.startsWith('.') ? '' : ' '}${problem}`,
    );
  });

  it('but a Buffer and what is 600 levels deep are kept', () => {
    expect(toJson(Buffer.from('a'), 's')).toEqual({ type: 'Buffer', data: [97] });
    expect(toJson(nested(600), 's')).toEqual(nested(600));
  });

  it('also where the schema of its component cannot walk it', async () => {
    const deep = component({ input: z.unknown(), output: z.json() }, () => nested(100_000) as never);
    await expect(wrap(deep, { store: memoryStore })({ step: 's', input: null, reads: ['$'] })).rejects.toThrow(
      'is too deep',
    );
  });
});
