import { closest, distance } from 'fastest-levenshtein';

/** The name of which `written` is most likely a misspelling; undefined if none is similar enough. */
export function nearest(written: string, names: readonly string[]): string | undefined {
  if (names.length === 0) return undefined;
  const same = names.find((name) => name.toLowerCase() === written.toLowerCase());
  if (same !== undefined) return same;
  const best = closest(written, [...names]);
  return distance(written, best) <= Math.max(2, Math.floor(written.length / 3)) ? best : undefined;
}
