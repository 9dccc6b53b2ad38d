import { describe, expect, it } from 'vitest';
import { FlowError, toFlowError } from '../../lib/protocol/errors.ts';

const throws = (): never => {
  throw new Error('not to be read');
};

/** An error whose field has another value than its type says. */
const withField = (field: string, value: unknown, error = new Error('boom')): Error =>
  Object.defineProperty(error, field, { value });

const unreadable = (target: object): object =>
  new Proxy(target, { get: throws, getPrototypeOf: throws, has: throws, ownKeys: throws });

describe('whatever a component throws becomes a failure with a text', () => {
  it.each<[string, unknown, string]>([
    ['an error with a number as its stack', withField('stack', 5), 'boom'],
    ['an error without a stack', withField('stack', undefined), 'boom'],
    ['an error with a number as its message', withField('message', 5), '5'],
    ['an error with an object as its message', withField('message', { a: 1 }), '[object Object]'],
    ['an error with a symbol as its message', withField('message', Symbol('s')), 'Symbol(s)'],
    ['an error with nothing as its message', withField('message', null), 'Error'],
    ['an error with a number as its name', withField('name', 5), 'boom'],
    ['an error whose message throws', Object.defineProperty(new Error(), 'message', { get: throws }), 'Error'],
    ['an object whose toString throws', { toString: throws }, 'a value was thrown that has no text'],
    ['an object without a prototype', Object.create(null), 'a value was thrown that has no text'],
    ['a Proxy that throws', unreadable({}), 'a value was thrown that has no text'],
    ['a symbol', Symbol('s'), 'Symbol(s)'],
    ['nothing', undefined, 'undefined'],
    ['null', null, 'null'],
    ['a frozen error', Object.freeze(new Error('boom')), 'boom'],
  ])('%s', (_what, thrown, message) => {
    const failure = toFlowError(thrown);
    expect(failure).toMatchObject({ name: 'COMPONENT_FAILED', code: 'COMPONENT_FAILED', message });
    expect(failure.stack).toBeTypeOf('string');
  });

  it('one with a code keeps it', () => {
    const failure = new FlowError('TIMEOUT', 'late');
    expect(toFlowError(failure)).toBe(failure);
    expect(toFlowError(Object.freeze(failure))).toMatchObject({ code: 'TIMEOUT', message: 'late' });
    expect(toFlowError(withField('stack', 5, new FlowError('TIMEOUT', 'late')))).toMatchObject({
      code: 'TIMEOUT',
      stack: 'TIMEOUT: late',
    });
  });
});
