import { expect, it } from 'vitest';
import { remedyOf } from '../../lib/runtime/deadline.ts';

it('advises a longer timeout only where there is one', () => {
  expect(remedyOf(60_000)).toBe('raise "timeout" of its component, or give it less to do');
  expect(remedyOf(890_000)).toBe('no function may run longer: give it less to do');
});
