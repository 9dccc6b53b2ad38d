import { StateFailure } from '../../../execution/failures.ts';
import type { Item } from '../item.ts';

/** Reads the items of one file. `source`: the items' source in the context object. */
export type FileReader = (bytes: AsyncIterable<Uint8Array>, source: string) => AsyncIterable<Item>;

/** The failure of a Map whose items cannot be read. */
export const itemReaderFailed = (cause: string): StateFailure => new StateFailure('States.ItemReaderFailed', cause);
