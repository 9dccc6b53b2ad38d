import type { Span } from './diagnostics.ts';
import type { Entry, ListTree, MapTree, ScalarTree, Tree } from './tree.ts';

/**
 * Reads the part of YAML in which large flows are written: block maps and lists, flow maps and lists, and scalars, each
 * on one line, and JSON on any number of lines. Undefined where there is anything else, or a mistake: then the `yaml`
 * package reads the text, with the same outcome, but in a multiple of the time, which is a third of a compilation's.
 */
export function readPlainYaml(source: string): Tree | undefined {
  try {
    return new PlainReader(source).read();
  } catch (thrown) {
    if (thrown instanceof NotPlain) return undefined;
    throw thrown;
  }
}

/** Thrown, and caught above, where a text goes beyond plain YAML. */
class NotPlain extends Error {}

// What stands in these is the same in YAML, wherever it stands, as long as it is followed by the end of the line or, in
// flow maps and lists, by one of their signs.
const WORDS = /[A-Za-z_$/(][\w$./()+=-]*(?: [\w$./()+=-]+)*/y;
const NUMBER = /-?(?:0|[1-9]\d{0,14})(?:\.\d{1,15})?/y;
const KEY = /[A-Za-z_$][\w$.-]{0,199}/y;
const DOUBLE_QUOTED = /"(?:[ !#-[\]-~\xa0-\ud7ff]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const SINGLE_QUOTED = /'(?:[ -&(-~\xa0-\ud7ff]|'')*'/y;

const NULLS: ReadonlySet<string> = new Set(['null', 'Null', 'NULL']);
const WORD_VALUES: ReadonlyMap<string, boolean> = new Map([
  ...['true', 'True', 'TRUE'].map((word) => [word, true] as const),
  ...['false', 'False', 'FALSE'].map((word) => [word, false] as const),
]);

interface Place {
  readonly line: number;
  readonly column: number;
}

/** How far a flow map or list may go: to the end of its line, or over any lines. */
type Extent = 'line' | 'lines';

// What is deeper or has more values, `yaml` may judge.
const DEEPEST = 60;
const MOST_VALUES = 500_000;

// YAML lets no key be longer than 1,024 characters, though not everywhere.
const LONGEST_KEY = 1_000;

class PlainReader {
  readonly #source: string;
  #at = 0;
  #depth = 0;
  #values = 0;
  /** The line of the last place that was asked for; they are asked for in their order. */
  #line = 1;
  #lineStart = 0;
  #lineEnd: number;

  constructor(source: string) {
    this.#source = source;
    this.#lineEnd = source.indexOf('\n');
  }

  read(): Tree {
    const tree = /^[{[]/.test(this.#source) ? this.#scalarLine('lines') : this.#block(0);
    if (this.#at < this.#source.length) throw new NotPlain();
    return tree;
  }

  /** A map or a list whose entries begin at a column. */
  #block(column: number): Tree {
    return this.#inside(() => (this.#isItem(this.#at) ? this.#blockList(column) : this.#blockMap(column)));
  }

  #blockList(column: number): ListTree {
    const start = this.#place();
    const items: Tree[] = [];
    do {
      this.#at += 2;
      items.push(this.#isKey() ? this.#block(column + 2) : this.#scalarLine('line'));
    } while (this.#goesOn(column, true));
    return { kind: 'list', items, span: this.#span(start) };
  }

  #blockMap(column: number): MapTree {
    const start = this.#place();
    const entries = new Map<string, Entry>();
    do {
      const key = this.#key();
      this.#take(':');
      this.#add(entries, key, this.#blockValue(column));
    } while (this.#goesOn(column, false));
    return { kind: 'map', entries, span: this.#span(start) };
  }

  #blockValue(column: number): Tree {
    if (this.#source[this.#at] === ' ') {
      this.#space('line');
      return this.#scalarLine('line');
    }
    this.#endLine();
    const inner = this.#indent();
    // A list may stand as far left as the key that it belongs to.
    if (inner < column || (inner === column && !this.#isItem(this.#at + inner))) throw new NotPlain();
    this.#at += inner;
    return this.#block(inner);
  }

  /** A value behind which its line ends. */
  #scalarLine(over: Extent): Tree {
    const tree = this.#flow(over);
    this.#endLine();
    return tree;
  }

  /** Whether the next line has another entry at a column, of a list or of a map; then it is gone to. */
  #goesOn(column: number, list: boolean): boolean {
    if (this.#at >= this.#source.length) return false;
    const indent = this.#indent();
    // What stands further right would go on with a scalar.
    if (indent > column) throw new NotPlain();
    if (indent < column || this.#isItem(this.#at + indent) !== list) return false;
    this.#at += indent;
    return true;
  }

  #flow(over: Extent): Tree {
    this.#values += 1;
    if (this.#values > MOST_VALUES) throw new NotPlain();
    const sign = this.#source[this.#at];
    if (sign === '{') return this.#inside(() => this.#flowMap(over));
    if (sign === '[') return this.#inside(() => this.#flowList(over));
    return this.#scalar();
  }

  #flowMap(over: Extent): MapTree {
    const start = this.#place();
    const entries = new Map<string, Entry>();
    this.#each('}', over, () => {
      const quoted = this.#source[this.#at] === '"';
      const key = this.#key();
      this.#take(':');
      if (!quoted && this.#source[this.#at] !== ' ') throw new NotPlain();
      this.#space(over);
      this.#add(entries, key, this.#flow(over));
    });
    return { kind: 'map', entries, span: this.#span(start) };
  }

  #flowList(over: Extent): ListTree {
    const start = this.#place();
    const items: Tree[] = [];
    this.#each(']', over, () => items.push(this.#flow(over)));
    return { kind: 'list', items, span: this.#span(start) };
  }

  /** Reads what stands between commas, from the opening sign to the closing one. */
  #each(close: '}' | ']', over: Extent, read: () => void): void {
    this.#at += 1;
    this.#space(over);
    if (this.#source[this.#at] !== close) {
      for (;;) {
        read();
        this.#space(over);
        if (this.#source[this.#at] === close) break;
        this.#take(',');
        this.#space(over);
      }
    }
    this.#at += 1;
  }

  #scalar(): ScalarTree {
    const start = this.#place();
    const value = this.#value();
    return { kind: 'scalar', value, span: this.#span(start) };
  }

  #value(): ScalarTree['value'] {
    const sign = this.#source[this.#at];
    if (sign === '"') return String(JSON.parse(this.#match(DOUBLE_QUOTED)));
    if (sign === "'") return this.#match(SINGLE_QUOTED).slice(1, -1).replaceAll("''", "'");
    const isNumber = sign === '-' || (sign !== undefined && sign >= '0' && sign <= '9');
    const text = this.#match(isNumber ? NUMBER : WORDS);
    if (isNumber) return Number(text);
    return WORD_VALUES.get(text) ?? (NULLS.has(text) ? null : text);
  }

  /** Whether an entry of a block map stands here, rather than a scalar. */
  #isKey(): boolean {
    const pattern = this.#source[this.#at] === '"' ? DOUBLE_QUOTED : KEY;
    pattern.lastIndex = this.#at;
    return pattern.test(this.#source) && this.#source[pattern.lastIndex] === ':';
  }

  #key(): ScalarTree {
    this.#values += 1;
    if (this.#source[this.#at] === '"') return this.#quotedKey();
    const start = this.#place();
    const text = this.#match(KEY);
    const value = WORD_VALUES.get(text) ?? (NULLS.has(text) ? null : text);
    return { kind: 'scalar', value, span: this.#span(start) };
  }

  #quotedKey(): ScalarTree {
    const start = this.#at;
    const key = this.#scalar();
    if (this.#at - start > LONGEST_KEY) throw new NotPlain();
    return key;
  }

  #add(entries: Map<string, Entry>, { value: name, span }: ScalarTree, value: Tree): void {
    if (entries.has(String(name))) throw new NotPlain();
    entries.set(String(name), { key: span, value });
  }

  #inside<T>(read: () => T): T {
    this.#depth += 1;
    if (this.#depth > DEEPEST) throw new NotPlain();
    const result = read();
    this.#depth -= 1;
    return result;
  }

  #isItem(at: number): boolean {
    return this.#source[at] === '-' && this.#source[at + 1] === ' ';
  }

  #indent(): number {
    let end = this.#at;
    while (this.#source[end] === ' ') end += 1;
    return end - this.#at;
  }

  #space(over: Extent): void {
    while (this.#source[this.#at] === ' ' || (over === 'lines' && this.#source[this.#at] === '\n')) this.#at += 1;
  }

  #take(sign: ':' | ','): void {
    if (this.#source[this.#at] !== sign) throw new NotPlain();
    this.#at += 1;
  }

  #endLine(): void {
    if (this.#at === this.#source.length) return;
    if (this.#source[this.#at] !== '\n') throw new NotPlain();
    this.#at += 1;
  }

  #match(pattern: RegExp): string {
    const start = this.#at;
    pattern.lastIndex = start;
    if (!pattern.test(this.#source)) throw new NotPlain();
    this.#at = pattern.lastIndex;
    return this.#source.slice(start, this.#at);
  }

  #span({ line, column }: Place): Span {
    const end = this.#place();
    return { line, column, endLine: end.line, endColumn: end.column };
  }

  #place(): Place {
    for (let end = this.#lineEnd; end !== -1 && end < this.#at; end = this.#lineEnd) {
      this.#line += 1;
      this.#lineStart = end + 1;
      this.#lineEnd = this.#source.indexOf('\n', this.#lineStart);
    }
    return { line: this.#line, column: this.#at - this.#lineStart + 1 };
  }
}
