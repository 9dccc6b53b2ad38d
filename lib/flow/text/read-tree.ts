import {
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type LineCounter,
  type Node,
  type Pair,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import type { Reporter, Span } from '../../diagnostics/diagnostics.ts';
import type { Params } from '../../diagnostics/messages.ts';
import { DEPTH_LIMIT } from '../../protocol/json.ts';
import { withoutByteOrderMark } from '../../protocol/text.ts';
import { composeDocument } from './compose-document.ts';
import { foreignReference } from './foreign-reference.ts';
import { numberFault } from './numbers.ts';
import { describe, type Entry, type ListTree, type MapTree, type ScalarTree, type Tree, toJson } from './tree.ts';
import { yamlProblem } from './yaml-problem.ts';

// Far above any real flow (10,000 steps are some 200,000 values), far below what exhausts memory.
const VALUE_LIMIT = 1_000_000;

/** What `{{ name }}` refers to, which YAML reads as a map that is the key of a map. */
function templateIn({ entries }: MapTree): string | undefined {
  const [[name, { value }] = ['', { value: undefined }]] = entries;
  const isOnly = entries.size === 1 && value?.kind === 'scalar' && value.value === null;
  return isOnly && name !== '' ? name : undefined;
}

/** What `yaml` reports for a map as a key after a block, although it reads it correctly: eemeli/yaml#646. */
const FALSE_ERROR = 'Map comment with trailing content';

/** Keys whose maps may have maps as keys: mock components of Stepflow list behaviours by input. */
const MAPS_WITH_MAP_KEYS: ReadonlySet<string> = new Set(['behaviors']);

/** Reads YAML or JSON. Undefined if the text is neither, or too large; the reason is then reported. */
export function readTree(given: string, reporter: Reporter): Tree | undefined {
  const source = withoutByteOrderMark(given);
  const composed = composeDocument(source);
  const { lines } = composed;
  if ('tooDeepAt' in composed) {
    const { tooDeepAt } = composed;
    reporter.report('too-deep', { limit: DEPTH_LIMIT }, spanOf(lines, [tooDeepAt, tooDeepAt + 1]));
    return undefined;
  }
  const { document } = composed;
  // Further syntax errors are mostly consequences of the first.
  const error = document.errors.find(({ message }) => !message.startsWith(FALSE_ERROR));
  if (error) {
    const { problem, range } = yamlProblem(error, source, document);
    reporter.report('yaml-syntax', { problem }, spanOf(lines, range));
    return undefined;
  }
  return new TreeReader(document, lines, reporter).read();
}

const spanOf = (lines: LineCounter, [start, end]: readonly [number, number]): Span => {
  const from = lines.linePos(start);
  const to = lines.linePos(Math.max(end, start + 1));
  return { line: from.line, column: from.col, endLine: to.line, endColumn: to.col };
};

class TreeReader {
  readonly #document: Document;
  readonly #lines: LineCounter;
  readonly #reporter: Reporter;
  readonly #anchors = new Map<string, Node>();
  readonly #repeated = new Set<string>();
  /** The maps and lists around what is read, outermost first. */
  readonly #around: Node[] = [];
  #values = 0;
  /** How many diagnostics there were when the limit of values was reached, with the one that says so. */
  #fullAt: number | undefined;
  #tooDeep = false;

  constructor(document: Document, lines: LineCounter, reporter: Reporter) {
    this.#document = document;
    this.#lines = lines;
    this.#reporter = reporter;
  }

  read(): Tree | undefined {
    const root = this.#document.contents;
    const tree = root === null ? this.#scalar(null, spanOf(this.#lines, [0, 0])) : this.#node(root as Node);
    if (this.#fullAt === undefined) return tree;
    // What is found in a tree of which a part is left out is a consequence.
    this.#reporter.diagnostics.splice(this.#fullAt);
    return undefined;
  }

  #span(node: Node): Span {
    return spanOf(this.#lines, node.range ? [node.range[0], node.range[1]] : [0, 0]);
  }

  #scalar(value: ScalarTree['value'], span: Span): ScalarTree {
    return { kind: 'scalar', value, span };
  }

  #node(node: Node | null): Tree {
    if (node === null) return this.#scalar(null, spanOf(this.#lines, [0, 0]));
    if (isAlias(node)) return this.#alias(node.source, this.#span(node));
    if ('anchor' in node && typeof node.anchor === 'string') this.#anchors.set(node.anchor, node);
    this.#values += 1;
    if (this.#values === VALUE_LIMIT) {
      this.#reporter.report('alias-bomb', { limit: VALUE_LIMIT }, this.#span(node));
      this.#fullAt = this.#reporter.diagnostics.length;
    }
    if (this.#values >= VALUE_LIMIT) return this.#scalar(null, this.#span(node));
    if (isMap(node)) return this.#nested(node, () => this.#map(node));
    if (isSeq(node)) return this.#nested(node, () => this.#list(node));
    return this.#scalar(this.#plain(node), this.#span(node));
  }

  #list(node: YAMLSeq): ListTree {
    return { kind: 'list', items: node.items.map((item) => this.#node(item as Node | null)), span: this.#span(node) };
  }

  /** Reads one more level. What is nested too deep is left out, and reported once a file. */
  #nested(node: Node, read: () => Tree): Tree {
    if (this.#around.length >= DEPTH_LIMIT) {
      if (!this.#tooDeep) this.#reporter.report('too-deep', { limit: DEPTH_LIMIT }, this.#start(node));
      this.#tooDeep = true;
      return this.#scalar(null, this.#span(node));
    }
    this.#around.push(node);
    try {
      return read();
    } finally {
      this.#around.pop();
    }
  }

  #start(node: Node): Span {
    const { line, column } = this.#span(node);
    return { line, column, endLine: line, endColumn: column + 1 };
  }

  #plain(node: Node): ScalarTree['value'] {
    const { value, source: written = '' }: { value?: unknown; source?: string | undefined } = isScalar(node)
      ? node
      : {};
    if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
    const fault = typeof value === 'number' ? numberFault(written) : undefined;
    const span = this.#span(node);
    if (fault?.kind === 'inexact') this.#reporter.report('inexact-number', { written, became: fault.became }, span);
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    if (fault) this.#reporter.report('number-too-large', { written }, span);
    else this.#reporter.report('not-json', { found: written === '' ? String(value) : written }, span);
    return null;
  }

  #alias(name: string, span: Span): Tree {
    const target = this.#anchors.get(name);
    if (target && !this.#repeated.has(name)) return this.#repeat(name, target);
    this.#reporter.report(target ? 'circular-alias' : 'unknown-alias', { name }, span);
    return this.#scalar(null, span);
  }

  #repeat(name: string, target: Node): Tree {
    this.#repeated.add(name);
    const tree = this.#node(target);
    this.#repeated.delete(name);
    return tree;
  }

  /** In a `keyed` map, a map may be a key: its JSON becomes the key. */
  #map(node: YAMLMap, keyed = false): MapTree {
    const entries = new Map<string, Entry>();
    const merged: MapTree[] = [];
    for (const pair of node.items) {
      if (!isPair(pair)) continue;
      if (keyed && isMap(pair.key)) this.#mapAsKey(pair.key, pair.value as Node | null, entries);
      else this.#pair(pair as Pair<Node | null, Node | null>, entries, merged);
    }
    // A written key takes precedence over a merged one, and an earlier merge over a later one.
    for (const source of merged) {
      for (const [key, entry] of source.entries) if (!entries.has(key)) entries.set(key, entry);
    }
    return { kind: 'map', entries, span: this.#span(node) };
  }

  #pair(pair: Pair<Node | null, Node | null>, entries: Map<string, Entry>, merged: MapTree[]): void {
    const { key, value } = pair;
    if (isScalar(key) && key.value === '<<' && key.type === 'PLAIN') {
      merged.push(...this.#merge(this.#node(value)));
    } else if (isMap(key)) {
      this.#referenceAsKey(this.#map(key), value, entries);
    } else {
      const read = this.#node(key);
      const name = read.kind === 'scalar' ? String(read.value) : '';
      if (read.kind !== 'scalar') this.#reporter.report('map-as-key', {}, read.span);
      this.#add(entries, name, { key: read.span, value: this.#value(name, value, read.span) });
    }
  }

  #value(key: string, value: Node | null, place: Span): Tree {
    if (value === null) return this.#scalar(null, place);
    return MAPS_WITH_MAP_KEYS.has(key) && isMap(value) ? this.#map(value, true) : this.#node(value);
  }

  #mapAsKey(key: YAMLMap, value: Node | null, entries: Map<string, Entry>): void {
    const read = this.#map(key);
    const name = JSON.stringify(toJson(read));
    this.#add(entries, name, { key: read.span, value: this.#value(name, value, read.span) });
  }

  /** `{ { $step: a }, path: id }`: the entries of the inner map count as entries of the outer one. */
  #referenceAsKey(inner: MapTree, value: Node | null, entries: Map<string, Entry>): void {
    const first = inner.entries.keys().next().value ?? '';
    const nothing = value === null || (isScalar(value) && value.value === null);
    if (!first.startsWith('$') || !nothing)
      this.#reporter.report('map-as-key', this.#template(inner, nothing), inner.span);
    else for (const [key, entry] of inner.entries) this.#add(entries, key, entry);
  }

  /** What `{{ name }}` without quotes is meant as, if a map that is a key is one: the same as with them. */
  #template(inner: MapTree, isAlone: boolean): Params<'map-as-key'> {
    const template = isAlone ? templateIn(inner) : undefined;
    if (template === undefined) return {};
    return { template, instead: foreignReference(`{{ ${template} }}`, this.#stepIds()) };
  }

  /** The ids of the steps of the innermost flow around what is read. */
  #stepIds(): ReadonlySet<string> {
    const flow = this.#around.findLast((node) => isMap(node) && isSeq(node.get('steps', true)));
    const steps = isMap(flow) ? flow.get('steps', true) : this.#around[0];
    return new Set(isSeq(steps) ? steps.items.flatMap((step) => (isMap(step) ? [String(step.get('id'))] : [])) : []);
  }

  #merge(tree: Tree): MapTree[] {
    if (tree.kind === 'map') return [tree];
    if (tree.kind === 'list') return tree.items.flatMap((item) => this.#merge(item));
    const params = { what: 'the value of "<<"', found: describe(tree), wanted: 'a map or a list of maps' };
    this.#reporter.report('wrong-type', params, tree.span);
    return [];
  }

  #add(entries: Map<string, Entry>, key: string, entry: Entry): void {
    if (entries.has(key)) this.#reporter.report('duplicate-key', { key }, entry.key);
    else entries.set(key, entry);
  }
}
