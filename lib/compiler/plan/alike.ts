import { type Expression, literal } from '../../flow/expression.ts';
import { fieldsOf } from '../analyse/builtins.ts';
import { keyOf } from '../analyse/key-of.ts';

/** What several expressions have in common; `own` stands where they differ: see {@link Alike}. */
export type Common =
  | { readonly kind: 'same'; readonly value: Expression }
  | { readonly kind: 'own'; readonly at: number }
  | { readonly kind: 'map'; readonly entries: readonly (readonly [key: string, value: Common])[] }
  | { readonly kind: 'list'; readonly items: readonly Common[] };

/** What several expressions have at a place where they differ. */
export interface Differing {
  /** The place, by names of fields and numbers of items: `messages.0.content`; empty where they have nothing in common. */
  readonly path: string;
  /** One a member. */
  readonly parts: readonly Expression[];
}

/** Several expressions, taken apart. */
export interface Alike {
  readonly common: Common;
  readonly own: readonly Differing[];
}

/** Takes apart expressions that stand for each other. */
export function alikeOf(expressions: readonly Expression[]): Alike {
  const walk = new Walk();
  return { common: walk.common(expressions, []), own: walk.own };
}

class Walk {
  readonly own: Differing[] = [];
  readonly #known = new Map<string, number>();

  common(parts: readonly Expression[], path: readonly (string | number)[]): Common {
    const keys = parts.map(keyOf);
    const [first] = parts;
    if (first && keys.every((key) => key === keys[0])) return { kind: 'same', value: first };
    return this.#map(parts, path) ?? this.#list(parts, path) ?? { kind: 'own', at: this.#differ(parts, keys, path) };
  }

  /** Maps with the same keys in the same order: a component may care for that. */
  #map(parts: readonly Expression[], path: readonly (string | number)[]): Common | undefined {
    const maps = parts.map((part) => fieldsOf(part));
    const keys = maps[0]?.map(([key]) => key) ?? [];
    const text = JSON.stringify(keys);
    // What may look like a marker is escaped as a whole.
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

  /** What differs in the same way at two places is one. */
  #differ(parts: readonly Expression[], keys: readonly string[], path: readonly (string | number)[]): number {
    const text = JSON.stringify(keys);
    const at = this.#known.get(text) ?? this.own.push({ path: path.join('.'), parts }) - 1;
    this.#known.set(text, at);
    return at;
  }
}

/** What each list has at a position. */
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
