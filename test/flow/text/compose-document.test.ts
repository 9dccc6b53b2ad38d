import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDocument } from 'yaml';
import { composeDocument } from '../../../lib/flow/text/compose-document.ts';
import { DEPTH_LIMIT } from '../../../lib/protocol/json.ts';
import { runs } from '../../chance.ts';

/** A level of a text: what begins it and what ends it. */
const LEVELS = [
  ['[', ']'],
  ['{a: ', '}'],
  ['[1, ', ', 2]'],
  ['{b: 1, "]": ', '}'],
] as const;

const levels = (length: number) =>
  fc.array(fc.constantFrom(...LEVELS), { minLength: length, maxLength: length }).map((all) => ({
    start: all.map(([start]) => start),
    text: `${all.map(([start]) => start).join('')}x${all
      .map(([, end]) => end)
      .reverse()
      .join('')}`,
  }));

describe('a text', () => {
  it('is read as by parseDocument, whatever is wrong with it', () => {
    const line = fc.constantFrom(
      'a: 1',
      '- b',
      '  c: [1, 2',
      ']',
      '{d: "e"}',
      '---',
      '...',
      '# f',
      '%YAML 1.2',
      '? g',
      ': h',
      '',
    );
    const property = fc.property(fc.array(line, { maxLength: 6 }), (lines) => {
      const text = lines.join('\n');
      const composed = composeDocument(text);
      const options = { prettyErrors: false, uniqueKeys: false, logLevel: 'error' } as const;
      const document = parseDocument(text, options);
      if (!('document' in composed)) throw new Error('It is too deep.');
      expect(composed.document.toJSON()).toEqual(document.toJSON());
      expect(composed.document.errors.map(({ code, pos }) => ({ code, pos }))).toEqual(
        document.errors.map(({ code, pos }) => ({ code, pos })),
      );
    });
    fc.assert(property, { numRuns: runs(200) });
  });

  it('may have as many levels as the language allows, and is read no further than one more', () => {
    const property = fc.property(levels(DEPTH_LIMIT), levels(DEPTH_LIMIT + 1), (allowed, deeper) => {
      expect(composeDocument(allowed.text)).toHaveProperty('document');
      const tooDeepAt = deeper.start.slice(0, DEPTH_LIMIT).join('').length;
      expect(composeDocument(deeper.text)).toMatchObject({ tooDeepAt });
    });
    fc.assert(property, { numRuns: runs(5) });
  });

  it.each([
    ['lists', '['.repeat(1_000_000)],
    ['maps', '{a: '.repeat(1_000_000)],
    ['lists in block style', '- '.repeat(1_000_000)],
    ['keys', '? '.repeat(1_000_000)],
  ])('that is a million %s deep is refused after its first levels', (_, text) => {
    expect(composeDocument(text)).toHaveProperty('tooDeepAt');
  });
});
