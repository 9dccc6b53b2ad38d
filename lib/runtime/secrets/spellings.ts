/** Which occurrences of a spelling count: all, or only those that are words of their own. */
export type Occurrence = 'anywhere' | 'word';

/** A text that a secret may be written as. */
export interface Spelling {
  readonly text: string;
  readonly counts: Occurrence;
}

/** A secret shorter than this may stand in another word by coincidence, if it is a word or a number itself. */
const MIN_PART_LENGTH = 4;

/** What a shorter part of an encoding is may be a coincidence in the middle of other data, such as an image. */
const MIN_ENCODED_LENGTH = 6;

/** The lines of a secret that are long enough to be a secret each: tools show a key line by line. */
const MIN_LINE_LENGTH = 8;

/**
 * How a secret is written in other texts, apart from what `readings.ts` undoes: as it is, in Base64 (also as a part of what
 * was encoded, as in `user:password`), in hexadecimal digits and as a list of bytes.
 */
export function spellingsOf(secret: string): readonly Spelling[] {
  const bytes = Buffer.from(secret);
  const counts = countsOf(secret);
  const encoded = [...base64Of(bytes), ...hexOf(bytes), [...bytes].join(',')];
  const lines = secret.includes('\n') ? secret.split('\n').map((line) => line.trim()) : [];
  const spellings = [
    { text: secret, counts },
    ...encoded.map((text): Spelling => ({ text, counts: bytes.length < MIN_PART_LENGTH ? 'word' : 'anywhere' })),
    ...innerBase64Of(secret).map((text): Spelling => ({ text, counts: 'anywhere' })),
    ...lines.filter((line) => line.length >= MIN_LINE_LENGTH).flatMap(spellingsOf),
  ];
  return [...new Map(spellings.map((spelling) => [spelling.text, spelling])).values()];
}

/** Short words and numbers are found in many texts; what mixes letters, digits and signs is in none by chance. */
function countsOf(secret: string): Occurrence {
  if (secret.length >= MIN_PART_LENGTH) return 'anywhere';
  const isCommon = /^(?:\p{Ll}+|\p{Lu}\p{L}*|\d+)$/u.test(secret);
  return isCommon || secret.length < MIN_PART_LENGTH - 1 ? 'word' : 'anywhere';
}

const urlSafe = (base64: string): string => base64.replaceAll('+', '-').replaceAll('/', '_');

function base64Of(bytes: Buffer): readonly string[] {
  const padded = bytes.toString('base64');
  const base64 = padded.replace(/=+$/, '');
  return [padded, base64, urlSafe(padded), urlSafe(base64)];
}

/** The Base64 of a longer text holds one of these, by where in it the secret begins: without what depends on its neighbours. */
function innerBase64Of(secret: string): readonly string[] {
  // What is encoded is often JSON, as in a token.
  const texts = [...new Set([secret, JSON.stringify(secret).slice(1, -1)])];
  return texts.flatMap((text) => [0, 1, 2].flatMap((before) => innerBase64(Buffer.from(text), before)));
}

function innerBase64(bytes: Buffer, before: number): readonly string[] {
  const base64 = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
  const inner = base64.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
  return inner.length < MIN_ENCODED_LENGTH ? [] : [inner, urlSafe(inner)];
}

const hexOf = (bytes: Buffer): readonly string[] => [bytes.toString('hex'), bytes.toString('hex').toUpperCase()];
