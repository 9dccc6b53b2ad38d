/** A stretch of time, in milliseconds. */
export interface Stretch {
  readonly startMs: number;
  readonly endMs: number;
}

/**
 * The chain that a run's length comes from, first to last: back from the stretch that ended last, each time to the one
 * that ended last before it began. Known from times alone, so it needs no graph and fits any history.
 */
export function criticalChain<T extends Stretch>(stretches: readonly T[]): readonly T[] {
  const chain: T[] = [];
  let next = latest(stretches);
  while (next !== undefined) {
    chain.unshift(next);
    const { startMs } = next;
    next = latest(stretches.filter((one) => one.endMs <= startMs && !chain.includes(one)));
  }
  return chain;
}

/** Of those that ended in the same millisecond the last one: steps are told in the order in which flows list them. */
const latest = <T extends Stretch>(stretches: readonly T[]): T | undefined =>
  stretches.reduce<T | undefined>(
    (best, one) => (best === undefined || one.endMs >= best.endMs ? one : best),
    undefined,
  );
