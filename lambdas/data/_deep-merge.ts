import { isObject, type Json, type JsonObject } from '../../lib/runtime/index.ts';

/** Two sources that say different things of one place. */
export interface Conflict {
  readonly path: string;
  readonly kept: Json;
  readonly dropped: Json;
}

/** Merges values, the later into the earlier; what had to be decided is added to `conflicts`. */
export const mergeAll = (values: readonly Json[], conflicts: Conflict[]): Json =>
  values.reduce<Json>((merged, value) => merge(merged, value, '', conflicts), null);

function merge(earlier: Json, later: Json, path: string, conflicts: Conflict[]): Json {
  if (Array.isArray(earlier) && Array.isArray(later)) return joinLists(earlier, later, path, conflicts);
  if (isObject(earlier) && isObject(later)) return joinMaps(earlier, later, path, conflicts);
  if (earlier === null || earlier === later) return later;
  if (later === null) return earlier;
  conflicts.push({ path, kept: later, dropped: earlier });
  return later;
}

function joinMaps(earlier: JsonObject, later: JsonObject, path: string, conflicts: Conflict[]): Json {
  const joined = new Map(Object.entries(earlier));
  for (const [key, value] of Object.entries(later)) {
    const known = joined.get(key);
    const place = path === '' ? key : `${path}.${key}`;
    joined.set(key, known === undefined ? value : merge(known, value, place, conflicts));
  }
  return Object.fromEntries(joined);
}

/** What makes two items one: their `id` where they have one, else their content. */
const identityOf = (item: Json): string =>
  isObject(item) && (typeof item.id === 'string' || typeof item.id === 'number')
    ? `id ${JSON.stringify(item.id)}`
    : `value ${JSON.stringify(item)}`;

function joinLists(earlier: Json[], later: Json[], path: string, conflicts: Conflict[]): Json {
  const joined = new Map<string, Json>();
  for (const item of [...earlier, ...later]) {
    const identity = identityOf(item);
    const known = joined.get(identity);
    const place = `${path}[${identity}]`;
    joined.set(identity, known === undefined ? item : merge(known, item, place, conflicts));
  }
  return [...joined.values()];
}
