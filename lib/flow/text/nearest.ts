import { closest, distance } from 'fastest-levenshtein';

/**
 * The comparisons of a character with a character that all searches among the same names may take together: a tenth of a
 * second. A text with thousands of unknown names is told what is meant by the first of them.
 */
const MOST_COMPARISONS = 2 ** 27;

/** Suggests names for misspelt ones. */
export class Suggestions {
  readonly #names: readonly string[];
  readonly #byLowerCase = new Map<string, string>();
  #left = MOST_COMPARISONS;

  constructor(names: readonly string[]) {
    this.#names = names;
    for (const name of [...names].reverse()) this.#byLowerCase.set(name.toLowerCase(), name);
  }

  /** The name of which `written` is most likely a misspelling; undefined if none is similar enough, or too many were asked. */
  nearest(written: string): string | undefined {
    const same = this.#byLowerCase.get(written.toLowerCase());
    if (same !== undefined) return same;
    const most = mostEdits(written);
    const similar = this.#names.filter(({ length }) => Math.abs(length - written.length) <= most);
    this.#left -= similar.reduce((sum, { length }) => sum + length * written.length, this.#names.length);
    if (similar.length === 0 || this.#left < 0) return undefined;
    const best = closest(written, similar);
    return distance(written, best) <= most || isSwapped(written, best) ? best : undefined;
  }
}

/** The name of which `written` is most likely a misspelling, for a name that is the only one to be asked about. */
export const nearest = (written: string, names: readonly string[]): string | undefined =>
  new Suggestions(names).nearest(written);

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
