/** The most characters of an id of a step. */
const LONGEST_ID = 128;

/**
 * The step with whose id a path begins, as in `load.profile` or `load[0]`, and the path that follows. Of several it is the one
 * with the longest id, since ids may have dots. Undefined if it begins with none.
 */
export function stepAtStart(
  written: string,
  stepIds: ReadonlySet<string>,
): { readonly id: string; readonly rest: string } | undefined {
  for (let end = Math.min(written.length, LONGEST_ID); end > 0; end -= 1) {
    const isEnd = end === written.length || written[end] === '.' || written[end] === '[';
    const id = written.slice(0, end);
    if (isEnd && stepIds.has(id)) return { id, rest: written.slice(end).replace(/^\./, '') };
  }
  return undefined;
}
