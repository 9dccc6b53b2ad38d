import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nearest, Suggestions } from '../../../lib/flow/text/nearest.ts';

test.each([
  ['$ref', '$if', undefined],
  ['$env', '$if', undefined],
  ['$iff', '$if', '$if'],
  ['$fi', '$if', '$if'],
  ['$stp', '$step', '$step'],
  ['$setp', '$step', '$step'],
  ['$IF', '$if', '$if'],
  ['descritpoin', 'description', 'description'],
  ['', 'id', undefined],
])('%s is near to %s: %s', (written, name, meant) => {
  expect(nearest(written, [name])).toBe(meant);
});

test('a name is suggested as if it were the only one, among any others and however often others were asked', () => {
  const name = fc.stringMatching(/^[a-d_]{1,9}$/);
  const property = fc.property(fc.array(name, { minLength: 1, maxLength: 20 }), fc.array(name), (names, written) => {
    const suggestions = new Suggestions(names);
    for (const each of written) {
      const found = suggestions.nearest(each);
      expect(found).toBe(nearest(each, names));
      const anyNear = names.some((one) => nearest(each, [one]) !== undefined);
      if (anyNear) expect(names).toContain(found);
    }
  });
  fc.assert(property);
});

test('of very many unknown names the first get a suggestion: the work does not grow with their square', () => {
  const names = Array.from({ length: 1000 }, (_, at) => `${'x'.repeat(120)}${at}`);
  const suggestions = new Suggestions(names);
  const found = names.map((name) => suggestions.nearest(`${name}y`));
  expect(found[0]).toBe(names[0]);
  expect(found.filter((one) => one !== undefined).length).toBeLessThan(20);
  expect(suggestions.nearest(names[999]?.toUpperCase() ?? '')).toBe(names[999]);
});
