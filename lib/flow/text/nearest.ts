import { closest, distance } from 'fastest-levenshtein';

/** The name that `written` was most likely meant to be; undefined where none is near. */
export function nearest(written: string, names: readonly string[]): string | undefined {
  if (names.length === 0) return undefined;
  const best = closest(written, [...names]);
  return distance(written, best) <= Math.max(2, Math.floor(written.length / 3)) ? best : undefined;
}
