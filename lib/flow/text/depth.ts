import type { Span } from '../../diagnostics/diagnostics.ts';
import { DEPTH_LIMIT, isObject, type Json } from '../../protocol/json.ts';
import { jsonTokens } from '../../protocol/json-tokens.ts';

/** Whether a value has more than {@link DEPTH_LIMIT} levels. Not recursive, so that it works for any depth. */
export function isTooDeep(value: Json): boolean {
  let level: readonly Json[] = [value];
  for (let depth = 0; depth < DEPTH_LIMIT; depth += 1) {
    level = level.flatMap(inside);
    if (level.length === 0) return false;
  }
  return true;
}

/** The lists and maps directly inside a value. */
function inside(value: Json): readonly Json[] {
  if (Array.isArray(value)) return value.filter(isNested);
  return isObject(value) ? Object.values(value).filter(isNested) : [];
}

const isNested = (value: Json): boolean => typeof value === 'object' && value !== null;

/** The position of the first list or map in a JSON text that is too deep; the start of the text if none is. */
export function spanOfTooDeep(text: string, limit = DEPTH_LIMIT): Span {
  let depth = 0;
  for (const { token, index } of jsonTokens(text, /[[{}\]]/)) {
    if (token === '[' || token === '{') depth += 1;
    else if (token === ']' || token === '}') depth -= 1;
    if (depth > limit) return placeOf(text, index);
  }
  return placeOf(text, 0);
}

function placeOf(text: string, index: number): Span {
  const before = text.slice(0, index).split('\n');
  const at = { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
  return { ...at, endLine: at.line, endColumn: at.column + 1 };
}
