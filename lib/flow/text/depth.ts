import type { Span } from '../../diagnostics/diagnostics.ts';
import { isObject, type Json } from '../../protocol/json.ts';

/**
 * How many levels of lists and maps a flow, an input or any other text may have. Whatever walks a value walks it by
 * recursion: a limit far below every stack says the same everywhere, and far above what anybody writes.
 */
export const DEPTH_LIMIT = 200;

/** Whether a value has more than {@link DEPTH_LIMIT} levels. A value of any depth can be asked: nothing recurs here. */
export function isTooDeep(value: Json): boolean {
  let level: readonly Json[] = [value];
  for (let depth = 0; depth < DEPTH_LIMIT; depth += 1) {
    level = level.flatMap(inside);
    if (level.length === 0) return false;
  }
  return true;
}

/** The lists and maps, and what may be some, in a value. */
function inside(value: Json): readonly Json[] {
  if (Array.isArray(value)) return value.filter(isNested);
  return isObject(value) ? Object.values(value).filter(isNested) : [];
}

const isNested = (value: Json): boolean => typeof value === 'object' && value !== null;

/** Where in a JSON text the first list or map stands that is too deep; the text's beginning where none is. */
export function spanOfTooDeep(text: string): Span {
  let depth = 0;
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[[{}\]]/gs)) {
    if (token === '[' || token === '{') depth += 1;
    else if (token === ']' || token === '}') depth -= 1;
    if (depth > DEPTH_LIMIT) return placeOf(text, index);
  }
  return placeOf(text, 0);
}

function placeOf(text: string, index: number): Span {
  const before = text.slice(0, index).split('\n');
  const at = { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
  return { ...at, endLine: at.line, endColumn: at.column + 1 };
}
