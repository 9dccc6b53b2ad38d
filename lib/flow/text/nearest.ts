import { closest, distance } from 'fastest-levenshtein';

/** The name of which `written` is most likely a misspelling; undefined if none is similar enough. */
export function nearest(written: string, names: readonly string[]): string | undefined {
  if (names.length === 0) return undefined;
  const same = names.find((name) => name.toLowerCase() === written.toLowerCase());
  if (same !== undefined) return same;
  const best = closest(written, [...names]);
  const isSimilar = distance(written, best) <= Math.max(2, Math.floor(written.length / 3));
  // Of short names that have no character in common, neither is a misspelling of the other.
  return isSimilar && [...written].some((character) => best.includes(character)) ? best : undefined;
}
