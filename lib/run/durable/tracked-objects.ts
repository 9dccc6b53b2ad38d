import type { S3Objects } from '../../engine/index.ts';

/** Waits for work inside an execution, such as reading a file. The execution is not idle until it ends. */
export type TrackWork = <T>(work: Promise<T>) => Promise<T>;

/** Wraps `objects` so that each access is tracked. */
export const trackedObjects = (objects: S3Objects, track: TrackWork): S3Objects => ({
  getObject: (address) => trackedItems(objects.getObject(address), track),
  listObjects: (bucket, prefix) => trackedItems(objects.listObjects(bucket, prefix), track),
  putObject: async (address) => {
    const writer = await track(objects.putObject(address));
    return {
      write: (text) => track(writer.write(text)),
      close: () => track(writer.close()),
      discard: () => track(writer.discard()),
    };
  },
});

async function* trackedItems<T>(items: AsyncIterable<T>, track: TrackWork): AsyncGenerator<T> {
  const iterator = items[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await track(iterator.next());
      if (next.done) return;
      yield next.value;
    }
  } finally {
    await iterator.return?.();
  }
}
