import type { Span } from '../../diagnostics/diagnostics.ts';
import type { Json } from '../../protocol/json.ts';

/** A scalar of the text, with its position. */
export interface ScalarTree {
  readonly kind: 'scalar';
  readonly value: null | boolean | number | string;
  readonly span: Span;
}

/** A list of the text, with its position. */
export interface ListTree {
  readonly kind: 'list';
  readonly items: readonly Tree[];
  readonly span: Span;
}

/** A map of the text, with its position; its keys are unique and in the order of the text. */
export interface MapTree {
  readonly kind: 'map';
  readonly entries: ReadonlyMap<string, Entry>;
  readonly span: Span;
}

/** A key and its value. */
export interface Entry {
  readonly key: Span;
  readonly value: Tree;
}

/** The text as JSON with positions: aliases and merge keys are resolved, references used as keys are spliced in. */
export type Tree = ScalarTree | ListTree | MapTree;

/** The tree as plain JSON. */
export function toJson(tree: Tree): Json {
  if (tree.kind === 'scalar') return tree.value;
  if (tree.kind === 'list') return tree.items.map(toJson);
  return Object.fromEntries([...tree.entries].map(([key, { value }]) => [key, toJson(value)]));
}

/** A tree in words, for messages: `the string "x"`, `a list`. */
export function describe(tree: Tree): string {
  if (tree.kind === 'list') return 'a list';
  if (tree.kind === 'map') return 'a map';
  return tree.value === null ? 'null' : `the ${typeof tree.value} ${JSON.stringify(tree.value)}`;
}

/** The position of a part of a tree; where there is no such part, that of the innermost list or map around it. */
export function spanAt(tree: Tree, [segment, ...rest]: readonly (string | number)[]): Span {
  const part =
    tree.kind === 'map'
      ? tree.entries.get(String(segment))?.value
      : tree.kind === 'list' && tree.items[Number(segment)];
  return segment === undefined || !part ? tree.span : spanAt(part, rest);
}

/** JSON as a tree, all of it at one position. */
export function treeOf(value: Json, span: Span): Tree {
  if (Array.isArray(value)) return { kind: 'list', items: value.map((item) => treeOf(item, span)), span };
  if (value === null || typeof value !== 'object') return { kind: 'scalar', value, span };
  const entries = Object.entries(value).map(([key, item]): [string, Entry] => [
    key,
    { key: span, value: treeOf(item, span) },
  ]);
  return { kind: 'map', entries: new Map(entries), span };
}
