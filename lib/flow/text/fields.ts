import type { Reporter } from '../../diagnostics/diagnostics.ts';
import type { Json } from '../../protocol/json.ts';
import { nearest } from './nearest.ts';
import { describe, type Entry, type MapTree, type Tree, toJson } from './tree.ts';

/** What is written instead of a key that is not known; `key`: the known one that is meant. */
export interface KeyHint {
  readonly instead: string;
  readonly key?: string;
}

/** Hints by the unknown key in lower case, without `_` and `-`. */
export type KeyHints = ReadonlyMap<string, KeyHint>;

/** A key as hints have it. */
export const plainKey = (key: string): string => key.toLowerCase().replace(/[_-]/g, '');

const camel = (key: string): string => key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** The known keys of a map of the flow, each looked up by its camelCase name; snake_case spellings are read too. */
export class Fields {
  readonly map: MapTree;
  readonly #where: string;
  readonly #known: readonly string[];
  readonly #reporter: Reporter;
  readonly #entries = new Map<string, Entry>();
  readonly #misspelt = new Set<string>();

  /**
   * Reports each key that is not `known`. `where` names the map in messages, e.g. `the step "a"`; `spelt` how a known key is
   * written there.
   */
  constructor(
    map: MapTree,
    where: string,
    known: readonly string[],
    reporter: Reporter,
    {
      hints = new Map(),
      spelt = (key) => key,
      otherwise = () => undefined,
    }: {
      hints?: KeyHints;
      spelt?: (key: string) => string;
      /** What is written instead of a key that is like no known one. */
      otherwise?: (key: string) => string | undefined;
    } = {},
  ) {
    this.map = map;
    this.#where = where;
    this.#known = known;
    this.#reporter = reporter;
    for (const [key, entry] of map.entries) {
      const name = known.includes(key) ? key : camel(key);
      if (!known.includes(name)) {
        const hint = hints.get(plainKey(key)) ?? unspaced(key, known);
        const meant = hint ? hint.key : nearest(camel(key), known);
        if (meant) this.#misspelt.add(meant);
        const near = meant && spelt(meant);
        reporter.report(
          'unknown-key',
          {
            key,
            where,
            known: known.map(spelt),
            nearest: near,
            instead: hint?.instead ?? (near ? undefined : otherwise(key)),
          },
          entry.key,
        );
      } else if (this.#entries.has(name)) reporter.report('duplicate-key', { key: spelt(name) }, entry.key);
      else this.#entries.set(name, entry);
    }
  }

  /** The value at `key`; undefined where it is absent. */
  tree(key: string): Tree | undefined {
    return this.#entries.get(key)?.value;
  }

  /** The value at `key` as JSON; undefined where it is absent or null. */
  json(key: string): Json | undefined {
    const tree = this.#nonNull(key);
    return tree && toJson(tree);
  }

  string(key: string): string | undefined {
    const tree = this.#nonNull(key);
    if (!tree) return undefined;
    if (tree.kind === 'scalar' && typeof tree.value === 'string') return tree.value;
    return this.#wrong(key, tree, 'a string');
  }

  /** The string at a required key; null counts as missing. */
  requiredString(key: string): string | undefined {
    if (!this.#nonNull(key)) this.wrong(key, 'a string');
    return this.string(key);
  }

  /** Reports those of the keys that are there although they are of no use here. `instead`: what is written instead of each. */
  refuse(keys: readonly string[], where: string, instead: (key: string) => string): void {
    const known = [...this.#known].filter((key) => !keys.includes(key));
    for (const [key, entry] of this.map.entries)
      if (keys.includes(camel(key)))
        this.#reporter.report('unknown-key', { key, where, known, instead: instead(camel(key)) }, entry.key);
  }

  boolean(key: string): boolean | undefined {
    const tree = this.#nonNull(key);
    if (!tree) return undefined;
    if (tree.kind === 'scalar' && typeof tree.value === 'boolean') return tree.value;
    return this.#wrong(key, tree, 'true or false');
  }

  /** A whole number of at least `least`, and at most `most`. */
  count(key: string, most: number, least = 0): number | undefined {
    return this.#number(key, (value) => Number.isInteger(value) && value >= least && value <= most, {
      wanted: `a whole number from ${least} to ${most.toLocaleString('en')}`,
    });
  }

  /** A number of seconds above 0, and at most `most`. */
  seconds(key: string, most: number): number | undefined {
    return this.#number(key, (value) => value > 0 && value <= most, {
      wanted: `a number of seconds above 0, up to ${most.toLocaleString('en')}`,
    });
  }

  /** A number of at least `least`, and at most `most`. */
  factor(key: string, least: number, most: number): number | undefined {
    return this.#number(key, (value) => value >= least && value <= most, {
      wanted: `a number from ${least} to ${most.toLocaleString('en')}`,
    });
  }

  #number(
    key: string,
    isWanted: (value: number) => boolean,
    { wanted }: { readonly wanted: string },
  ): number | undefined {
    const tree = this.#nonNull(key);
    if (!tree) return undefined;
    const value = tree.kind === 'scalar' ? tree.value : undefined;
    if (typeof value === 'number' && isWanted(value)) return value;
    return this.#wrong(key, tree, `${wanted}${inSeconds(value, isWanted)}`);
  }

  oneOf<const T extends string>(key: string, choices: readonly T[]): T | undefined {
    const tree = this.#nonNull(key);
    if (!tree) return undefined;
    const found = choices.find((choice) => tree.kind === 'scalar' && tree.value === choice);
    const written = tree.kind === 'scalar' ? String(tree.value) : '';
    return found ?? this.#wrong(key, tree, `one of ${choices.join(', ')}`, nearest(written, choices));
  }

  list(key: string): readonly Tree[] | undefined {
    const tree = this.#nonNull(key);
    if (!tree) return undefined;
    return tree.kind === 'list' ? tree.items : this.#wrong(key, tree, 'a list');
  }

  object(key: string): MapTree | undefined {
    const tree = this.#nonNull(key);
    if (!tree) return undefined;
    return tree.kind === 'map' ? tree : this.#wrong(key, tree, 'a map');
  }

  /** Whether one of the keys is written in another way, which has been reported. */
  isMisspelt(...keys: readonly string[]): boolean {
    return keys.some((key) => this.#misspelt.has(key));
  }

  /** Reports that `key` is missing, unless a misspelling of it has been reported. */
  missing(key: string): void {
    if (!this.#misspelt.has(key)) this.#reporter.report('missing-key', { key, where: this.#where }, startOf(this.map));
  }

  /** Reports that the value at `key` is not what is `wanted`, or that it is missing. */
  wrong(key: string, wanted: string): void {
    const tree = this.tree(key);
    if (tree) this.#wrong(key, tree, wanted);
    else this.missing(key);
  }

  #nonNull(key: string): Tree | undefined {
    const tree = this.tree(key);
    return tree?.kind === 'scalar' && tree.value === null ? undefined : tree;
  }

  #wrong(key: string, tree: Tree, wanted: string, meant?: string): undefined {
    this.#reporter.report(
      'wrong-type',
      { what: `"${key}" of ${this.#where}`, found: describe(tree), wanted, nearest: meant },
      tree.span,
    );
    return undefined;
  }
}

/** `component:/my/echo` is a key as a whole: a colon without a space behind it ends none. */
function unspaced(key: string, known: readonly string[]): KeyHint | undefined {
  const [, name = '', value = ''] = /^(\w+):(.+)$/s.exec(key) ?? [];
  if (!known.includes(name) && !known.includes(camel(name))) return undefined;
  return { instead: `A space is missing after the colon. Write "${name}: ${value}".`, key: camel(name) };
}

/** The span, reduced to its first character if it has several lines: underlining all of it does not help. */
const startOf = ({ span }: MapTree) =>
  span.endLine === span.line ? span : { ...span, endLine: span.line, endColumn: span.column + 1 };

const UNITS: { readonly [unit: string]: number } = { ms: 0.001, s: 1, m: 60, min: 60, h: 3600, d: 86_400 };

/** What is meant by a text such as `30s`, `PT5M` or "30", if that would be right. */
function inSeconds(value: unknown, isWanted: (value: number) => boolean): string {
  const [, amount, unit = 's'] = /^(?:PT?)?(\d+(?:\.\d+)?)\s*(ms|min|[smhd])?\w*$/i.exec(String(value)) ?? [];
  const meant =
    typeof value === 'string' && amount !== undefined ? Number(amount) * (UNITS[unit.toLowerCase()] ?? 1) : 0;
  return meant > 0 && isWanted(meant) ? `, such as ${meant},` : '';
}
