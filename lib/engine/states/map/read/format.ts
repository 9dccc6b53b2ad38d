import type { Item } from '../item.ts';

/** Reads the items of one file. `source`: what the context object says of where they are from. */
export type Format = (bytes: AsyncIterable<Uint8Array>, source: string) => AsyncIterable<Item>;
