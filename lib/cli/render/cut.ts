// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what paints.
const ESCAPE = /(\x1b\[[0-9;]*m)/;

/** As much of a painted text as fits in `width` characters; its colours are kept, so that what follows is not painted. */
export function truncate(text: string, width: number): string {
  let room = width;
  return text
    .split(ESCAPE)
    .map((part) => {
      if (ESCAPE.test(part)) return part;
      const kept = part.slice(0, room);
      room -= kept.length;
      return kept;
    })
    .join('');
}
