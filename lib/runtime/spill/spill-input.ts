import { FlowError } from '../../protocol/errors.ts';
import type { Json } from '../../protocol/json.ts';
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
 * Prepares the input of an execution: values that look like markers are escaped, and parts are spilled to the blob store
 * until the rest fits `budget`. Spilled parts are as large as possible without hiding a path that the state machine
 * reads. Where even their markers are too many, all that is not read is set aside in one blob ({@link REST}). Throws
 * INVALID_INPUT where that is read too, as a part of the whole.
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
    const isRead = reads.some((path) => path.length === 0);
    const target = isRead ? Math.min(room, this.#share) : room;
    const deeper = reads.filter((path) => path.length > 0);
    // What is read of it has a share of its own, however small the whole is.
    if (bytesOf(value) <= (deeper.length > 0 ? Math.min(target, this.#share) : target)) return value;
    if (deeper.length === 0 || typeof value !== 'object' || value === null) {
      return this.#spillWhole(value, target);
    }
    return this.#spillWithin(value, deeper, target, isRead);
  }

  #spillWhole(value: Json, share: number): Promise<Json> {
    return spillValue(value, share, this.#blobs, findMarkers(value).length > 0 ? 'travelling' : 'value');
  }

  /** Spills parts of a list or object that is read in part: first those over their own share, then the largest. */
  async #spillWithin(value: object, reads: readonly Read[], target: number, isRead: boolean): Promise<Json> {
    const copy: { [key: string]: Json } | Json[] = Array.isArray(value) ? [...value] : { ...value };
    const parts: Part[] = [];
    // Whoever starts the flow waits, and an input may have thousands of parts to write.
    const reducing = Object.entries(value).map(async ([key, item]: [string, Json]) => {
      const inside = reads.flatMap((path) => (startsWith(path, key) ? [path.slice(1)] : []));
      return { key, inside, reduced: await this.spill(item, inside, inside.length > 0 ? target : this.#share) };
    });
    for (const { key, inside, reduced } of await Promise.all(reducing)) {
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
    if (least > target && !isRead) return this.#setAside(copy, reads, target);
    const bytes = await shrink(copy, parts, target);
    if (bytes > target) throw tooMuch(copy, bytes, target);
    return copy;
  }

  /** Puts all of a list or object that is not read into one blob. What is read stays where it is. */
  async #setAside(value: { [key: string]: Json } | Json[], reads: readonly Read[], target: number): Promise<Json> {
    const isRead = (key: string): boolean => reads.some((path) => startsWith(path, key));
    const entries = Object.entries(value);
    const rest = Object.fromEntries(entries.filter(([key]) => !isRead(key)));
    const marker = await this.#spillWhole(rest, MIN_SHARE);
    const left = Array.isArray(value)
      ? [...value.map((item, at) => (isRead(String(at)) ? item : null)).slice(0, 1 + lastOf(value, isRead)), marker]
      : { ...Object.fromEntries(entries.filter(([key]) => isRead(key))), ...(!isRead(REST) && { [REST]: marker }) };
    const bytes = bytesOf(left);
    if (bytes > target) throw tooMuch(value, bytes, target);
    return left;
  }
}

/** The index of the last item that is read; -1 where none is. */
const lastOf = (list: readonly Json[], isRead: (key: string) => boolean): number =>
  list.findLastIndex((_, at) => isRead(String(at)));

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

function tooMuch(value: object, bytes: number, target: number): FlowError {
  const keys = Array.isArray(value) ? 'items' : 'fields';
  return new FlowError(
    'INVALID_INPUT',
    `the flow reads one of the ${keys} of an input that has too many (${Object.keys(value).length}), and all of them together: they take ` +
      `${bytes} bytes, and at most ${Math.floor(target)} fit a payload; put them into one field and read that as a whole`,
  );
}

/** A field whose name looks like a marker's may be escaped with one more `$`. */
const startsWith = ([first]: Read, key: string): boolean => String(first) === key || `$${first}` === key;
