import { FlowError } from '../../protocol/errors.ts';
import { isObject, type Json, type JsonObject } from '../../protocol/json.ts';
import { escapeValue, isBlobMarker } from '../../protocol/markers.ts';
import { alternativesOf, parseJoined, type Segment } from '../../protocol/path.ts';
import { findMarkers } from './hydrate.ts';
import { bytesOf, MIN_SHARE, type SpillStore, spillValue } from './spill.ts';

/** What a state machine reads of its input, and the input's size limits. */
export interface InputBudget {
  /** The paths that the state machine reads, as written. */
  readonly reads: readonly string[];
  /** Maximum bytes of the value at a path. */
  readonly share: number;
  /** Maximum bytes of the whole input. */
  readonly room: number;
}

/** The key of the blob with what is not read of an object. The key of a user's own field of that name is read, or set aside. */
const REST = '$rest';

/**
 * The key of the blob with all of an object that is read as a whole and in part, where it can only be the one or the other:
 * beside it is what is read in part. A list has an object with it as its last item. See lib/compiler/emit/jsonata/whole.ts.
 */
export const WHOLE_BESIDE_PARTS = '$whole';

/**
 * Prepares the input of an execution: values that look like markers are escaped, and parts are spilled to the blob store
 * until the rest fits `budget`. Spilled parts are as large as possible without hiding a path that the state machine
 * reads. Where even their markers are too many, all that is not read is set aside in one blob ({@link REST}); or, where all
 * of it is read too, all of it ({@link WHOLE_BESIDE_PARTS}). Throws INVALID_INPUT where what is read in part is too much for
 * the input of an execution.
 */
export async function spillInput(input: Json, budget: InputBudget, blobs: SpillStore): Promise<Json> {
  return spillTravelling(escapeValue(input), budget, blobs);
}

/** {@link spillInput} of an input that is already escaped, with nothing spilled yet. */
export async function spillTravelling(input: Json, budget: InputBudget, blobs: SpillStore): Promise<Json> {
  // An input that nothing reads has no share of a payload, but the execution takes it.
  if (bytesOf(input) <= Math.min(budget.share, budget.room)) return input;
  return new Spill(budget, blobs).spill(input, budget.reads.flatMap(readsOf), budget.room);
}

type Read = readonly Segment[];

function readsOf(written: string): readonly Read[] {
  const path = parseJoined(written);
  return 'error' in path ? [] : alternativesOf(path);
}

/** A part that may be spilled as a whole. */
interface Part {
  readonly bytes: number;
  /** Spills it, and returns the bytes of its marker. */
  readonly spill: () => Promise<number>;
}

class Spill {
  readonly #share: number;
  readonly #blobs: SpillStore;

  constructor({ share }: InputBudget, blobs: SpillStore) {
    this.#share = share;
    this.#blobs = blobs;
  }

  /** Reduces a value to at most `room` bytes, without hiding any of `reads`. */
  async spill(value: Json, reads: readonly Read[], room: number): Promise<Json> {
    return (await this.#reduce(value, reads, room)) ?? value;
  }

  /** `isInWhole`: something around it is read as a whole, so nothing may be set aside; undefined where it is then too much. */
  async #reduce(value: Json, reads: readonly Read[], room: number, isInWhole = false): Promise<Json | undefined> {
    const isRead = reads.some((path) => path.length === 0);
    const target = isRead ? Math.min(room, this.#share) : room;
    const deeper = reads.filter((path) => path.length > 0);
    // What is read of it has a share of its own, however small the whole is.
    if (bytesOf(value) <= (deeper.length > 0 ? Math.min(target, this.#share) : target)) return value;
    if (deeper.length === 0 || typeof value !== 'object' || value === null) {
      return this.#spillWhole(value, target);
    }
    const reduced = await this.#spillWithin(value, deeper, target, isInWhole || isRead);
    return reduced ?? (isInWhole ? undefined : this.#putBeside(value, deeper, room));
  }

  #spillWhole(value: Json, share: number): Promise<Json> {
    return spillValue(value, share, this.#blobs, findMarkers(value).length > 0 ? 'travelling' : 'value');
  }

  /** Spills parts of a list or object that is read in part: first those over their own share, then the largest. */
  async #spillWithin(
    value: Json[] | JsonObject,
    reads: readonly Read[],
    target: number,
    isInWhole: boolean,
  ): Promise<Json | undefined> {
    const copy: { [key: string]: Json } | Json[] = Array.isArray(value) ? [...value] : { ...value };
    const parts: Part[] = [];
    // Whoever starts the flow waits, and an input may have thousands of parts to write.
    const reducing = Object.entries(value).map(async ([key, item]: [string, Json]) => {
      const inside = insideOf(reads, key);
      const room = inside.length > 0 ? target : this.#share;
      return { key, inside, reduced: await this.#reduce(item, inside, room, isInWhole) };
    });
    for (const { key, inside, reduced } of await Promise.all(reducing)) {
      if (reduced === undefined) return undefined;
      Object.assign(copy, { [key]: reduced });
      const bytes = bytesOf(reduced);
      if (bytes <= MIN_SHARE || isBlobMarker(reduced) || inside.some((path) => path.length > 0)) continue;
      const spill = async (): Promise<number> => {
        const marker = await this.#spillWhole(reduced, MIN_SHARE);
        Object.assign(copy, { [key]: marker });
        return bytesOf(marker);
      };
      parts.push({ bytes, spill });
    }
    // One after the other costs as many requests as markers; set aside, what is not read costs one.
    const least = bytesOf(copy) - parts.reduce((sum, { bytes }) => sum + bytes - MIN_SHARE, 0);
    if (least > target) return isInWhole ? undefined : this.#setAside(copy, reads, target);
    const bytes = await shrink(copy, parts, target);
    if (isInWhole) return bytes > target || seemsBeside(copy) ? undefined : copy;
    return fitting(copy, target);
  }

  /** Puts all of a list or object that is not read into one blob. What is read stays where it is. */
  async #setAside(value: JsonObject | Json[], reads: readonly Read[], target: number): Promise<Json> {
    const rest = Object.fromEntries(Object.entries(value).filter(([key]) => !isReadIn(reads, key)));
    const marker = await this.#spillWhole(rest, MIN_SHARE);
    if (Array.isArray(value)) return fitting([...readItems(value, reads, target), marker], target);
    return fitting({ ...readFields(value, reads), ...(!isReadIn(reads, REST) && { [REST]: marker }) }, target);
  }

  /** Puts all of a list or object into one blob, and what is read in part beside it. */
  async #putBeside(value: JsonObject | Json[], reads: readonly Read[], room: number): Promise<Json> {
    const whole = { [WHOLE_BESIDE_PARTS]: await this.#spillWhole(value, 0) };
    const reduced = await Promise.all(
      Object.entries(value).map(async ([key, item]): Promise<[string, Json]> => {
        const inside = insideOf(reads, key);
        return [key, inside.length > 0 ? await this.spill(item, inside, room) : item];
      }),
    );
    if (Array.isArray(value)) {
      const items = reduced.map(([, item]) => item);
      return fitting([...readItems(items, reads, room), whole], room);
    }
    if (isReadIn(reads, WHOLE_BESIDE_PARTS)) throw tooMuch(value, room);
    return fitting({ ...readFields(Object.fromEntries(reduced), reads), ...whole }, room);
  }
}

/** The fields of an object that are read. */
const readFields = (value: JsonObject, reads: readonly Read[]): JsonObject =>
  Object.fromEntries(Object.entries(value).filter(([key]) => isReadIn(reads, key)));

/** A list up to the last item that is read. What is put after them must not be where one that is missing is read. */
function readItems(list: readonly Json[], reads: readonly Read[], room: number): readonly Json[] {
  const items = list.map((item, at) => (isReadIn(reads, String(at)) ? item : null));
  const count = 1 + list.findLastIndex((_, at) => isReadIn(reads, String(at)));
  if (isReadIn(reads, String(count))) throw tooMuch([...list], room);
  return items.slice(0, count);
}

/** Whether a value is read whole and in part as if {@link WHOLE_BESIDE_PARTS} were in it, because the user has such a key. */
function seemsBeside(value: JsonObject | Json[]): boolean {
  const holder = Array.isArray(value) ? value.at(-1) : value;
  return isObject(holder) && isBlobMarker(holder[WHOLE_BESIDE_PARTS] ?? null);
}

/** Bytes that a marker has at least. */
const LEAST_MARKER = 100;

/** Spills parts, the largest first, until the value fits: as many at once as are needed in any case. Returns its bytes. */
async function shrink(value: object, parts: readonly Part[], target: number): Promise<number> {
  let bytes = Buffer.byteLength(JSON.stringify(value));
  const waiting = [...parts].sort((a, b) => b.bytes - a.bytes);
  while (bytes > target && waiting.length > 0) {
    const needed = waiting.splice(0, fewest(waiting, bytes - target));
    const saved = await Promise.all(needed.map(async (part) => part.bytes - (await part.spill())));
    bytes -= saved.reduce((sum, each) => sum + each);
  }
  return bytes;
}

/** How many of the parts save `bytes` bytes if markers are as short as can be; at least one. */
function fewest(parts: readonly Part[], bytes: number): number {
  let saved = 0;
  const last = parts.findIndex((part) => {
    saved += part.bytes - LEAST_MARKER;
    return saved >= bytes;
  });
  return last < 0 ? parts.length : last + 1;
}

function fitting<T extends Json>(value: T, room: number): T {
  if (bytesOf(value) > room) throw tooMuch(value, room);
  return value;
}

function tooMuch(value: Json, room: number): FlowError {
  const what = Array.isArray(value) ? 'list' : 'map';
  return new FlowError(
    'INVALID_INPUT',
    `the flow reads so many parts of one ${what} of its input that even their references do not fit the ${Math.floor(room)} bytes of ` +
      'a payload; read it as a whole, in the steps that need the parts',
  );
}

/** What is read inside of the part with that key. */
const insideOf = (reads: readonly Read[], key: string): readonly Read[] =>
  reads.flatMap((path) => (startsWith(path, key) ? [path.slice(1)] : []));

const isReadIn = (reads: readonly Read[], key: string): boolean => reads.some((path) => startsWith(path, key));

/** A field whose name looks like a marker's may be escaped with one more `$`. */
const startsWith = ([first]: Read, key: string): boolean => String(first) === key || `$${first}` === key;
