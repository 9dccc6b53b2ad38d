/**
 * The most steps that matching a text of a length may take, by a regular expression's form: a quantifier that may choose how
 * often it repeats multiplies the ways to match, and one round another of these makes them exponential. Never less than it is,
 * often more.
 */
export function mostSteps(source: string, length: number): number {
  const starts = source.startsWith('^') && !source.includes('|') ? 1 : length + 1;
  // What repeats nothing goes through the text no further than its own parts do.
  const reach = REPEATS.test(source) ? source.length + length : source.length;
  return starts * new Ways(source, length).count() * reach;
}

/** A quantifier that repeats, or a reference to what a group has matched. */
const REPEATS = /[*+{]|\\[1-9k]/;

const CLASS = /\[(?:[^\]\\]|\\[\s\S])*\]/y;
const OPENING = /\((?:\?(?:[:=!]|<[=!]|<[^>]*>))?/y;
const QUANTIFIER = /(?:[*+?]|\{\d+(?:,\d*)?\})\??/y;

/** How often a quantifier repeats. */
interface Times {
  readonly least: number;
  readonly most: number;
}

/** Counts the ways in which a regular expression may match. Whatever it cannot read has too many. */
class Ways {
  readonly #source: string;
  readonly #length: number;
  #at = 0;

  constructor(source: string, length: number) {
    this.#source = source;
    this.#length = length;
  }

  count(): number {
    const ways = this.#alternatives();
    return this.#at === this.#source.length ? ways : Number.POSITIVE_INFINITY;
  }

  #alternatives(): number {
    let all = 0;
    let ways = 1;
    while (this.#at < this.#source.length && this.#source[this.#at] !== ')') {
      if (this.#source[this.#at] === '|') {
        this.#at += 1;
        all += ways;
        ways = 1;
      } else ways *= this.#repeated(this.#atom());
    }
    return all + ways;
  }

  /** The ways of one atom, which has been read. */
  #atom(): number {
    if (this.#found(OPENING) !== undefined) {
      const inside = this.#alternatives();
      this.#at += 1;
      return inside;
    }
    // A reference to what a group has matched is compared character by character, as a text is.
    if (this.#found(CLASS) === undefined) this.#at += this.#source[this.#at] === '\\' ? 2 : 1;
    return 1;
  }

  #repeated(ways: number): number {
    const written = this.#found(QUANTIFIER);
    if (written === undefined) return ways;
    const { least, most } = this.#times(written);
    const choices = Math.min(most, this.#length) - Math.min(least, this.#length) + 1;
    return ways === 1 ? choices : choices * ways ** most;
  }

  #times(written: string): Times {
    if (written.startsWith('?')) return { least: 0, most: 1 };
    if (!written.startsWith('{')) return { least: 0, most: Number.POSITIVE_INFINITY };
    const [, least = '', comma, most = ''] = /^\{(\d+)(,?)(\d*)/.exec(written) ?? [];
    if (comma === '') return { least: Number(least), most: Number(least) };
    return { least: Number(least), most: most === '' ? Number.POSITIVE_INFINITY : Number(most) };
  }

  #found(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const [found] = pattern.exec(this.#source) ?? [];
    if (found !== undefined) this.#at += found.length;
    return found;
  }
}
