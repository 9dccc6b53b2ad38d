import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BoundedPattern, PatternTimeout, schemaPattern } from '../../lib/protocol/bounded-pattern.ts';
import { mostSteps } from '../../lib/protocol/pattern-work.ts';
import { runs } from '../chance.ts';

const RUNAWAYS: readonly (readonly [pattern: string, text: string])[] = [
  ['^(a+)+$', `${'a'.repeat(40)}b`],
  ['^(a|a)*$', `${'a'.repeat(40)}b`],
  ['^(?:[a-z]+\\s?)+$', `${'a'.repeat(60)}!`],
  ['(?=(a+)+$)', `${'a'.repeat(40)}b`],
  ['(x+x+)+y', 'x'.repeat(60)],
  ['a*a*a*a*a*a*b', 'a'.repeat(3_000)],
];

const TOO_LONG = expect.stringMatching(/takes longer than 2 seconds for a text of \d+ characters/);

describe('a regular expression of a user', () => {
  it.each(RUNAWAYS)('does not run away: %s', (pattern, text) => {
    const search = (): unknown => new BoundedPattern(pattern, 'u').test(text);
    expect(search).toThrow(expect.objectContaining({ name: PatternTimeout.name, message: TOO_LONG }));
    // The next search is not affected.
    expect(new BoundedPattern(pattern).test('')).toBe(new RegExp(pattern).test(''));
  });

  const part = fc.constantFrom(
    'a',
    'b',
    '.',
    '[ab]',
    'a*',
    'b+',
    '(a)',
    '(?:a|b)',
    '(ab)*',
    'a{2}',
    '(?:a+)?',
    '^',
    '$',
    '|',
  );

  it('matches what it matches otherwise', () => {
    const sources = fc.array(part, { maxLength: 5 }).map((parts) => parts.join(''));
    const texts = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 12 });
    const property = fc.property(sources, fc.constantFrom('', 'u', 'g', 'y'), texts, (source, flags, text) => {
      const [bounded, plain] = [new BoundedPattern(source, flags), new RegExp(source, flags)];
      for (let search = 0; search < 3; search += 1) {
        expect([...(bounded.exec(text) ?? [])]).toEqual([...(plain.exec(text) ?? [])]);
        expect(bounded.lastIndex).toBe(plain.lastIndex);
      }
      expect(text.replaceAll(new BoundedPattern(source, 'g'), '-')).toBe(text.replaceAll(new RegExp(source, 'g'), '-'));
    });
    fc.assert(property, { numRuns: runs(1000) });
  });

  it('needs no time limit where its form and the text allow few steps', () => {
    for (const source of ['^[a-z]+$', '^\\d{4}-\\d{2}-\\d{2}$', '^[^@]+@[^@]+$', '^(?:https?:\\/\\/)?[\\w.]+$'])
      expect(mostSteps(source, 30)).toBeLessThan(10_000_000);
    // Each of many matches in a long text is found without one.
    expect(mostSteps('[^\\x00-\\x7F]', 250_000)).toBeLessThan(10_000_000);
    for (const [source, text] of RUNAWAYS) expect(mostSteps(source, text.length)).toBeGreaterThan(10_000_000);
  });

  it('has the flag u, unless it is only valid without', () => {
    expect(schemaPattern('^.$').test('😀')).toBe(true);
    expect(schemaPattern('^\\p{L}+$').test('éa')).toBe(true);
    expect(schemaPattern('^\\-\\_$').test('-_')).toBe(true);
    expect(() => schemaPattern('(')).toThrow(SyntaxError);
  });
});
