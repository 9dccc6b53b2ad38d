import { type Expression, literal } from '../../flow/expression.ts';
import { fieldsOf } from '../analyse/builtins.ts';
import { keyOf } from '../analyse/key-of.ts';

/** The common structure of several expressions, with `own` where they differ: an index into {@link Alike.own}. */
export type Common =
  | { readonly kind: 'same'; readonly value: Expression }
  | { readonly kind: 'own'; readonly at: number }
  | { readonly kind: 'map'; readonly entries: readonly (readonly [key: string, value: Common])[] }
  | { readonly kind: 'list'; readonly items: readonly Common[] };

/** The parts of several expressions at a place where they differ. */
export interface Differing {
  /** The place, by keys and indices: `messages.0.content`; empty if the expressions have nothing in common. */
  readonly path: string;
  /** One for each expression. */
  readonly parts: readonly Expression[];
}

/** Several expressions as their common structure and the parts in which they differ. */
export interface Alike {
  readonly common: Common;
  readonly own: readonly Differing[];
}

/** Finds the most specific common structure of several expressions: their anti-unification (Plotkin, 1970). */
export function alikeOf(expressions: readonly Expression[]): Alike {
  const unifier = new AntiUnifier();
  return { common: unifier.common(expressions, []), own: unifier.own };
}

class AntiUnifier {
  readonly own: Differing[] = [];
  readonly #known = new Map<string, number>();

  common(parts: readonly Expression[], path: readonly (string | number)[]): Common {
    const keys = parts.map(keyOf);
    const [first] = parts;
    if (first && keys.every((key) => key === keys[0])) return { kind: 'same', value: first };
    return this.#map(parts, path) ?? this.#list(parts, path) ?? { kind: 'own', at: this.#differ(parts, keys, path) };
  }

  /** Maps with the same keys in the same order, on which a component may depend. */
  #map(parts: readonly Expression[], path: readonly (string | number)[]): Common | undefined {
    const maps = parts.map((part) => fieldsOf(part));
    const keys = maps[0]?.map(([key]) => key) ?? [];
    const text = JSON.stringify(keys);
    // A map that may look like a marker is escaped as a whole.
    if (keys.length === 0 || keys.some((key) => key.startsWith('$'))) return undefined;
    if (!maps.every((map) => map && JSON.stringify(map.map(([key]) => key)) === text)) return undefined;
    const entries = keys.map((key, at): readonly [string, Common] => {
      return [
        key,
        this.common(
          column(maps, at, ([, value]) => value),
          [...path, key],
        ),
      ];
    });
    return { kind: 'map', entries };
  }

  #list(parts: readonly Expression[], path: readonly (string | number)[]): Common | undefined {
    const lists = parts.map(itemsOf);
    const length = lists[0]?.length ?? 0;
    if (length === 0 || !lists.every((list) => list?.length === length)) return undefined;
    const items = Array.from({ length }, (_, at) =>
      this.common(
        column(lists, at, (item) => item),
        [...path, at],
      ),
    );
    return { kind: 'list', items };
  }

  /** Two places with the same differing parts share one entry. */
  #differ(parts: readonly Expression[], keys: readonly string[], path: readonly (string | number)[]): number {
    const text = JSON.stringify(keys);
    const at = this.#known.get(text) ?? this.own.push({ path: path.join('.'), parts }) - 1;
    this.#known.set(text, at);
    return at;
  }
}

/** The item of each list at an index. */
const column = <Item, Value>(
  lists: readonly (readonly Item[] | undefined)[],
  at: number,
  of: (item: Item) => Value,
): readonly Value[] => lists.flatMap((list) => (list ?? []).slice(at, at + 1).map(of));

function itemsOf(expression: Expression): readonly Expression[] | undefined {
  if (expression.kind === 'list') return expression.items;
  if (expression.kind !== 'literal' || expression.secret !== undefined) return undefined;
  const { value, span } = expression;
  return Array.isArray(value) ? value.map((item) => literal(item, span)) : undefined;
}
