import {
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type LineCounter,
  type Pair,
  visit,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import type { Span } from '../diagnostics/diagnostics.ts';
import { composeDocument } from '../flow/text/compose-document.ts';
import type { Edit } from '../flow/text/edits.ts';

const PLAIN = /^\$?[A-Za-z_][\w-]*$/;

/** What YAML reads, in one of its versions, as something else than a text. */
const OTHER_TYPE = /^(?:true|false|null|yes|no|on|off|y|n)$/i;

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Edits of a flow's text; all else, comments and layout, stays as it is. */
export class TextEditor {
  readonly #text: string;
  readonly #composed: ReturnType<typeof composeDocument>;
  /** What is JSON stays so. */
  readonly #isJson: boolean;
  #made: Index | undefined;

  constructor(text: string) {
    this.#text = text;
    this.#isJson = isJson(text);
    this.#composed = composeDocument(text);
  }

  /** How a map is written on one line; its values are written already. */
  map(entries: readonly (readonly [key: string, value: string])[]): string {
    return `{ ${entries.map(([key, value]) => `${this.word(key)}: ${value}`).join(', ')} }`;
  }

  /** How a text is written: without quotes where it can be. */
  word(text: string): string {
    return !this.#isJson && PLAIN.test(text) && !OTHER_TYPE.test(text) ? text : JSON.stringify(text);
  }

  /** Writes `text` in place of what is at a span, which for a block may go on to the end of a line, with a comment. */
  replace(span: Span, text: string): Edit {
    const from = this.#offset(span.line, span.column);
    const old = this.#text.slice(from, this.#offset(span.endLine, span.endColumn));
    return { from, to: from + old.replace(/(?:\s+#[^\n]*)*\s*$/, '').length, text };
  }

  /** Removes the entry of a map whose key is at a span; undefined where it is written in a way that is not known here. */
  removeEntry(key: Span): Edit | undefined {
    return this.#withoutKey(this.#offset(key.line, key.column));
  }

  #withoutKey(at: number): Edit | undefined {
    const found = this.#index.keys.get(at);
    if (!found) return undefined;
    const { map, index } = found;
    if (map.items.length === 1 && map.range) return this.#emptied(map.range);
    return map.flow ? this.#fromFlow(map.items.map(placeOf), index) : this.#fromBlock(at, endOf(map.items[index]));
  }

  /** Removes the item of a list at a span; the only one along with the key that the list stands at. */
  removeItem(item: Span): Edit | undefined {
    const at = this.#offset(item.line, item.column);
    const found = this.#index.items.get(at);
    if (!found) return undefined;
    const { list, index, key } = found;
    if (list.items.length === 1) return key === undefined ? undefined : this.#withoutComment(this.#withoutKey(key));
    if (list.flow) return this.#fromFlow(list.items.map(rangeOf), index);
    return this.#fromBlock(this.#dashBefore(at), rangeOf(list.items[index])?.[1]);
  }

  /** Adds a step after the one whose id is at a span, in a list with an item a line or more. `lines`: the step, without the dash. */
  addStepAfter(id: Span, lines: readonly string[]): Edit | undefined {
    const item = this.#stepAt(id);
    if (!item) return undefined;
    const dash = this.#dashBefore(item.from);
    const indent = this.#text.slice(this.#text.lastIndexOf('\n', dash - 1) + 1, dash);
    if (indent.trim() !== '') return undefined;
    const end = item.from + this.#text.slice(item.from, item.to).trimEnd().length;
    const next = this.#text.indexOf('\n', end);
    const at = next < 0 ? this.#text.length : next + 1;
    const text = lines.map((line, index) => `${indent}${index === 0 ? '- ' : '  '}${line}\n`).join('');
    return { from: at, to: at, text: next < 0 ? `\n${text}` : text };
  }

  /** Removes the step whose id is at a span from its list. */
  removeStep(id: Span): Edit | undefined {
    const found = this.#stepWith(id);
    if (found?.list.flow) return this.#fromFlow(found.list.items.map(rangeOf), found.index);
    const item = this.#stepAt(id);
    return item && this.#fromBlock(this.#dashBefore(item.from), item.to);
  }

  /** Where the step whose id is at a span stands, without its dash; undefined where its list is in brackets. */
  #stepAt(id: Span): { readonly from: number; readonly to: number } | undefined {
    const found = this.#stepWith(id);
    const range = found && !found.list.flow ? rangeOf(found.list.items[found.index]) : undefined;
    return range && { from: range[0], to: range[1] };
  }

  #stepWith(id: Span): ListItem | undefined {
    return this.#index.values.get(this.#offset(id.line, id.column));
  }

  /** Made once: a flow may have thousands of places to edit. */
  get #index(): Index {
    this.#made ??= indexOf(this.#composed);
    return this.#made;
  }

  /** An edit that removes no line that is a comment. */
  #withoutComment(edit: Edit | undefined): Edit | undefined {
    return edit && /^\s*#/m.test(this.#text.slice(edit.from, edit.to)) ? undefined : edit;
  }

  #emptied([from, to]: readonly [number, number, ...unknown[]]): Edit {
    const trimmed = this.#text.slice(from, to).trimEnd().length;
    return { from, to: from + trimmed, text: '{}' };
  }

  /** Whole lines: those from the one with `from` to the one before `to`, if nothing else stands there. */
  #fromBlock(from: number, to: number | undefined): Edit | undefined {
    if (to === undefined) return undefined;
    const start = this.#text.lastIndexOf('\n', from - 1) + 1;
    if (this.#text.slice(start, from).trim() !== '') return undefined;
    const end = from + this.#text.slice(from, to).trimEnd().length;
    const next = this.#text.indexOf('\n', end);
    const rest = this.#text.slice(end, next < 0 ? undefined : next).trim();
    if (rest !== '' && !rest.startsWith('#')) return undefined;
    return { from: start, to: next < 0 ? this.#text.length : next + 1, text: '' };
  }

  /** One item of `[a, b]` or entry of `{ a: 1, b: 2 }`, with the comma before or after it, but without comments there. */
  #fromFlow(places: readonly (Place | undefined)[], index: number): Edit | undefined {
    const [before, one, after] = [places[index - 1], places[index], places[index + 1]];
    if (!one) return undefined;
    const [from, to] = one;
    if (after)
      return { from, to: this.#hasComment(to, after[0]) ? this.#text.indexOf(',', to) + 1 : after[0], text: '' };
    return before && { from: this.#hasComment(before[1], from) ? from : before[1], to, text: '' };
  }

  #hasComment(from: number, to: number): boolean {
    return this.#text.slice(from, to).includes('#');
  }

  #dashBefore(at: number): number {
    return this.#text.lastIndexOf('-', at);
  }

  #offset(line: number, column: number): number {
    const lines: LineCounter = this.#composed.lines;
    return (lines.lineStarts[line - 1] ?? this.#text.length) + column - 1;
  }
}

/** An item of a list. */
interface ListItem {
  readonly list: YAMLSeq;
  readonly index: number;
}

/** A scalar in a list that is the value of a map's key: where the key stands. */
interface ScalarItem extends ListItem {
  readonly key: number | undefined;
}

/** By their offsets: the keys of maps, the scalars in maps that are items of a list, and the scalars in a list. */
interface Index {
  readonly keys: ReadonlyMap<number, { readonly map: YAMLMap; readonly index: number }>;
  readonly values: ReadonlyMap<number, ListItem>;
  readonly items: ReadonlyMap<number, ScalarItem>;
}

function indexOf(composed: ReturnType<typeof composeDocument>): Index {
  const keys = new Map<number, { readonly map: YAMLMap; readonly index: number }>();
  const values = new Map<number, ListItem>();
  const items = new Map<number, ScalarItem>();
  if (!('document' in composed)) return { keys, values, items };
  visit(composed.document, {
    Map: (_, map) => {
      for (const [index, pair] of map.items.entries()) {
        const at = startOf(pair);
        if (at !== undefined) keys.set(at, { map, index });
      }
    },
    Seq: (_, list, path) => {
      const parent = path.at(-1);
      const key = isPair(parent) ? startOf(parent) : undefined;
      for (const [index, item] of list.items.entries()) {
        if (isScalar(item) && item.range) items.set(item.range[0], { list, index, key });
        for (const { value } of isMap(item) ? item.items : [])
          if (isScalar(value) && value.range) values.set(value.range[0], { list, index });
      }
    },
  });
  return { keys, values, items };
}

const startOf = (pair: Pair | undefined): number | undefined => rangeOf(pair?.key)?.[0];

/** A map that is written without a value, as references are, ends with its key. */
const endOf = (pair: Pair | undefined): number | undefined => (rangeOf(pair?.value) ?? rangeOf(pair?.key))?.[1];

/** Where something begins and ends. */
type Place = readonly [from: number, to: number, ...unknown[]];

function placeOf(pair: Pair): Place | undefined {
  const [from, to] = [startOf(pair), endOf(pair)];
  return from === undefined || to === undefined ? undefined : [from, to];
}

const rangeOf = (node: unknown): Place | undefined =>
  (isMap(node) || isSeq(node) || isScalar(node) || isAlias(node)) && node.range ? node.range : undefined;
