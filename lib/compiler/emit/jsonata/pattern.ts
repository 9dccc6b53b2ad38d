import { type Jsonata, regex } from './syntax.ts';

/** Code points from the first to the last. */
type Range = readonly [first: number, last: number];

/** Ranges in ascending order that do not touch. */
type CodePoints = readonly Range[];

/** What a regular expression of JSONata cannot say. */
class Unsayable extends Error {}

/**
 * A `pattern` of JSON Schema as a regular expression in JSONata that matches the same strings; undefined where there is none.
 *
 * JSONata has no `u` flag, so a class of characters beyond U+FFFF becomes one of surrogate pairs. Its scanner counts brackets
 * even where they are escaped or in a class, so each such character is written by its code.
 * Source: `scanRegex` in https://github.com/jsonata-js/jsonata/blob/v2.0.6/src/parser.js.
 */
export function regexOf(pattern: string): Jsonata | undefined {
  const isUnicode = compiles(pattern, 'u');
  if (!isUnicode && !compiles(pattern, '')) return undefined;
  try {
    return regex(new Translation(pattern, isUnicode).text());
  } catch (error) {
    if (error instanceof Unsayable) return undefined;
    throw error;
  }
}

function compiles(pattern: string, flags: string): boolean {
  try {
    new RegExp(pattern, flags);
    return true;
  } catch {
    return false;
  }
}

const LAST = { unit: 0xffff, codePoint: 0x10ffff };
const HIGH: Range = [0xd800, 0xdbff];
const LOW: Range = [0xdc00, 0xdfff];

const DIGITS: CodePoints = [[0x30, 0x39]];
const WORD: CodePoints = [...DIGITS, [0x41, 0x5a], [0x5f, 0x5f], [0x61, 0x7a]];
/** White space and line terminators. Source: ECMA-262, "CharacterClassEscape". */
const SPACE: CodePoints = [
  ...([
    [0x09, 0x0d],
    [0x20, 0x20],
    [0xa0, 0xa0],
    [0x1680, 0x1680],
    [0x2000, 0x200a],
  ] as const),
  ...([
    [0x2028, 0x2029],
    [0x202f, 0x202f],
    [0x205f, 0x205f],
    [0x3000, 0x3000],
    [0xfeff, 0xfeff],
  ] as const),
];
const LINE_ENDS: CodePoints = [
  [0x0a, 0x0a],
  [0x0d, 0x0d],
  [0x2028, 0x2029],
];

const CLASSES: ReadonlyMap<string, CodePoints> = new Map([
  ['d', DIGITS],
  ['w', WORD],
  ['s', SPACE],
]);

const CONTROLS: ReadonlyMap<string, number> = new Map([
  ['t', 9],
  ['n', 10],
  ['v', 11],
  ['f', 12],
  ['r', 13],
  ['0', 0],
]);

/** A group, an assertion, an alternative, a quantifier: written as they are, but that no group captures. */
const STRUCTURE = /\((?:\?(?:[:=!]|<[=!]|<[^>]+>))?|[)|^$*+?]|\{\d+(?:,\d*)?\}|\\[bB]/y;
const LOOKS_AROUND = /^(?:\(\?<?[=!]|\\[bB])$/;

class Translation {
  readonly #pattern: string;
  readonly #isUnicode: boolean;
  #at = 0;

  /** `pattern`: one that is valid; `isUnicode`: whether it is read with the `u` flag. */
  constructor(pattern: string, isUnicode: boolean) {
    this.#pattern = pattern;
    this.#isUnicode = isUnicode;
  }

  text(): string {
    let text = '';
    let looksAround = false;
    while (this.#at < this.#pattern.length) {
      const structure = this.#structure();
      text += structure ?? this.#written(this.#atom());
      looksAround ||= structure !== undefined && LOOKS_AROUND.test(structure);
    }
    // No match begins inside of a pair. All but an assertion sees that for itself.
    return looksAround && this.#isUnicode ? `(?!(?<=${HIGHS})${LOWS})(?:${text})` : text || '(?:)';
  }

  #structure(): string | undefined {
    STRUCTURE.lastIndex = this.#at;
    const [found] = STRUCTURE.exec(this.#pattern) ?? [];
    if (found === undefined) return undefined;
    this.#at += found.length;
    return found === '(' || /^\(\?<[^=!]/.test(found) ? '(?:' : found;
  }

  /** The characters of which the next one is any. */
  #atom(): CodePoints {
    const next = this.#next();
    if (next === '.') return this.#allBut(LINE_ENDS);
    if (next === '[') return this.#class();
    return next === '\\' ? this.#escaped() : single(next);
  }

  #class(): CodePoints {
    const isNegated = this.#pattern[this.#at] === '^';
    if (isNegated) this.#at += 1;
    const members: Range[] = [];
    while (this.#pattern[this.#at] !== ']') {
      const first = this.#member();
      const isRange = this.#pattern[this.#at] === '-' && this.#pattern[this.#at + 1] !== ']';
      if (!isRange) {
        members.push(...first);
        continue;
      }
      this.#at += 1;
      const last = this.#member();
      const [from, to] = [onlyOne(first), onlyOne(last)];
      // Without the u flag, a `-` beside a class of characters is itself.
      if (from === undefined || to === undefined) members.push(...first, ...single('-'), ...last);
      else members.push([from, to]);
    }
    this.#at += 1;
    return isNegated ? this.#allBut(members) : joined(members);
  }

  #member(): CodePoints {
    const next = this.#next();
    if (next !== '\\') return single(next);
    if (this.#pattern[this.#at] !== 'b') return this.#escaped();
    this.#at += 1;
    return [[8, 8]];
  }

  /** What a backslash, which has been read, and the characters after it stand for. */
  #escaped(): CodePoints {
    const code = this.#code();
    if (code !== undefined) return [[code, code]];
    const letter = this.#next();
    const known = CLASSES.get(letter.toLowerCase());
    if (known) return letter === letter.toLowerCase() ? known : this.#allBut(known);
    // A property of characters, a back reference, an octal number.
    if (/^[1-9kc]$/.test(letter) || (this.#isUnicode && /^p$/i.test(letter))) throw new Unsayable(letter);
    if (letter === '0' && /\d/.test(this.#pattern[this.#at] ?? '')) throw new Unsayable('an octal number');
    const control = CONTROLS.get(letter);
    return control === undefined ? single(letter) : [[control, control]];
  }

  /** A code point in hexadecimal digits, or that of a control character; of two that are a surrogate pair, the character. */
  #code(): number | undefined {
    const control = /^c([A-Za-z])/.exec(this.#pattern.slice(this.#at, this.#at + 2))?.[1];
    if (control !== undefined) {
      this.#at += 2;
      return control.charCodeAt(0) % 32;
    }
    const forms = this.#isUnicode
      ? /u(d[89ab][\da-f]{2})\\u(d[c-f][\da-f]{2})|u\{([\da-f]+)\}|u([\da-f]{4})|x([\da-f]{2})/iy
      : /u()()()([\da-f]{4})|x([\da-f]{2})/iy;
    forms.lastIndex = this.#at;
    const found = forms.exec(this.#pattern);
    if (!found) return undefined;
    this.#at += found[0].length;
    const [, high = '', low = '', ...others] = found;
    if (high === '') return Number.parseInt(others.find(Boolean) ?? '', 16);
    return String.fromCharCode(Number.parseInt(high, 16), Number.parseInt(low, 16)).codePointAt(0);
  }

  /** The next character; without the u flag, the next code unit. */
  #next(): string {
    const code = this.#isUnicode ? this.#pattern.codePointAt(this.#at) : this.#pattern.charCodeAt(this.#at);
    const next = String.fromCodePoint(code ?? 0);
    this.#at += next.length;
    return next;
  }

  #allBut(some: CodePoints): CodePoints {
    return complement(joined(some), this.#isUnicode ? LAST.codePoint : LAST.unit);
  }

  #written(codePoints: CodePoints): string {
    if (!this.#isUnicode) return classOf(codePoints);
    const [highs, lows] = [within(codePoints, HIGH), within(codePoints, LOW)];
    const others = [within(codePoints, [0, HIGH[0] - 1]), within(codePoints, [LOW[1] + 1, LAST.unit])].flat();
    const alternatives = [
      ...(others.length > 0 ? [classOf(others)] : []),
      ...within(codePoints, [LAST.unit + 1, LAST.codePoint]).flatMap(pairsOf),
      ...(highs.length > 0 ? [`${classOf(highs)}(?!${LOWS})`] : []),
      ...(lows.length > 0 ? [`(?<!${HIGHS})${classOf(lows)}`] : []),
    ];
    const [only, ...more] = alternatives;
    if (only === undefined) return '(?!)';
    return more.length === 0 && others.length > 0 ? only : `(?:${alternatives.join('|')})`;
  }
}

function single(character: string): CodePoints {
  const code = character.codePointAt(0) ?? 0;
  return [[code, code]];
}

function onlyOne([first, ...more]: CodePoints): number | undefined {
  return first && more.length === 0 && first[0] === first[1] ? first[0] : undefined;
}

/** Ranges in any order, as they are in {@link CodePoints}. */
function joined(ranges: readonly Range[]): CodePoints {
  const result: Range[] = [];
  for (const [first, last] of [...ranges].sort(([a], [b]) => a - b)) {
    const before = result.at(-1);
    if (before && first <= before[1] + 1) result[result.length - 1] = [before[0], Math.max(before[1], last)];
    else result.push([first, last]);
  }
  return result;
}

function complement(ranges: CodePoints, last: number): CodePoints {
  const starts = [0, ...ranges.map(([, end]) => end + 1)];
  const ends = [...ranges.map(([start]) => start - 1), last];
  return starts.map((start, at): Range => [start, ends[at] ?? last]).filter(([start, end]) => start <= end);
}

const within = (ranges: CodePoints, [least, most]: Range): CodePoints =>
  ranges
    .map(([first, last]): Range => [Math.max(first, least), Math.min(last, most)])
    .filter(([first, last]) => first <= last);

/** The surrogate pairs of a range of characters beyond U+FFFF: each alternative has one range of each half. */
function pairsOf([first, last]: Range): readonly string[] {
  const pair = (code: number) => ({
    high: HIGH[0] + ((code - 0x10000) >> 10),
    low: LOW[0] + ((code - 0x10000) & 0x3ff),
  });
  const [from, to] = [pair(first), pair(last)];
  const write = (highs: Range, lows: Range): string => classOf([highs]) + classOf([lows]);
  if (from.high === to.high) return [write([from.high, to.high], [from.low, to.low])];
  // Whole blocks of a high half are one alternative.
  const startsBlock = from.low === LOW[0];
  const endsBlock = to.low === LOW[1];
  const whole: Range = [startsBlock ? from.high : from.high + 1, endsBlock ? to.high : to.high - 1];
  return [
    ...(startsBlock ? [] : [write([from.high, from.high], [from.low, LOW[1]])]),
    ...(whole[0] <= whole[1] ? [write(whole, LOW)] : []),
    ...(endsBlock ? [] : [write([to.high, to.high], [LOW[0], to.low])]),
  ];
}

function classOf(ranges: CodePoints): string {
  const [first, ...more] = ranges;
  if (!first) return '(?!)';
  if (more.length === 0 && first[0] === first[1]) return codeOf(first[0]);
  return `[${ranges.map(([from, to]) => (from === to ? codeOf(from) : `${codeOf(from)}-${codeOf(to)}`)).join('')}]`;
}

/** A code unit: a letter or a digit is itself. */
function codeOf(unit: number): string {
  const character = String.fromCharCode(unit);
  if (/[A-Za-z0-9 _@:,;=~]/.test(character)) return character;
  return unit < 0x100 ? `\\x${unit.toString(16).padStart(2, '0')}` : `\\u${unit.toString(16).padStart(4, '0')}`;
}

const HIGHS = classOf([HIGH]);
const LOWS = classOf([LOW]);
