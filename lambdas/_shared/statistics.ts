/** The sum of numbers. */
export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** `value` to so many decimals. */
export const round = (value: number, decimals = 2): number => Number(value.toFixed(decimals));

/** The mean; 0 of nothing. */
export const mean = (values: readonly number[]): number => (values.length === 0 ? 0 : sum(values) / values.length);

/** The `share` quantile, 0 to 1, interpolated between neighbours (R's type 7); 0 of nothing. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const low = sorted[Math.floor(at)] ?? 0;
  const high = sorted[Math.ceil(at)] ?? low;
  return low + (high - low) * (at - Math.floor(at));
}

/** The percentage of `values` that are below `value`, with half of those equal to it: its percentile rank. */
export function percentileRank(values: readonly number[], value: number): number {
  const below = values.filter((other) => other < value).length;
  const equal = values.filter((other) => other === value).length;
  return values.length === 0 ? 0 : (100 * (below + equal / 2)) / values.length;
}

/** How often each value occurs, the most frequent first, equals in alphabetical order. */
export function tally(values: Iterable<string>): [value: string, count: number][] {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
}

/** Least, greatest, mean, median and 90th percentile of numbers. */
export const summarize = (values: readonly number[]) => ({
  min: values.length === 0 ? 0 : values.reduce((a, b) => Math.min(a, b)),
  max: values.length === 0 ? 0 : values.reduce((a, b) => Math.max(a, b)),
  mean: round(mean(values)),
  median: round(quantile(values, 0.5)),
  p90: round(quantile(values, 0.9)),
});
