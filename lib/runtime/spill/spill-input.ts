import { FlowError } from '../../protocol/errors.ts';
import type { Json } from '../../protocol/json.ts';
import { escapeValue, isBlobMarker } from '../../protocol/markers.ts';
import { parseJoined, type Segment, waysOf } from '../../protocol/path.ts';
import type { BlobStore } from '../stores/blobs.ts';
import { findMarkers } from './hydrate.ts';
import { bytesOf, LEAST_SHARE, spillValue } from './spill.ts';

/** What a state machine reads of its input, and how large it may be. */
export interface InputBudget {
  /** The paths that are read, as written. */
  readonly reads: readonly string[];
  /** Bytes that the value at a path may have. */
  readonly share: number;
  /** Bytes that the whole input may have. */
  readonly room: number;
}

type Store = Pick<BlobStore, 'put'>;

/**
 * The input of an execution, ready to travel: what looks like a marker is escaped, and where there is more of it than
 * `budget` allows, parts are put into the blob store. They are as large as they can be without hiding a path that the
 * state machine reads. Throws INVALID_INPUT where that is not enough.
 */
export async function spillInput(input: Json, budget: InputBudget, blobs: Store): Promise<Json> {
  return spillTravelling(escapeValue(input), budget, blobs);
}

/** The same of an input that is on its way already, of which nothing has been spilled. */
export async function spillTravelling(input: Json, budget: InputBudget, blobs: Store): Promise<Json> {
  if (bytesOf(input) <= budget.share) return input;
  return new Spill(budget, blobs).spill(input, budget.reads.flatMap(waysOfText), budget.room);
}

type Way = readonly Segment[];

function waysOfText(written: string): readonly Way[] {
  const path = parseJoined(written);
  return 'error' in path ? [] : waysOf(path);
}

/** A part that may be spilled as it stands. */
interface Part {
  readonly bytes: number;
  /** Spills it, and answers how many bytes are left of it. */
  readonly spill: () => Promise<number>;
}

class Spill {
  readonly #share: number;
  readonly #blobs: Store;

  constructor({ share }: InputBudget, blobs: Store) {
    this.#share = share;
    this.#blobs = blobs;
  }

  /** A value on its way in at most `room` bytes, in which all `ways` can still be gone. */
  async spill(value: Json, ways: readonly Way[], room: number): Promise<Json> {
    const isRead = ways.some((way) => way.length === 0);
    const target = isRead ? Math.min(room, this.#share) : room;
    const deeper = ways.filter((way) => way.length > 0);
    if (bytesOf(value) <= target) return value;
    if (deeper.length === 0 || typeof value !== 'object' || value === null) {
      return this.#spillWhole(value, target);
    }
    return this.#spillWithin(value, deeper, target);
  }

  #spillWhole(value: Json, share: number): Promise<Json> {
    return spillValue(value, share, this.#blobs, findMarkers(value).length > 0 ? 'travelling' : 'value');
  }

  /** Spills parts of a list or object that ways lead into: first what is over its own share, then the largest ones. */
  async #spillWithin(value: object, ways: readonly Way[], target: number): Promise<Json> {
    const copy: { [key: string]: Json } | Json[] = Array.isArray(value) ? [...value] : { ...value };
    const parts: Part[] = [];
    for (const [key, item] of Object.entries(value)) {
      const inside = ways.flatMap((way) => (leadsTo(way, key) ? [way.slice(1)] : []));
      const made = await this.spill(item, inside, inside.length > 0 ? target : this.#share);
      Object.assign(copy, { [key]: made });
      const bytes = bytesOf(made);
      if (bytes <= LEAST_SHARE || isBlobMarker(made) || inside.some((way) => way.length > 0)) continue;
      const spill = async (): Promise<number> => {
        const marker = await this.#spillWhole(made, LEAST_SHARE);
        Object.assign(copy, { [key]: marker });
        return bytesOf(marker);
      };
      parts.push({ bytes, spill });
    }
    await shrink(copy, parts, target);
    return copy;
  }
}

async function shrink(value: object, parts: readonly Part[], target: number): Promise<void> {
  let bytes = Buffer.byteLength(JSON.stringify(value));
  for (const part of [...parts].sort((a, b) => b.bytes - a.bytes)) {
    if (bytes <= target) return;
    bytes += (await part.spill()) - part.bytes;
  }
  if (bytes <= target) return;
  const keys = Array.isArray(value) ? 'items' : 'fields';
  throw new FlowError(
    'INVALID_INPUT',
    `the input has too many ${keys} (${Object.keys(value).length}) beside one that the flow reads: ${bytes} bytes of them are left, and ` +
      `${Math.floor(target)} can travel; put what is many into one field and read that as a whole`,
  );
}

/** A field whose name looks like a marker's has one more `$` on its way. */
const leadsTo = ([first]: Way, key: string): boolean => String(first) === key || `$${first}` === key;
