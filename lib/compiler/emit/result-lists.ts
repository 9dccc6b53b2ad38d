import { parseSlotKey } from '../../protocol/invocation.ts';
import { alternativesOf, parseJoined } from '../../protocol/path.ts';

/** The lists in the result of a `map`: a run's result each, or what the run gave each. */
const LISTS = ['results', 'values'] as const;

/** A list in the result of a `map`. */
export type ResultList = (typeof LISTS)[number];

/** Which of the lists in the result of a `map` are read, by the keys of its slots. */
export function listsRead(keys: readonly string[]): ReadonlySet<ResultList> {
  const ways = keys.flatMap((key) => {
    const path = parseJoined(parseSlotKey(key).path);
    return 'error' in path ? [] : alternativesOf(path);
  });
  return new Set(LISTS.filter((list) => ways.some(([first]) => first === undefined || first === list)));
}
