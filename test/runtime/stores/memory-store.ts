import { FlowError, type ObjectStore } from '../../../lib/runtime/index.ts';

/** Characters of a piece of a text: an odd number, that text is cut anywhere. */
const PIECE = 997;

/** A store in memory, and how often it was touched. */
export interface MemoryStore extends ObjectStore {
  readonly texts: Map<string, string>;
  readonly calls: string[];
}

/** Texts in memory, with a note of each call. */
export function memoryStore(): MemoryStore {
  const texts = new Map<string, string>();
  const calls: string[] = [];
  const note = (call: string, key: string): void => void calls.push(`${call} ${key}`);
  return {
    location: 'memory',
    address: (key) => ({ Bucket: 'memory', Key: key }),
    texts,
    calls,
    read: async (key) => {
      note('read', key);
      return texts.get(key);
    },
    async *readInPieces(key) {
      note('readInPieces', key);
      const text = texts.get(key);
      if (text === undefined) throw new FlowError('RESOURCE_UNAVAILABLE', `${key} is not in memory`);
      for (let at = 0; at < text.length; at += PIECE) yield text.slice(at, at + PIECE);
    },
    has: async (key) => texts.has(key),
    write: async (key, text) => {
      note('write', key);
      texts.set(key, text);
    },
    writeOnce: async (key, text) => {
      note('writeOnce', key);
      const isThere = texts.has(key);
      if (!isThere) texts.set(key, text);
      return isThere;
    },
  };
}
