/** Resolves after `ms` milliseconds, or rejects once `signal` is aborted. */
export type Pause = (ms: number, signal?: AbortSignal) => Promise<void>;

/** What comes of some work, unless it takes longer than so many milliseconds: then rejects with what `tooLong` gives. */
export async function withinTime<T>(pause: Pause, ms: number, work: Promise<T>, tooLong: () => Error): Promise<T> {
  const ended = new AbortController();
  const late = pause(ms, ended.signal).then((): never => {
    throw tooLong();
  });
  for (const either of [work, late]) either.catch(() => {}); // Nobody waits for the slower one.
  return Promise.race([work, late]).finally(() => ended.abort());
}
