import { isObject, type Json, type JsonObject } from './json.ts';

/**
 * Markers: objects that stand for something else while a value travels through a state machine.
 *
 * | marker | stands for |
 * |---|---|
 * | `{"$blob": sha256, "blobType": "data", "size": n}` | a value that was spilled to the blob store; `size` in bytes |
 * | `{"$blob": sha256, "blobType": "parts", "size": n}` | a spilled value that contains markers itself: many values in one blob |
 * | the same, with a type such as `"data 17"` | a spilled value that shares its blob with others: item 17 of a list of them |
 * | `{"$part": "BLOB INDEX"}` | a value of those that were packed in one blob, as a list; only in the payload of a function |
 * | `{"$missing": text}` | a path without a value; the text says which, e.g. `"id" of step "load"` |
 * | `{"$fault": text}` | what an operator would give, if its operands fitted it; the text says why they do not |
 * | `{"$operation": [operator, …]}` | what an operator makes of the values after it; only in the payload of a function |
 * | `{"$skipped": true}` | the result of a step that was skipped |
 * | `{"$secret": path}` | a secret variable or a part of one; only functions know its value |
 * | `{"$link": "STEP KEY"}` | a slot of an earlier step of the same fused chain: see fused-chain.ts |
 *
 * A user's own value of exactly such a shape travels with one more `$` on its key ({@link escapeValue}), which is removed
 * at the end ({@link unescapeValue}). So does every key that JSONata would not take as one: see {@link travellingKey}.
 */
export type BlobMarker = { $blob: string; blobType: string; size: number };

/** The marker of a skipped step's result. */
export const SKIPPED: JsonObject = { $skipped: true };

/** The marker of a path without a value; `what` describes the path and its source. */
export const missing = (what: string): JsonObject => ({ $missing: what });

/** The marker of a secret variable (`key`) or a part of one (`login.password`). */
export const secret = (path: string): JsonObject => ({ $secret: path });

/** The marker of slot `key` of an earlier step of the fused chain. A step's id contains no space. */
export const earlierSlot = (step: string, key: string): JsonObject => ({ $link: `${step} ${key}` });

/** The marker of an operator's operands that do not fit it, and why. */
export const fault = (why: string): JsonObject => ({ $fault: why });

/** Whether `value` is a marker of {@link fault}. */
export const isFault = (value: Json): value is { $fault: string } =>
  isObject(value) && isSingle(value, '$fault', 'string');

/** Whether `value` is the marker of an operation. */
export const isOperation = (value: Json): value is { $operation: Json[] } =>
  isObject(value) && isSingle(value, '$operation', 'list');

/** A value that was packed: the id of the blob with the list of values, and its index there. */
export interface Part {
  readonly blobId: string;
  readonly index: number;
}

/** Reads the marker of a packed value; undefined for all other values. */
export function readPart(value: Json): Part | undefined {
  if (!isObject(value) || !isSingle(value, '$part', 'string')) return undefined;
  const [, blobId, index] = /^([0-9a-f]{64}) (\d+)$/.exec(String(value.$part)) ?? [];
  return blobId === undefined ? undefined : { blobId, index: Number(index) };
}

/** The `blobType` of a blob whose content may contain markers, which are resolved like those outside. */
export const PARTS = 'parts';

/** The marker of a spilled value of `size` bytes. `index`: its place in the list that the blob is, if it shares it. */
export const spilled = (blobId: string, blobType: string, size: number, index?: number): JsonObject => ({
  $blob: blobId,
  blobType: index === undefined ? blobType : `${blobType} ${index}`,
  size,
});

/** What a marker says of a spilled value: its blob, its place there if it shares the blob, and whether it contains markers. */
export function readSpilled({ $blob: blobId, blobType }: BlobMarker): {
  readonly blobId: string;
  readonly index: number | undefined;
  readonly hasMarkers: boolean;
} {
  const [type = '', index] = blobType.split(' ');
  return { blobId, index: index === undefined ? undefined : Number(index), hasMarkers: type === PARTS };
}

const SHA256 = /^[0-9a-f]{64}$/;

/** Whether `value` is the marker of a spilled value. */
export const isBlobMarker = (value: Json): value is BlobMarker =>
  isObject(value) && '$blob' in value && isBlobShape(value, '$blob');

/** Whether `value` is the marker of a missing path. */
export const isMissing = (value: Json): value is { $missing: string } =>
  isObject(value) && isSingle(value, '$missing', 'string');

/** Whether `value` is the marker of a skipped step. */
export const isSkipped = (value: Json): boolean => isObject(value) && isSingle(value, '$skipped', 'boolean');

/** Whether `value` is the marker of a secret. */
export const isSecret = (value: Json): value is { $secret: string } =>
  isObject(value) && isSingle(value, '$secret', 'string');

/** Reads a marker of {@link earlierSlot}; undefined for all other values. */
export function readEarlierSlot(value: Json): { readonly step: string; readonly key: string } | undefined {
  const text = isObject(value) && isSingle(value, '$link', 'string') ? String(value.$link) : '';
  const space = text.indexOf(' ');
  return space > 0 ? { step: text.slice(0, space), key: text.slice(space + 1) } : undefined;
}

const isBlobShape = (value: JsonObject, key: string): boolean =>
  Object.keys(value).length === 3 &&
  typeof value[key] === 'string' &&
  SHA256.test(value[key]) &&
  typeof value.blobType === 'string' &&
  typeof value.size === 'number';

const isSingle = (value: JsonObject, key: string, type: 'string' | 'boolean' | 'list'): boolean =>
  Object.keys(value).length === 1 && (Array.isArray(value[key]) ? type === 'list' : typeof value[key] === type);

/** What the value of a marker with one key is. */
const typeOfMarker = (name: string): 'string' | 'boolean' | 'list' => {
  if (name === 'operation') return 'list';
  return name === 'skipped' ? 'boolean' : 'string';
};

/** The key by which an object has the shape of a marker or of an escaped one; undefined for all other objects. */
function markerKey(value: JsonObject): string | undefined {
  const keys = Object.keys(value);
  if (keys.length !== 1 && keys.length !== 3) return undefined;
  const key = keys.find((name) => /^\$+(?:blob|missing|fault|operation|skipped|secret|link|part)$/.test(name));
  if (key === undefined) return undefined;
  const name = key.replace(/^\$+/, '');
  const hasShape = name === 'blob' ? isBlobShape(value, key) : isSingle(value, key, typeOfMarker(name));
  return hasShape ? key : undefined;
}

/** Keys that have a meaning in JSONata's own objects: it refuses some, and takes an object with another for a function. */
const RESERVED = /^\$*(?:__proto__|_jsonata_(?:lambda|function))$/;

/** Whether a user's key travels as another one, whatever its object looks like. */
export const isReservedKey = (key: string): boolean => RESERVED.test(key);

/** A user's key as it travels: with one more `$` where it is reserved. */
export const travellingKey = (key: string): string => (isReservedKey(key) ? `$${key}` : key);

/**
 * Escapes the parts of a user's value that look like markers with one more `$`, and its reserved keys. Unchanged parts are
 * shared.
 */
export const escapeValue = (value: Json): Json => rename(value, (key) => `$${key}`);

/**
 * The inverse of {@link escapeValue}. `replace` resolves markers: it returns the replacement of a part, which is not
 * unescaped, or undefined to descend into the part.
 */
export const unescapeValue = (value: Json, replace?: Replace): Json =>
  rename(
    value,
    (key) => (key.startsWith('$$') || (key.startsWith('$') && isReservedKey(key)) ? key.slice(1) : key),
    replace,
  );

type Replace = (part: Json) => Json | undefined;

function rename(value: Json, change: (key: string) => string, replace?: Replace): Json {
  const replaced = replace?.(value);
  if (replaced !== undefined) return replaced;
  if (Array.isArray(value)) {
    const items = value.map((item) => rename(item, change, replace));
    return items.some((item, index) => item !== value[index]) ? items : value;
  }
  if (!isObject(value)) return value;
  const marker = markerKey(value);
  let changed = false;
  const entries = Object.entries(value).map(([key, item]): [string, Json] => {
    const isRenamed = key === marker || isReservedKey(key);
    const renamed: [string, Json] = [isRenamed ? change(key) : key, rename(item, change, replace)];
    changed ||= renamed[0] !== key || renamed[1] !== item;
    return renamed;
  });
  return changed ? Object.fromEntries(entries) : value;
}
