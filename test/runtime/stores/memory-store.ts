import type { ObjectStore } from '../../../lib/runtime/index.ts';

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
    has: async (key) => texts.has(key),
    write: async (key, text) => {
      note('write', key);
      texts.set(key, text);
    },
    writeOnce: async (key, text) => {
      note('writeOnce', key);
      if (!texts.has(key)) texts.set(key, text);
    },
  };
}
