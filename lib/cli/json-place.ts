import type { Span } from '../diagnostics/diagnostics.ts';
import { jsonTokens } from '../protocol/json-tokens.ts';

/** Punctuation, and scalars that are no strings. */
const TOKEN = /[[\]{}:,]|[^\s"[\]{}:,]+/;

/** A list or an object that is open, and the key of the part that comes next. */
interface Open {
  readonly isList: boolean;
  key: string | number;
}

/**
 * The position of the value at a path in a JSON text; the start of the text if there is none. Not recursive, so that it
 * works for any depth.
 */
export function placeOfPath(text: string, path: readonly string[]): Span {
  let start: number | undefined;
  for (const { at, end, open } of valuesIn(text)) {
    start ??= isAt(open, path) ? at : undefined;
    // The end of a list or an object comes after its parts.
    if (start === at && end !== undefined) return spanOf(text, at, end);
  }
  return spanOf(text, start ?? 0, (start ?? 0) + 1);
}

/** A value in a JSON text. That of a list or an object comes twice: where it begins, and with its end where it ends. */
interface Value {
  readonly at: number;
  readonly end: number | undefined;
  /** The lists and objects that it is in; at the beginning of one, not itself. */
  readonly open: readonly Open[];
}

function* valuesIn(text: string): Generator<Value> {
  const open: Open[] = [];
  const starts: number[] = [];
  let isKey = false;
  for (const { token, index } of jsonTokens(text, TOKEN)) {
    const inner = open.at(-1);
    if (token === ',' && inner) {
      if (typeof inner.key === 'number') inner.key += 1;
      isKey = !inner.isList;
    } else if (token === ':') isKey = false;
    else if (token === '[' || token === '{') {
      yield { at: index, end: undefined, open };
      open.push({ isList: token === '[', key: token === '[' ? 0 : '' });
      starts.push(index);
      isKey = token === '{';
    } else if (token === ']' || token === '}') {
      open.pop();
      yield { at: starts.pop() ?? index, end: index + 1, open };
      isKey = false;
    } else if (isKey && inner) inner.key = JSON.parse(token);
    else yield { at: index, end: index + token.length, open };
  }
}

const isAt = (open: readonly Open[], path: readonly string[]): boolean =>
  open.length === path.length && open.every(({ key }, level) => String(key) === path[level]);

function spanOf(text: string, from: number, to: number): Span {
  const [start, end] = [positionOf(text, from), positionOf(text, to)];
  return { line: start.line, column: start.column, endLine: end.line, endColumn: end.column };
}

function positionOf(text: string, index: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, index);
  const lineStart = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: index - lineStart + 1 };
}
