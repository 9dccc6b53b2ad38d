import { sha256 } from '../stores/blobs.ts';
import type { ObjectStore } from '../stores/object-store.ts';
import type { Scrubber } from './scrub.ts';

/** A name that says nothing, whatever short secret is in it by chance: without the secret, others would not find it. */
const IS_HASH = /^[0-9a-f]{64}\.json$/;

/** Enough of a hash to tell keys apart. */
const HASH_CHARACTERS = 32;

/**
 * A store in which no secret is written, neither in a text nor in a key: what a component stores outlives its invocation. A
 * key with a secret is another one there, always the same, so that whoever knows the key finds what is under it.
 */
export function scrubbedStore(store: ObjectStore, scrubber: Scrubber): ObjectStore {
  const keyOf = (key: string): string => {
    const [, folder = '', name = ''] = /^(.*\/)?([^/]*)$/.exec(key) ?? [];
    return IS_HASH.test(name) || !scrubber.isIn(key)
      ? key
      : `${folder}secret-${sha256(name).slice(0, HASH_CHARACTERS)}`;
  };
  return {
    location: store.location,
    address: (key) => store.address(keyOf(key)),
    read: (key) => store.read(keyOf(key)),
    readInPieces: (key) => store.readInPieces(keyOf(key)),
    has: (key) => store.has(keyOf(key)),
    write: (key, text) => store.write(keyOf(key), scrubber.document(text)),
    writeOnce: (key, text) => store.writeOnce(keyOf(key), scrubber.document(text)),
  };
}
