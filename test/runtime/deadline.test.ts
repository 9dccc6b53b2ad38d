import { expect, it } from 'vitest';
import { remedyOf, withDeadline } from '../../lib/runtime/deadline.ts';

it('advises a longer timeout only where there is one', () => {
  expect(remedyOf(60_000)).toBe('raise "timeout" of its component, or give it less to do');
  expect(remedyOf(890_000)).toBe('no function may run longer: give it less to do');
});

it('gives a component a signal that any number of calls may listen to', async () => {
  const warnings: string[] = [];
  const keep = ({ name }: Error): number => warnings.push(name);
  process.on('warning', keep);
  await withDeadline({ step: 's', ms: 60_000 }, (signal) => {
    for (let call = 0; call < 50; call += 1) signal.addEventListener('abort', () => {});
  });
  // Node warns in the next turn.
  await new Promise((resolve) => setImmediate(resolve));
  process.off('warning', keep);
  expect(warnings).toEqual([]);
});
