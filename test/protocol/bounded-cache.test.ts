import fc from 'fast-check';
import { expect, it } from 'vitest';
import { BoundedCache } from '../../lib/protocol/bounded-cache.ts';

it('gives what was made of each text, and keeps no more characters than it may', () => {
  const text = fc.string({ maxLength: 6 });
  const property = fc.property(fc.integer({ min: 0, max: 30 }), fc.array(text, { maxLength: 60 }), (most, asked) => {
    const cache = new BoundedCache<string>(most);
    for (const one of asked) {
      expect(cache.get(one, () => `made of ${one}`)).toBe(`made of ${one}`);
      expect(cache.characters).toBeLessThanOrEqual(Math.max(most, one.length));
    }
  });
  fc.assert(property);
});

it('makes what is asked again and again once, and gives up what is not', () => {
  const cache = new BoundedCache<number>(20);
  let made = 0;
  const ask = (text: string) => cache.get(text, () => ++made);
  for (let number = 1000; number < 2000; number += 1) {
    ask('hot');
    ask(`n${number}`);
  }
  expect(made).toBe(1001);
  expect(ask('hot')).toBe(1);
  expect(ask('n1000')).toBe(1002);
});

it('keeps a text that is longer than all may be until the next one, and nothing of what could not be made', () => {
  const cache = new BoundedCache<number>(5);
  let made = 0;
  for (let times = 0; times < 3; times += 1) cache.get('a long text', () => ++made);
  expect(made).toBe(1);
  expect(() =>
    cache.get('b', () => {
      throw new Error('no');
    }),
  ).toThrow('no');
  expect(cache.characters).toBe('a long text'.length);
});
