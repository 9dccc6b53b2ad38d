import type { S3Objects } from '../../engine/index.ts';

/** Waits for work that goes on inside an execution, such as the reading of a file; nothing is idle meanwhile. */
export type During = <T>(work: Promise<T>) => Promise<T>;

/** The same objects; each access to them goes through `during`. */
export const heldObjects = (objects: S3Objects, during: During): S3Objects => ({
  getObject: (address) => held(objects.getObject(address), during),
  listObjects: (bucket, prefix) => held(objects.listObjects(bucket, prefix), during),
  putObject: async (address) => {
    const writer = await during(objects.putObject(address));
    return {
      write: (text) => during(writer.write(text)),
      close: () => during(writer.close()),
      discard: () => during(writer.discard()),
    };
  },
});

async function* held<T>(items: AsyncIterable<T>, during: During): AsyncGenerator<T> {
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
