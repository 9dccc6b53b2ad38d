import { describe, expect, it } from 'vitest';
import { durationsFrom, durationsInside, median } from '../../../lib/compiler/plan/durations.ts';

const steps = [
  { id: 'a', component: '/my/load' },
  { id: 'b', component: '/my/load' },
  { id: 'c', component: '/my/load' },
  { id: 'd', component: '/my/save' },
  { id: 'e', component: '/builtin/openai' },
];
const profile = {
  steps: { a: { seconds: 1 }, b: { seconds: 5 }, c: { seconds: 2 }, d: { seconds: 40 } },
  components: { '/my/send': { seconds: 7 } },
};

describe("a step's duration", () => {
  const cost = durationsFrom(profile, steps);

  it('is its own seconds', () => {
    expect(cost({ id: 'b', component: '/my/load' })).toBe(5);
  });

  it('is its own even if they are 0', () => {
    expect(durationsFrom({ steps: { a: { seconds: 0 } } }, steps)({ id: 'a', component: '/my/load' })).toBe(0);
  });

  it("is otherwise its component's", () => {
    expect(cost({ id: 'new', component: '/my/send' })).toBe(7);
  });

  it('is otherwise the median of the steps of its component', () => {
    expect(cost({ id: 'new', component: '/my/load' })).toBe(2);
  });

  it('is otherwise the median of all steps', () => {
    expect(cost({ id: 'new', component: '/my/other' })).toBe(3.5);
  });

  it('is 1 if nothing is known', () => {
    expect(durationsFrom()({ id: 'a', component: '/my/load' })).toBe(1);
    expect(durationsFrom({ components: { '/x/y': { seconds: 9 } } })({ id: 'a', component: '/my/load' })).toBe(1);
  });

  it('is what the state machine takes for it, unless it was measured', () => {
    expect(cost({ id: 'new', component: '/my/load', inside: 12 })).toBe(12);
    expect(cost({ id: 'a', component: '/my/load', inside: 12 })).toBe(1);
  });

  it('knows a built-in component by both of its names', () => {
    const openai = durationsFrom({ components: { '/openai': { seconds: 3 } } });
    expect(openai({ id: 'x', component: '/builtin/openai' })).toBe(3);
    expect(durationsFrom({ steps: { e: { seconds: 4 } } }, steps)({ id: 'x', component: '/openai' })).toBe(4);
  });

  it('does not mistake a property of every object for a step', () => {
    expect(cost({ id: 'constructor', component: 'toString' })).toBe(3.5);
  });

  it('of a step in an inner flow is found by both ids', () => {
    const inside = durationsInside(
      durationsInside(durationsFrom({ steps: { 'each.one.load': { seconds: 6 } } }), 'each'),
      'one',
    );
    expect(inside({ id: 'load', component: '/my/load' })).toBe(6);
  });
});

describe('the median', () => {
  it('is the middle value, or the mean of the middle two', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([10, 1, 2, 4])).toBe(3);
    expect(median([])).toBe(0);
  });
});
