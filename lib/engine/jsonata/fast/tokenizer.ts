/** Thrown for an expression outside the subset, whether it is valid JSONata or not. */
export const UNSUPPORTED: unique symbol = Symbol('not in the subset');

/** Leaves the expression to the package. */
export function unsupported(): never {
  throw UNSUPPORTED;
}

/** A token of an expression. */
export interface Token {
  readonly kind: 'string' | 'number' | 'value' | 'name' | 'variable' | 'operator' | 'end';
  readonly value: unknown;
}

/** What may follow a name or a variable: the package treats any other character as a part of it. */
const BOUNDARY = /[ \t\n\r\v.[\]{}(),@#;:?+\-*/%|=<>^&!~]|$/y;
const SPACE = /[ \t\n\r\v]*/y;
const TOKEN =
  /(?<string>"[^"\\]*(?:\\.[^"\\]*)*")|(?<number>(?:0|[1-9]\d*)(?:\.\d+)?(?:[Ee][-+]?\d+)?)|\$(?<variable>(?:[A-Za-z_]\w*)?)|(?<word>[A-Za-z_]\w*)|`(?<name>[^`]*)`|(?<operator>:=|!=|>=|<=|(?!\.\.|\*\*|\?[?:])[.[\](){},;:?+\-*=<>&])/sy;

const VALUES: Readonly<Record<string, unknown>> = { true: true, false: false, null: null };
const WORDS: ReadonlySet<string> = new Set(['and', 'or', 'in']);

const END: Token = { kind: 'end', value: undefined };

/** Reads the tokens of an expression, one after another. Throws {@link UNSUPPORTED} for an unknown one. */
export class Tokenizer {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  next(): Token {
    SPACE.lastIndex = this.#at;
    SPACE.exec(this.#text);
    if (SPACE.lastIndex >= this.#text.length) return END;
    TOKEN.lastIndex = SPACE.lastIndex;
    const groups = TOKEN.exec(this.#text)?.groups ?? unsupported();
    this.#at = TOKEN.lastIndex;
    return this.#tokenOf(groups);
  }

  #tokenOf({ string, number, variable, word, name, operator }: Readonly<Record<string, string | undefined>>): Token {
    if (operator !== undefined) return { kind: 'operator', value: operator };
    if (string !== undefined) return { kind: 'string', value: textOf(string) };
    if (number !== undefined) return { kind: 'number', value: numberOf(number) };
    if (name !== undefined) return { kind: 'name', value: name };
    BOUNDARY.lastIndex = this.#at;
    if (!BOUNDARY.test(this.#text)) unsupported();
    if (variable !== undefined) return { kind: 'variable', value: variable };
    return wordOf(word ?? unsupported());
  }
}

function wordOf(word: string): Token {
  if (WORDS.has(word)) return { kind: 'operator', value: word };
  return Object.hasOwn(VALUES, word) ? { kind: 'value', value: VALUES[word] } : { kind: 'name', value: word };
}

/** The value of a string literal. Its escapes are those of JSON, but line ends need none. */
function textOf(quoted: string): string {
  if (!quoted.includes('\\')) return quoted.slice(1, -1);
  try {
    return JSON.parse(quoted);
  } catch {
    return unsupported();
  }
}

function numberOf(text: string): number {
  const number = Number(text);
  return Number.isFinite(number) ? number : unsupported();
}
