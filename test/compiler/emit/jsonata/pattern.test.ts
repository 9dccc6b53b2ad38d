import fc from 'fast-check';
import jsonata from 'jsonata';
import { describe, expect, it } from 'vitest';
import { variable, jsonata as write } from '../../../../lib/compiler/emit/jsonata/jsonata.ts';
import { regexOf } from '../../../../lib/compiler/emit/jsonata/pattern.ts';
import { runs } from '../../../chance.ts';

/** Characters that patterns and JSONata's scanner give a meaning, of one code unit and of two, and halves of such. */
const CHARACTERS = [
  ...'ab1_- .*+?^$|()[]{}/\\"\'`,:%&=<>!#@~\n\t',
  ...['\u00e9', '\u2028', '\ufeff', '😀', '😁', '𝒳', '\u{10ffff}', '\ud83d', '\ude00'],
];

const character = fc.constantFrom(...CHARACTERS);
const subject = fc.array(character, { maxLength: 5 }).map((characters) => characters.join(''));

const inClass = fc.oneof(
  { weight: 4, arbitrary: character.map((one) => one.replace(/[\\\]^-]/g, '\\$&')) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('\\d', '\\W', '\\s', '\\S', 'a-z', '😀-😂', '\\u{1f600}-\\u{1f64f}', '(', '['),
  },
);

const atom = fc.oneof(
  { weight: 4, arbitrary: character.map((one) => one.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')) },
  {
    weight: 2,
    arbitrary: fc.constantFrom('.', '\\d', '\\D', '\\w', '\\W', '\\s', '\\S', '\\b', '\\B', '^', '$', '\\n'),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('\\x28', '\\u002f', '\\u{1f600}', '\\ud83d\\ude00', '\\ud83d', '\\cJ', '\\-'),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom('[', '[^'), fc.array(inClass, { maxLength: 3 }))
      .map(([open, members]) => `${open}${members.join('')}]`),
  },
);

const { pattern } = fc.letrec<{ pattern: string }>((tie) => ({
  pattern: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    { weight: 4, arbitrary: fc.array(atom, { maxLength: 3 }).map((atoms) => atoms.join('')) },
    { weight: 2, arbitrary: fc.tuple(tie('pattern'), tie('pattern')).map((two) => two.join('')) },
    { weight: 1, arbitrary: fc.tuple(tie('pattern'), tie('pattern')).map((two) => two.join('|')) },
    {
      weight: 3,
      arbitrary: fc
        .tuple(
          fc.constantFrom('(', '(?:', '(?<name>', '(?=', '(?!', '(?<=', '(?<!'),
          tie('pattern'),
          fc.constantFrom('', '', '?', '*', '+', '{2}', '{1,}', '{0,2}?'),
        )
        .map(([open, inside, times]) => `${open}${inside})${/^\(\?(?:<?[=!])/.test(open) ? '' : times}`),
    },
  ),
}));

/** A pattern as JSON Schema reads it: with the flag u, without it where it is only valid so. */
function expressionOf(text: string): RegExp | undefined {
  for (const flags of ['uy', 'y']) {
    try {
      return new RegExp(text, flags);
    } catch {}
  }
  return undefined;
}

/** Whether it matches anywhere. V8 also looks inside of surrogate pairs where a pattern begins with a lookahead. */
function matches(expression: RegExp, value: string): boolean {
  const starts = expression.unicode ? [...value].map((one) => one.length) : value.split('').map(() => 1);
  let at = 0;
  for (const length of [...starts, 1]) {
    expression.lastIndex = at;
    if (expression.test(value)) return true;
    at += length;
  }
  return false;
}

const judged = async (text: string, value: string): Promise<unknown> => {
  const regex = regexOf(text);
  return regex && jsonata(write`$contains(${variable('in')}, ${regex})`).evaluate({}, { in: value });
};

describe('a pattern in JSONata', () => {
  it('matches what it matches in JSON Schema', async () => {
    await fc.assert(
      fc.asyncProperty(pattern, fc.array(subject, { minLength: 1, maxLength: 5 }), async (text, values) => {
        const expression = expressionOf(text);
        if (expression === undefined) expect(regexOf(text)).toBeUndefined();
        else for (const value of values) expect(await judged(text, value)).toBe(matches(expression, value));
      }),
      { numRuns: runs(1500) },
    );
  });

  it.each([
    ['^[(]', '(a', 'a'],
    ['^\\/$', '/', 'a/'],
    ['^\\(a\\)$', '(a)', 'a'],
    ['', '', undefined],
    ['^a{2}$', 'aa', 'a'],
    ['^[{]$', '{', '}'],
    ['^.$', '😀', 'ab'],
    ['^[^a]$', '😀', 'a'],
    ['^[\\w.-]+@[\\w.-]+$', 'a-b@c.d', 'a b'],
    ['^(?=.*[A-Z])(?=.*\\d).{8,}$', 'Abcdefg1', 'abcdefg1'],
  ])('%s', async (text, fits, doesNot) => {
    expect(await judged(text, fits)).toBe(true);
    if (doesNot !== undefined) expect(await judged(text, doesNot)).toBe(false);
  });

  it.each(['^\\p{L}+$', '(a)\\1', '(?<x>a)\\k<x>'])(
    'is left to others where JSONata has no such expression: %s',
    (text) => {
      expect(regexOf(text)).toBeUndefined();
    },
  );
});
