import { expect, it } from 'vitest';
import { runSerially } from '../../../lib/project/components/in-turn.ts';

it('works of one key follow each other, whatever becomes of them; those of another do not wait', async () => {
  const told: string[] = [];
  let release = (): void => {};
  const first = new Promise<void>((resolve) => {
    release = resolve;
  });
  const works = [
    runSerially('a', async () => {
      told.push('a1 begins');
      await first;
      told.push('a1 ends');
      throw new Error('broken');
    }),
    runSerially('a', async () => told.push('a2')),
    runSerially('b', async () => told.push('b1')).then(release),
  ];
  const ends = await Promise.allSettled(works);
  expect(told).toEqual(['a1 begins', 'b1', 'a1 ends', 'a2']);
  expect(ends.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
  expect(await runSerially('a', async () => 'a3')).toBe('a3');
});
