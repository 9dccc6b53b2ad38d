/**
 * How many requests to a store run at once. The client of S3 has 50 connections; more would only wait, with all that they
 * are to send in memory.
 */
export const REQUESTS_AT_ONCE = 50;

/** Handles items, at most `most` at once, and takes the next one when one is done. Rejects with the first failure, once what had begun has ended. */
export async function inParallel<T>(
  items: Iterable<T> | AsyncIterable<T>,
  act: (item: T, index: number) => Promise<void>,
  most: number = REQUESTS_AT_ONCE,
): Promise<void> {
  const iterator = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  let index = 0;
  let failure: { readonly reason: unknown } | undefined;
  const worker = async (): Promise<void> => {
    try {
      for (let next = await iterator.next(); !failure && next.done !== true; next = await iterator.next())
        await act(next.value, index++);
    } catch (reason) {
      failure ??= { reason };
    }
  };
  await Promise.all(Array.from({ length: most }, worker));
  await iterator.return?.();
  if (failure) throw failure.reason;
}

/** The results of all items, in their order; at most `most` are made at once. */
export async function mapInParallel<T, R>(
  items: Iterable<T>,
  make: (item: T) => Promise<R>,
  most?: number,
): Promise<R[]> {
  const made: R[] = [];
  const act = async (item: T, index: number): Promise<void> => {
    made[index] = await make(item);
  };
  await inParallel(items, act, most);
  return made;
}
