import type { Part } from './dag.ts';

/** Seconds of a tree of steps in each scenario. */
export type Spans = Float64Array;

/**
 * How long each step takes in several scenarios. In the first it takes its own seconds; in the others each step's are
 * multiplied by a factor of its own, because no step takes the same time twice.
 */
export interface Scenarios {
  readonly count: number;
  /** The seconds of a node in each scenario. */
  readonly seconds: (node: number) => Spans;
}

// The middles of the eight equally likely eighths of the standard normal distribution.
const EIGHTHS = [-1.534, -0.887, -0.489, -0.157, 0.157, 0.489, 0.887, 1.534];

// The spread of a step's seconds from run to run, as the standard deviation of their logarithm: two thirds of the runs
// take between 0.6 and 1.65 of the median.
const SPREAD = 0.5;

/** Only what the durations say. */
export function oneScenario(durations: readonly number[]): Scenarios {
  const seconds = durations.map((duration) => Float64Array.of(duration));
  return { count: 1, seconds: (node) => seconds[node] ?? new Float64Array(1) };
}

/**
 * The durations, and eight scenarios of noise. Each step takes each of eight factors in one of them, in an order that is
 * drawn: a Latin hypercube, with which few scenarios say as much as many that are drawn freely (McKay, Beckman and
 * Conover, Technometrics 21, 1979). The same durations always give the same scenarios.
 */
export function noisyScenarios(durations: readonly number[]): Scenarios {
  const random = randomNumbers(durations.length);
  const factors = EIGHTHS.map((deviation) => Math.exp(SPREAD * deviation));
  const seconds = durations.map((duration) => {
    shuffle(factors, random);
    return Float64Array.of(duration, ...factors.map((factor) => duration * factor));
  });
  return { count: factors.length + 1, seconds: (node) => seconds[node] ?? new Float64Array(factors.length + 1) };
}

/** Fisher and Yates's shuffle. */
function shuffle(values: number[], random: (below: number) => number): void {
  for (let last = values.length - 1; last > 0; last -= 1) {
    const other = random(last + 1);
    const value = values[last] ?? 0;
    values[last] = values[other] ?? 0;
    values[other] = value;
  }
}

/** Whole numbers below a bound, of Marsaglia's xorshift (Journal of Statistical Software 8, 2003). */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed + 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** Sums of the same seconds in another order differ by less than this share. */
export const ROUNDING = 1e-9;

// What all scenarios of noise count together, beside the first.
const NOISE_SHARE = 0.15;

/**
 * What a part's spans lose in the mean of all scenarios, as a share: of each scenario's critical path, or of the limit
 * where that is longer. 0: nothing can be gained any more.
 */
export function lossIn(part: Part, limit: number, scenarios: Scenarios): (spans: Spans) => number {
  const spare = part.length > 0 ? Math.max(1, limit / part.length) : 1;
  const goals = criticalPaths(part, scenarios).map((seconds) => seconds * spare * (1 + ROUNDING));
  const noise = NOISE_SHARE / Math.max(1, scenarios.count - 1);
  return (spans) => {
    let loss = 0;
    for (const [scenario, goal] of goals.entries()) {
      const lost = (spans[scenario] ?? 0) - goal;
      if (lost > 0) loss += (lost / goal) * (scenario === 0 ? 1 - NOISE_SHARE : noise);
    }
    return loss;
  };
}

/** The part's critical path in each scenario. */
function criticalPaths({ nodes, predecessors }: Part, { count, seconds }: Scenarios): Spans {
  const longest = new Float64Array(count);
  const finish: Spans[] = [];
  for (const [at, node] of nodes.entries()) {
    const ends = new Float64Array(count);
    for (const before of predecessors[at] ?? []) raise(ends, finish[before]);
    const own = seconds(node);
    for (let scenario = 0; scenario < count; scenario += 1) {
      ends[scenario] = (ends[scenario] ?? 0) + (own[scenario] ?? 0);
    }
    raise(longest, ends);
    finish.push(ends);
  }
  return longest;
}

function raise(spans: Spans, by: Spans | undefined): void {
  for (let scenario = 0; scenario < spans.length; scenario += 1) {
    spans[scenario] = Math.max(spans[scenario] ?? 0, by?.[scenario] ?? 0);
  }
}
