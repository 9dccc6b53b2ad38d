import type { Part } from './dag.ts';

/** The makespan of steps or of a tree of them in each scenario, in seconds. */
export type Makespans = Float64Array;

/**
 * How long each step takes in several scenarios. In the first, each takes its own duration. In the others, each duration is
 * multiplied by a random factor, because no step takes the same time twice.
 */
export interface Scenarios {
  readonly count: number;
  /** The seconds of a node in each scenario. */
  readonly seconds: (node: number) => Makespans;
}

// The medians of the eight equally likely intervals (octiles) of the standard normal distribution.
const OCTILE_MEDIANS = [-1.534, -0.887, -0.489, -0.157, 0.157, 0.489, 0.887, 1.534];

// The standard deviation of the logarithm of a step's seconds from run to run: two thirds of the runs take between 0.6 and
// 1.65 of the median.
const DEVIATION = 0.5;

/** The durations alone. */
export function oneScenario(durations: readonly number[]): Scenarios {
  const seconds = durations.map((duration) => Float64Array.of(duration));
  return { count: 1, seconds: (node) => seconds[node] ?? new Float64Array(1) };
}

/**
 * The durations, and eight noisy scenarios. Each step has each of eight factors in one of them, in random order: a Latin
 * hypercube sample, of which few scenarios tell as much as many independent ones (McKay, Beckman and Conover, Technometrics
 * 21, 1979). Equal numbers of steps have equal factors, so that the result is deterministic.
 */
export function noisyScenarios(durations: readonly number[]): Scenarios {
  const random = randomNumbers(durations.length);
  const factors = OCTILE_MEDIANS.map((deviation) => Math.exp(DEVIATION * deviation));
  const seconds = durations.map((duration) => {
    shuffle(factors, random);
    return Float64Array.of(duration, ...factors.map((factor) => duration * factor));
  });
  return { count: factors.length + 1, seconds: (node) => seconds[node] ?? new Float64Array(factors.length + 1) };
}

/** The Fisher–Yates shuffle. */
function shuffle(values: number[], random: (below: number) => number): void {
  for (let last = values.length - 1; last > 0; last -= 1) {
    const other = random(last + 1);
    const value = values[last] ?? 0;
    values[last] = values[other] ?? 0;
    values[other] = value;
  }
}

/** Random integers below a bound, by Marsaglia's xorshift (Journal of Statistical Software 8, 2003). */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed + 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** Sums of the same seconds in another order differ by less than this share, by rounding. */
export const ROUNDING = 1e-9;

// The share of all noisy scenarios together in the loss; the first scenario has the rest.
const NOISE_SHARE = 0.15;

/**
 * The loss of a part's makespans, averaged over the scenarios, as a share: of each scenario's critical path, or of the limit
 * if that is longer. 0: no arrangement is better.
 */
export function lossIn(part: Part, limit: number, scenarios: Scenarios): (makespans: Makespans) => number {
  const spare = part.length > 0 ? Math.max(1, limit / part.length) : 1;
  const goals = criticalPaths(part, scenarios).map((seconds) => seconds * spare * (1 + ROUNDING));
  const noise = NOISE_SHARE / Math.max(1, scenarios.count - 1);
  return (makespans) => {
    let loss = 0;
    for (const [scenario, goal] of goals.entries()) {
      const lost = (makespans[scenario] ?? 0) - goal;
      if (lost > 0) loss += (lost / goal) * (scenario === 0 ? 1 - NOISE_SHARE : noise);
    }
    return loss;
  };
}

/** The part's critical path in each scenario. */
function criticalPaths({ nodes, predecessors }: Part, { count, seconds }: Scenarios): Makespans {
  const longest = new Float64Array(count);
  const finish: Makespans[] = [];
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

function raise(makespans: Makespans, by: Makespans | undefined): void {
  for (let scenario = 0; scenario < makespans.length; scenario += 1) {
    makespans[scenario] = Math.max(makespans[scenario] ?? 0, by?.[scenario] ?? 0);
  }
}
