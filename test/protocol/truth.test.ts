import { expect, test } from 'vitest';
import { passes } from '../../lib/protocol/truth.ts';

test.each([
  [undefined, []],
  [null, []],
  [false, ['present']],
  [0, ['present', 'if']],
  [-0, ['present', 'if']],
  ['', ['present', 'if']],
  [true, ['present', 'if', 'skipIf']],
  [1, ['present', 'if', 'skipIf']],
  ['0', ['present', 'if', 'skipIf']],
  [[], ['present', 'if', 'skipIf']],
  [{}, ['present', 'if', 'skipIf']],
])('%j passes %j', (value, passed) => {
  expect((['present', 'if', 'skipIf'] as const).filter((one) => passes(value, one))).toEqual(passed);
});
