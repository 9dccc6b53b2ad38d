import type { S3Objects } from '../../engine/index.ts';

/** Waits for work that goes on inside an execution, such as the reading of a file; nothing is idle meanwhile. */
export type TrackWork = <T>(work: Promise<T>) => Promise<T>;

/** The same objects; each access to them goes through `during`. */
export const trackedObjects = (objects: S3Objects, during: TrackWork): S3Objects => ({
  getObject: (address) => trackedItems(objects.getObject(address), during),
  listObjects: (bucket, prefix) => trackedItems(objects.listObjects(bucket, prefix), during),
  putObject: async (address) => {
    const writer = await during(objects.putObject(address));
    return {
      write: (text) => during(writer.write(text)),
      close: () => during(writer.close()),
      discard: () => during(writer.discard()),
    };
  },
});

async function* trackedItems<T>(items: AsyncIterable<T>, during: TrackWork): AsyncGenerator<T> {
  const iterator = items[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await during(iterator.next());
      if (next.done) return;
      yield next.value;
    }
  } finally {
    await iterator.return?.();
  }
}
