/** A replacement of the text from offset `from` to `to`. */
export interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** The text with edits made, the last first, so that the places of the others stay. */
export const applyEdits = (text: string, edits: readonly Edit[]): string =>
  [...edits]
    .sort((one, other) => other.from - one.from)
    .reduce((made, { from, to, text: part }) => made.slice(0, from) + part + made.slice(to), text);
