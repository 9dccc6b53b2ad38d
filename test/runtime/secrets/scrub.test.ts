import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HIDDEN, Scrubber } from '../../../lib/runtime/secrets/scrub.ts';
import { SPELLERS } from './spellers.ts';

const LETTER = fc.constantFrom(...'abcXYZ0123456789');
const SIGN = fc.constantFrom(...'-_/+=.:;!$%&<>"\'\\ #@~ü€😀');

/** Half of it letters and digits, and as long as what is called a secret. */
const secretText = fc
  .array(fc.tuple(LETTER, fc.option(SIGN, { nil: '' })), { minLength: 8, maxLength: 40 })
  .map((parts) => parts.flat().join(''));

const scrubberOf = (...secrets: readonly string[]): Scrubber => {
  const scrubber = new Scrubber();
  for (const secret of secrets) scrubber.hide(secret);
  return scrubber;
};

/** Without what stands round a text in quotes, lists and the like. */
const core = (text: string): string => text.replace(/^[^\p{L}\p{N}%&\\]+|[^\p{L}\p{N};]+$/gu, '');

describe('a secret in a text', () => {
  it.each(Object.entries(SPELLERS))('is hidden where it is spelled as %s', (_name, spell) => {
    fc.assert(
      fc.property(secretText, fc.string(), fc.string(), (secret, before, after) => {
        const spelled = spell(secret);
        const clean = scrubberOf(secret).text(`${before} ${spelled} ${after}`);

        expect(clean).toContain(HIDDEN);
        expect(clean).not.toContain(core(spelled));
        expect(clean).not.toContain(secret);
      }),
    );
  });

  it.each(['json', 'url', 'html', 'base64', 'in lines'])('is hidden where programs spell once more as %s', (name) => {
    const outer = SPELLERS[name] ?? String;
    const inner = ['json', 'url', 'html', 'base64', 'hex', 'shell'].filter((one) => one !== name || one === 'json');
    fc.assert(
      fc.property(secretText, fc.constantFrom(...(name === 'base64' ? ['json'] : inner)), (secret, first) => {
        const spelled = outer(SPELLERS[first]?.(secret) ?? '');
        // Where a line ends with a backslash, nobody knows whether it is a shell's.
        fc.pre(!spelled.includes('\\\n'));
        const clean = scrubberOf(secret).text(spelled);

        expect(clean).toContain(HIDDEN);
      }),
    );
  });

  it('is masked by as many stars as it has characters, and nothing else is', () => {
    fc.assert(
      fc.property(secretText, fc.stringMatching(/^[k-t ]*$/), (secret, around) => {
        const spelled = JSON.stringify(secret).slice(1, -1);
        const masked = scrubberOf(secret).mask(`${around}|${spelled}|${around}`);

        expect(masked).toBe(`${around}|${'*'.repeat(spelled.length)}|${around}`);
      }),
    );
  });

  it('does not change texts without it', () => {
    fc.assert(
      fc.property(secretText, fc.string({ unit: 'grapheme' }), (secret, text) => {
        fc.pre(text.length < 8);
        expect(scrubberOf(secret).text(text)).toBe(text);
      }),
    );
  });

  it.each([
    ['x7Q', 'keyx7Qend', 'key[secret]end'],
    ['x7Q', '"x7Q"', '"[secret]"'],
    ['abc', 'key=abc&x=abcd', 'key=[secret]&x=abcd'],
    ['abc', Buffer.from('abc').toString('base64'), '[secret]'],
    ['123', 'pin 123 of 1234', 'pin [secret] of 1234'],
    ['ab', 'ab/abc', '[secret]/abc'],
    ['a', 'a banana', 'a banana'],
  ])('of a few characters (%s) is hidden where it is no part of another word', (secret, text, clean) => {
    expect(scrubberOf(secret).text(text)).toBe(clean);
  });

  it('of several lines is hidden line by line', () => {
    const key = '-----BEGIN KEY-----\nMIIEvQIBADANBgkq\nhkiG9w0BAQEFAASC\n-----END KEY-----\n';
    expect(scrubberOf(key).text('line 2: MIIEvQIBADANBgkq')).toBe('line 2: [secret]');
    expect(scrubberOf(key).text(key)).toBe(HIDDEN);
  });

  it('that is JSON is hidden by each of its values', () => {
    const scrubber = scrubberOf('{"user": "ada-lovelace", "password": "p-1843-x"}');
    expect(scrubber.json({ login: ['ada-lovelace', 'the p-1843-x'] })).toEqual({ login: [HIDDEN, `the ${HIDDEN}`] });
  });

  it('of another secret leaves nothing of either', () => {
    const scrubber = scrubberOf('sk-inner-key', 'outer/sk-inner-key/outer');
    expect(scrubber.text('at outer/sk-inner-key/outer and sk-inner-key')).toBe(`at ${HIDDEN} and ${HIDDEN}`);
  });
});

describe('a secret in a value', () => {
  it.each<[string, (secret: string) => unknown]>([
    ['characters', (secret) => [...secret]],
    ['bytes', (secret) => ({ data: [...Buffer.from(secret)] })],
    ['numbered characters', (secret) => ({ ...secret.split('') })],
    ['a key', (secret) => ({ [secret]: 1 })],
    ['an item far down', (secret) => [[{ a: [{ b: secret }] }]]],
  ])('is hidden as %s', (_name, make) => {
    const secret = 'sk-quite-secret';
    const clean = scrubberOf(secret).json(JSON.parse(JSON.stringify(make(secret))));

    expect(JSON.stringify(clean)).toContain(HIDDEN);
    expect(JSON.stringify(clean)).not.toMatch(/q.{1,3}u.{1,3}i.{1,3}t|117,105/);
  });

  it('leaves lists of numbers and letters that spell nothing', () => {
    const value = [[1, 2, 3], ['a', 'b'], { x: 1, y: 255 }, []];
    expect(scrubberOf('sk-quite-secret').json(value)).toEqual(value);
  });
});

describe('a document with a secret', () => {
  it('stays JSON if it was JSON, also where the secret was a number', () => {
    const scrubber = new Scrubber();
    scrubber.hide(90417);
    expect(JSON.parse(scrubber.document('{"pin": 90417, "text": "90417"}'))).toEqual({ pin: HIDDEN, text: HIDDEN });
    expect(scrubber.document('pin: 90417')).toBe(`pin: ${HIDDEN}`);
    expect(scrubber.document('{ "n":  1 }')).toBe('{ "n":  1 }');
  });
});
