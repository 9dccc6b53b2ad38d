/** A token of a JSON text, and where it begins. */
export interface JsonToken {
  readonly token: string;
  readonly index: number;
}

/**
 * The tokens of a JSON text: its strings, with their quotes, and between them what `others` matches, which must not match
 * quotes. Strings may have any length: a regular expression that matches them exhausts the stack at some megabytes.
 */
export function* jsonTokens(text: string, others: RegExp): Generator<JsonToken> {
  const pattern = new RegExp(`"|${others.source}`, 'g');
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
    const { index } = match;
    if (match[0] === '"') pattern.lastIndex = endOfString(text, index + 1);
    yield { token: text.slice(index, pattern.lastIndex), index };
  }
}

/** Where the string ends that has its first character at `from`; the end of the text if it is not closed. */
function endOfString(text: string, from: number): number {
  for (let quote = text.indexOf('"', from); quote >= 0; quote = text.indexOf('"', quote + 1)) {
    let backslashes = 0;
    while (text[quote - 1 - backslashes] === '\\' && quote - 1 - backslashes >= from) backslashes += 1;
    if (backslashes % 2 === 0) return quote + 1;
  }
  return text.length;
}
