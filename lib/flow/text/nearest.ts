import { closest, distance } from 'fastest-levenshtein';

/** The name of which `written` is most likely a misspelling; undefined if none is similar enough. */
export function nearest(written: string, names: readonly string[]): string | undefined {
  if (names.length === 0) return undefined;
  const same = names.find((name) => name.toLowerCase() === written.toLowerCase());
  if (same !== undefined) return same;
  const best = closest(written, [...names]);
  return distance(written, best) <= mostEdits(written) || isSwapped(written, best) ? best : undefined;
}

/** Two edits make almost anything of a short name, be it with a `$`: `$if` of `$ref`. */
const mostEdits = (written: string): number => {
  const { length } = written.replace('$', '');
  return length <= 3 ? 1 : Math.max(2, Math.floor(written.length / 3));
};

/** Whether two letters next to each other changed places, which are two edits. */
function isSwapped(written: string, name: string): boolean {
  const at = [...written].findIndex((letter, index) => letter !== name[index]);
  const swapped = `${written.slice(0, at)}${written[at + 1]}${written[at]}${written.slice(at + 2)}`;
  return at >= 0 && swapped === name;
}
