import fc from 'fast-check';
import { expect, it } from 'vitest';
import { matchesParts } from '../../lib/engine/wildcard.ts';
import { runs } from '../chance.ts';

const text = fc.string({ unit: fc.constantFrom('a', 'b', '.', '\n'), maxLength: 6 });

it('a text matches parts with anything between them as the regular expression does', () => {
  const property = fc.property(text, fc.array(text, { minLength: 1, maxLength: 4 }), (found, parts) => {
    const expression = new RegExp(`^${parts.map((part) => part.replaceAll('.', '\\.')).join('[^]*')}$`);
    expect(matchesParts(found, parts)).toBe(expression.test(found));
  });
  fc.assert(property, { numRuns: runs(2000) });
});

it('many wildcards in a long text end', () => {
  expect(matchesParts('a'.repeat(100_000), [...Array.from({ length: 50 }, () => 'a'), 'b'])).toBe(false);
});
