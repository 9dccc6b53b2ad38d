/** How benchmarks measure and print. */

/** The best of several rounds, in milliseconds a round: other work of the machine only makes a round slower. */
export async function best(rounds: number, work: () => Promise<unknown> | unknown): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    await work();
    least = Math.min(least, performance.now() - start);
  }
  return least;
}

/** Processor time in milliseconds of work that can be done only once; other work of the machine hardly changes it. */
export function processorTime(work: () => unknown): number {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

const written = (value: number): string => value.toFixed(value < 1 ? 2 : 1);

/** Prints a number. */
export const print = (what: string, value: number, unit: string): void =>
  console.log(`${what.padEnd(58)} ${written(value).padStart(9)} ${unit}`);

/** Prints a number, that of another engine in the same run, and their ratio. */
export function compare(what: string, ours: number, theirs: number, unit: string): void {
  const ratio = `${(theirs / ours).toFixed(1)} times ours`;
  console.log(`${what.padEnd(58)} ${written(ours).padStart(9)} ${unit}; theirs ${written(theirs)}, ${ratio}`);
}
