import type { JsonObject } from '../../protocol/json.ts';

/** The value that a path starts from: the input, the context object, or a variable. */
export type Root = 'input' | 'context' | { readonly variable: string };

/** One step of a path. `deep`: it is taken from each value below too, as after `..`. */
export type Step = { readonly deep: boolean } & (
  | { readonly kind: 'names'; readonly names: readonly string[] }
  | { readonly kind: 'indices'; readonly indices: readonly number[] }
  | { readonly kind: 'slice'; readonly from: number | undefined; readonly to: number | undefined; readonly by: number }
  | { readonly kind: 'wildcard' }
  | { readonly kind: 'filter'; readonly test: (item: JsonObject) => boolean }
);

/** A path of JSONPath. */
export interface Path {
  /** As it is written. */
  readonly text: string;
  readonly root: Root;
  readonly steps: readonly Step[];
  /** The names and indices of a path that leads to one value at most; undefined for any other. */
  readonly reference: readonly (string | number)[] | undefined;
}
