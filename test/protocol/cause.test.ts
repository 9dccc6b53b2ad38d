import { expect, test } from 'vitest';
import { readCause, writeCause } from '../../lib/protocol/cause.ts';
import { stackWith } from '../../lib/protocol/failure-place.ts';

test('a Cause has what the error said, the lines of its stack, and its place', () => {
  const stack = stackWith('TIMEOUT: too slow\n    at x', { fused: 'kept' });
  expect(readCause(writeCause({ name: 'TIMEOUT', message: 'too slow', stack }))).toEqual({
    message: 'too slow',
    stack: ['TIMEOUT: too slow', '    at x'],
    place: { fused: 'kept' },
  });
});

test.each([undefined, '', 'it broke', '{', '[]', '{"errorMessage": 1}'])(
  'a Cause of no function is the message: %s',
  (cause) => {
    expect(readCause(cause)).toEqual({ message: cause ?? '', stack: [], place: {} });
  },
);

test('a Cause without a stack has a message alone', () => {
  expect(readCause('{"errorMessage": "no", "errorType": "X"}')).toEqual({ message: 'no', stack: [], place: {} });
  expect(readCause(writeCause({ name: 'X', message: 'no' }))).toEqual({ message: 'no', stack: [], place: {} });
});
