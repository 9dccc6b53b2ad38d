import { describe, formatPlace, listKeys } from '../protocol/describe.ts';
import { FlowError } from '../protocol/errors.ts';
import { parseSlotKey, type Slots } from '../protocol/invocation.ts';
import { isObject, type Json } from '../protocol/json.ts';
import { escapeValue, missing, SKIPPED } from '../protocol/markers.ts';
import { type Path, parseJoined, resultAt, stagesOf } from '../protocol/path.ts';
import { passes } from '../protocol/truth.ts';

/** The ids of the blobs that hold parts of a result, by path. */
type BlobIds = ReadonlyMap<string, string>;

/** What else a projection knows. */
export interface Projection {
  /** @default none is stored */
  readonly blobIds?: BlobIds;
  /** Whether the result is on its way already, with markers in it. @default false: what looks like one is escaped */
  readonly travelling?: boolean;
}

/** The slots of a result: for each read its value, a test of it, or the marker that nothing is there. */
export function project(
  result: Json,
  reads: readonly string[],
  step: string,
  { blobIds, travelling = false }: Projection = {},
): Slots {
  const lost: string[] = [];
  const slots = reads.map((key): [string, Json] => {
    const { path: written, test, stored } = parseSlotKey(key);
    const value = stored ? blobIds?.get(written) : resultAt(result, readPath(written));
    if (test) return [key, passes(value, test)];
    if (value !== undefined) return [key, travelling ? value : escapeValue(value)];
    lost.push(written);
    return [key, missing(missingText(result, written, step))];
  });
  return Object.fromEntries(lost.length > 0 ? [...slots, ['$missing', lost]] : slots);
}

/** What is missing of a result: `"name" of "profile" of step "load" (it has "id", "mail")`. */
export function missingText(result: Json, written: string, step: string): string {
  const named = [...stagesOf(written)].reverse().map((path) => `"${path}"`);
  return `${named.join(' of ')} of step "${step}" (${surroundings(result, readPath(written))})`;
}

/** The slots of a skipped step: no value passes a test. */
export const projectSkipped = (reads: readonly string[]): Slots =>
  Object.fromEntries([
    ...reads.map((key): [string, Json] => [key, parseSlotKey(key).test ? false : SKIPPED]),
    ['$skipped', true],
  ]);

/** A path that a compiler wrote. Throws EXPRESSION_FAILURE where it is none. */
export function readPath(written: string): Path {
  const path = parseJoined(written);
  if ('error' in path) {
    throw new FlowError(
      'EXPRESSION_FAILURE',
      `"${written}" is not a path: ${path.error} (character ${path.offset + 1})`,
    );
  }
  return path;
}

/** What there is where the path ends: `at "profile" there is an object with "name", "mail"`. */
function surroundings(result: Json, { further, ...path }: Path): string {
  const reached = further && resultAt(result, path);
  if (further && reached !== undefined) return surroundings(reached, further);
  let depth = path.segments.length;
  let found: Json | undefined;
  while (found === undefined && depth > 0) {
    depth -= 1;
    found = resultAt(result, { segments: path.segments.slice(0, depth) });
  }
  const here = formatPlace(path.segments.slice(0, depth));
  if (here === '')
    return found !== undefined && isObject(found) ? `it has ${listKeys(found)}` : `it is ${describe(found)}`;
  return `at "${here}" there is ${describe(found)}`;
}
