const last = new Map<string, Promise<unknown>>();

/**
 * Runs works of one key one after another, in the order in which they were asked for; those of other keys at once.
 * Whoever waits finds what those before it have made.
 */
export async function runSerially<T>(key: string, work: () => Promise<T>): Promise<T> {
  const before = last.get(key);
  const turn = (async () => {
    await before?.catch(() => {}); // Its own caller is told.
    return work();
  })();
  last.set(key, turn);
  try {
    return await turn;
  } finally {
    if (last.get(key) === turn) last.delete(key);
  }
}
