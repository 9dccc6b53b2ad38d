import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parse,
  Scalar,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import type { Edit } from '../flow/text/edits.ts';
import { isObject, type Json, type JsonObject } from '../protocol/json.ts';
import { matches } from './compare.ts';
import { escapeMatchers, expectationOf } from './read-expectation.ts';

/** Updates the expected values of a document to what was found; what matches already, such as a matcher, is kept. */
export class ExpectationEditor {
  readonly #document: Document;
  #isBaffled = false;

  constructor(document: Document) {
    this.#document = document;
  }

  /** Whether an update would have lost something that the editor does not understand. */
  get isBaffled(): boolean {
    return this.#isBaffled;
  }

  /** Edits that replace scalars only; undefined if these are not sufficient. */
  edits(createNode: Node | null, found: Json): readonly Edit[] | undefined {
    if (this.matches(createNode, found)) return [];
    if (this.#isPlainMap(createNode) && isObject(found)) {
      const pairs = entriesOf(createNode);
      if (pairs.some((pair) => !Object.hasOwn(found, keyOf(pair)))) return undefined;
      return joinEdits(pairs.map((pair) => this.edits(pair.value, found[keyOf(pair)] ?? null)));
    }
    if (isSeq(createNode) && Array.isArray(found) && createNode.items.length === found.length) {
      return joinEdits(itemsOf(createNode).map((item, index) => this.edits(item, found[index] ?? null)));
    }
    return isScalar(createNode) && !isCollectionValue(found) ? scalarEdit(createNode, found) : undefined;
  }

  /** The node that replaces `node`: the same one, modified, if possible. */
  update(node: Node | null, found: Json): Node {
    if (node && this.matches(node, found)) return node;
    if (node && isForeign(node)) {
      this.#isBaffled = true;
      return node;
    }
    if (this.#isPlainMap(node) && isObject(found)) return this.#reviseMap(node, found);
    if (isSeq(node) && Array.isArray(found)) {
      const old = itemsOf(node);
      node.items = found.map((item, index) =>
        index < old.length ? this.update(old[index] ?? null, item) : this.node(item),
      );
      return node;
    }
    return this.node(found);
  }

  /** A new node that expects exactly `value`. */
  node(value: Json): Node {
    return this.#document.createNode(escapeMatchers(value));
  }

  #reviseMap(node: YAMLMap, found: JsonObject): YAMLMap {
    node.items = entriesOf(node).filter((pair) => Object.hasOwn(found, keyOf(pair)));
    for (const pair of entriesOf(node)) pair.value = this.update(pair.value, found[keyOf(pair)] ?? null);
    return node;
  }

  #json(node: Node): Json {
    return node.toJS(this.#document);
  }

  /** Whether the value that `node` expects is `found`. */
  matches(node: Node | null, found: Json): boolean {
    return matches(expectationOf(node ? this.#json(node) : null), found);
  }

  /** Matchers, and what stands under `$literal`, are replaced as a whole. */
  #isPlainMap(node: Node | null): node is YAMLMap {
    return isMap(node) && !isAlias(node) && !entriesOf(node).some((pair) => keyOf(pair).startsWith('$'));
  }
}

/** Keys of a map that stand for others, or are no text or number; and values of types that YAML itself does not have. */
function isForeign(node: Node): boolean {
  if (isMap(node) && entriesOf(node).some(({ key }) => !isScalar(key) || key.value === '<<')) return true;
  return !isAlias(node) && node.tag !== undefined && !node.tag.startsWith(YAML_TAGS);
}

const YAML_TAGS = 'tag:yaml.org,2002:';

/** The entries of a map as they are: in a document that was read, keys are nodes, and so are values or null. */
export const entriesOf = (map: YAMLMap): Pair<Node, Node | null>[] => map.items as Pair<Node, Node | null>[];

const itemsOf = (list: YAMLSeq): (Node | null)[] => list.items as (Node | null)[];

/** The name of an entry. */
export const keyOf = ({ key }: Pair<Node, Node | null>): string => (isScalar(key) ? String(key.value) : '');

const isCollectionValue = (value: Json): boolean => typeof value === 'object' && value !== null;

/** All edits together; undefined if any are undefined. */
export function joinEdits(parts: readonly (readonly Edit[] | undefined)[]): readonly Edit[] | undefined {
  const made = parts.flatMap((part) => part ?? []);
  return parts.includes(undefined) ? undefined : made;
}

/** A scalar in one line, in its quotes; an empty one has no place of its own. */
function scalarEdit(node: Scalar, found: Json): readonly Edit[] | undefined {
  const [from, to] = node.range ?? [0, 0];
  const inBlock = node.type === Scalar.BLOCK_FOLDED || node.type === Scalar.BLOCK_LITERAL;
  return from === to || inBlock ? undefined : [{ from, to, text: scalarText(found, node.type) }];
}

function scalarText(value: Json, type: Scalar['type']): string {
  if (typeof value !== 'string') return JSON.stringify(value);
  if (type === Scalar.QUOTE_SINGLE && !value.includes('\n')) return `'${value.replaceAll("'", "''")}'`;
  return type === Scalar.PLAIN && isPlainString(value) ? value : JSON.stringify(value);
}

/** Whether a text needs no quotes; YAML before 1.2 has more words that mean something. */
const isPlainString = (value: string): boolean =>
  /^[A-Za-z][\w ./-]*$/.test(value) && !/^(?:y|n|yes|no|on|off)$/i.test(value) && parse(value) === value;
