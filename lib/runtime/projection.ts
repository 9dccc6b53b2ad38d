import { describe, formatPath, listKeys } from '../protocol/describe.ts';
import { FlowError } from '../protocol/errors.ts';
import { parseSlotKey, type Slots } from '../protocol/invocation.ts';
import { isObject, type Json } from '../protocol/json.ts';
import { escapeValue, fault, missing, SKIPPED } from '../protocol/markers.ts';
import type { Computed, Operation } from '../protocol/operation.ts';
import { namePath, type Path, parseJoined, resultAt, travellingPath } from '../protocol/path.ts';
import { passes } from '../protocol/truth.ts';

/** The ids of the blobs that contain parts of a result, by path. */
type BlobIds = ReadonlyMap<string, string>;

/** Options of {@link project}. */
export interface Projection {
  /** @default no part is stored */
  readonly blobIds?: BlobIds | undefined;
  /** Whether the result contains markers. @default false: values that look like markers are escaped */
  readonly travelling?: boolean;
  /** Does the operations that are read; functions load it for those that have any. @default there are none */
  readonly operationAt?: OperationAt | undefined;
}

/** What an operation makes of a step's result. */
export type OperationAt = (result: Json, operation: Operation) => Computed;

/** Stands where no operation is read. */
export const noOperation: OperationAt = () => {
  throw new Error('The code for operations has not been loaded');
};

/** The slots of a result: for each read its value, the outcome of its test, or the marker of a missing value. */
export function project(
  result: Json,
  reads: readonly string[],
  step: string,
  { blobIds, travelling = false, operationAt = noOperation }: Projection = {},
): Slots {
  const missingPaths: string[] = [];
  const foundAt = (written: string, path: Path, stored: boolean): Computed => {
    const value = stored ? blobIds?.get(written) : resultAt(result, path);
    return value === undefined ? { missing: written } : { value };
  };
  const slots = reads.map((key): [string, Json] => {
    const { path: written, test, stored } = parseSlotKey(key);
    const own = readPath(written);
    const path = travelling ? travellingPath(own) : own;
    const found = path.operation ? operationAt(result, path.operation) : foundAt(written, path, stored === true);
    const value = 'value' in found ? found.value : undefined;
    if (test) return [key, passes(value, test)];
    if (value !== undefined) return [key, travelling ? value : escapeValue(value)];
    missingPaths.push(written);
    if ('fault' in found) return [key, fault(found.fault)];
    return [key, missing(missingText(result, 'missing' in found ? found.missing : written, step))];
  });
  return Object.fromEntries(missingPaths.length > 0 ? [...slots, ['$missing', missingPaths]] : slots);
}

/** Describes a missing value of a result: `"name" of "profile" of step "load" (it has "id", "mail")`. */
export function missingText(result: Json, written: string, step: string): string {
  return `${namePath(written)} of step "${step}" (${describeParent(result, readPath(written))})`;
}

/** The slots of a skipped step: every test is false. */
export const projectSkipped = (reads: readonly string[]): Slots =>
  Object.fromEntries([
    ...reads.map((key): [string, Json] => [key, parseSlotKey(key).test ? false : SKIPPED]),
    ['$skipped', true],
  ]);

/** Parses a path that the compiler wrote. Throws EXPRESSION_FAILURE if it is invalid. */
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

/** Describes the deepest existing value along a path: `at "profile" there is an object with "name", "mail"`. */
function describeParent(result: Json, { further, ...path }: Path): string {
  const reached = further && resultAt(result, path);
  if (further && reached !== undefined) return describeParent(reached, further);
  let depth = path.segments.length;
  let found: Json | undefined;
  while (found === undefined && depth > 0) {
    depth -= 1;
    found = resultAt(result, { segments: path.segments.slice(0, depth) });
  }
  const here = formatPath(path.segments.slice(0, depth));
  if (here === '')
    return found !== undefined && isObject(found) ? `it has ${listKeys(found)}` : `it is ${describe(found)}`;
  return `at "${here}" there is ${describe(found)}`;
}
