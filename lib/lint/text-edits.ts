import { isMap, isScalar, isSeq, type LineCounter, type Pair, visit } from 'yaml';
import type { Span } from '../diagnostics/diagnostics.ts';
import { composeDocument } from '../flow/text/compose-document.ts';
import type { Edit } from '../flow/text/edits.ts';

/** Edits of a flow's text; all else, comments and layout, stays as it is. */
export class TextEditor {
  readonly #text: string;
  readonly #composed: ReturnType<typeof composeDocument>;

  constructor(text: string) {
    this.#text = text;
    this.#composed = composeDocument(text);
  }

  /** Writes `text` in place of what is at a span. */
  replace(span: Span, text: string): Edit {
    return { from: this.#offset(span.line, span.column), to: this.#offset(span.endLine, span.endColumn), text };
  }

  /** Removes the entry of a map whose key is at a span; undefined where it is written in a way that is not known here. */
  removeEntry(key: Span): Edit | undefined {
    const at = this.#offset(key.line, key.column);
    let found: Edit | undefined;
    this.#visit({
      Map: (_, map) => {
        const index = map.items.findIndex((pair) => startOf(pair) === at);
        if (index < 0) return;
        if (map.items.length === 1 && map.range) found = this.#emptied(map.range);
        else found = map.flow ? this.#fromFlow(map.items, index) : this.#fromBlock(at, endOf(map.items[index]));
      },
    });
    return found;
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

  /** Removes the step whose id is at a span, from a list with an item a line or more. */
  removeStep(id: Span): Edit | undefined {
    const item = this.#stepAt(id);
    return item && this.#fromBlock(this.#dashBefore(item.from), item.to);
  }

  /** Where the step whose id is at a span stands, without its dash; undefined where its list is in brackets. */
  #stepAt(id: Span): { readonly from: number; readonly to: number } | undefined {
    const at = this.#offset(id.line, id.column);
    let found: { readonly from: number; readonly to: number } | undefined;
    this.#visit({
      Seq: (_, list) => {
        for (const item of list.items) {
          if (list.flow || !isMap(item) || !item.range) continue;
          const holds = item.items.some(({ value }) => isScalar(value) && value.range?.[0] === at);
          if (holds) found = { from: item.range[0], to: item.range[1] };
        }
      },
    });
    return found;
  }

  #visit(visitor: Parameters<typeof visit>[1]): void {
    if ('document' in this.#composed) visit(this.#composed.document, visitor);
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

  /** One entry of `{ a: 1, b: 2 }`, with the comma before or after it. */
  #fromFlow(items: readonly Pair[], index: number): Edit | undefined {
    const [before, one, after] = [items[index - 1], items[index], items[index + 1]];
    const [from, to] = [startOf(one), endOf(one)];
    const [next, last] = [startOf(after), endOf(before)];
    if (from === undefined || to === undefined) return undefined;
    if (next !== undefined) return { from, to: next, text: '' };
    return last === undefined ? undefined : { from: last, to, text: '' };
  }

  #dashBefore(at: number): number {
    return this.#text.lastIndexOf('-', at);
  }

  #offset(line: number, column: number): number {
    const lines: LineCounter = this.#composed.lines;
    return (lines.lineStarts[line - 1] ?? this.#text.length) + column - 1;
  }
}

const startOf = (pair: Pair | undefined): number | undefined => rangeOf(pair?.key)?.[0];

/** A map that is written without a value, as references are, ends with its key. */
const endOf = (pair: Pair | undefined): number | undefined => (rangeOf(pair?.value) ?? rangeOf(pair?.key))?.[1];

const rangeOf = (node: unknown): readonly [number, number, number] | undefined =>
  (isMap(node) || isSeq(node) || isScalar(node)) && node.range ? node.range : undefined;
