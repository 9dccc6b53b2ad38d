const last = new Map<string, Promise<unknown>>();

/**
 * Runs tasks with the same key one after another, in the order of the calls; tasks with different keys run concurrently.
 */
export async function runSerially<T>(key: string, task: () => Promise<T>): Promise<T> {
  const previous = last.get(key);
  const turn = (async () => {
    await previous?.catch(() => {}); // its own caller gets the error
    return task();
  })();
  last.set(key, turn);
  try {
    return await turn;
  } finally {
    if (last.get(key) === turn) last.delete(key);
  }
}
