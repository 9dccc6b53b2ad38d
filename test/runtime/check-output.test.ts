import { describe, expect, it } from 'vitest';
import { takePlace } from '../../lib/protocol/failure-place.ts';
import { checkOutput } from '../../lib/runtime/check-output.ts';

const reads = [{ path: 'a.b', message: 'no a.b' }, { message: '' }, { path: 'c', message: 'no c' }];

describe('what the output reads', () => {
  it('is found in the result of the last step, where null has any path', () => {
    expect(() => checkOutput(reads, { a: { b: 1 }, c: null })).not.toThrow();
    expect(() => checkOutput(reads, null)).not.toThrow();
    expect(() => checkOutput([], {})).not.toThrow();
  });

  it('fails the flow where it is missing, by the first that is', () => {
    expect(() => checkOutput(reads, { a: {}, c: 1 })).toThrow('no a.b');
    expect(() => checkOutput(reads, { a: { b: 1 } })).toThrow('no c');
    expect(() => checkOutput([{ message: 'known to be missing' }, ...reads], null)).toThrow('known to be missing');
  });

  it('fails in a way that tells it from a failure of the step', () => {
    let failure: unknown;
    try {
      checkOutput(reads, {});
    } catch (thrown) {
      failure = thrown;
    }
    expect(failure).toMatchObject({ name: 'EXPRESSION_FAILURE', code: 'EXPRESSION_FAILURE', message: 'no a.b' });
    expect(takePlace(failure)).toEqual({ inOutput: true });
    expect(takePlace(new Error('no a.b'))).toEqual({});
  });
});
