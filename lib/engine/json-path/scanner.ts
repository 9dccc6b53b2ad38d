/** A text that is no path and no function call. The position counts characters from 0. */
export class PathSyntaxError extends Error {
  readonly position: number;
  constructor(message: string, position: number) {
    super(message);
    this.name = 'PathSyntaxError';
    this.position = position;
  }
}

/** Parts of parts that a text may have: far more than anyone writes. */
const MAX_DEPTH = 100;

/** Reads a text from its start to its end. */
export class Scanner {
  readonly text: string;
  at = 0;
  #depth = 0;

  constructor(text: string) {
    this.text = text;
  }

  get isAtEnd(): boolean {
    return this.at >= this.text.length;
  }

  /** Whether the rest begins with a text. */
  sees(text: string): boolean {
    return this.text.startsWith(text, this.at);
  }

  /** Skips a text, if the rest begins with it. */
  skip(text: string): boolean {
    if (!this.sees(text)) return false;
    this.at += text.length;
    return true;
  }

  /** Skips a text that must come next. */
  expect(text: string): void {
    if (!this.skip(text)) this.fail(`expected ${text}`);
  }

  skipSpace(): void {
    this.match(/\s*/y);
  }

  /** Skips what a sticky pattern matches, and returns the match. */
  match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.text);
    if (match === null) return undefined;
    this.at = pattern.lastIndex;
    return match;
  }

  /** Reads a part that may have parts of its own kind. */
  nested<T>(read: () => T): T {
    if (this.#depth === MAX_DEPTH) this.fail(`it is nested more than ${MAX_DEPTH} levels deep`);
    this.#depth += 1;
    const part = read();
    this.#depth -= 1;
    return part;
  }

  fail(message: string): never {
    throw new PathSyntaxError(message, this.at);
  }
}

const QUOTED = /'((?:[^'\\]|\\[\s\S])*)'|"((?:[^"\\]|\\[\s\S])*)"/y;

/** A text in single or double quotes, as it is written between them; undefined if none comes next. */
export function quotedText(scanner: Scanner): string | undefined {
  const match = scanner.match(QUOTED);
  return match?.[1] ?? match?.[2];
}

/** A text without the backslashes that escape its characters. */
export const unescaped = (text: string): string => text.replace(/\\([\s\S])/g, '$1');
