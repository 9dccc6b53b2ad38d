import type { Compiled, CompileOptions } from '../compiler/compile.ts';
import { membersOf } from '../compiler/emit/frame.ts';
import { simulate, simulateCompiled } from '../simulate/index.ts';
import { noiseOf } from '../simulate/noise.ts';

/** How much longer a flow may take because its steps were not measured, estimated by guessing their seconds. */
export interface MissingProfile {
  readonly guesses: number;
  /** σ: a guess gives each step exp(N(0, σ)) seconds, two of three within a factor of e either way. */
  readonly sigma: number;
  /** How many times as long the flow takes as when it is arranged by the guess: the mean, and the most. */
  readonly mean: number;
  readonly worst: number;
}

const SIGMA = 1;
const SEED = 1;

/** Steps of all guesses together, so that large flows are explained within seconds too. */
const STEPS = 1_000;
const FEWEST = 3;
const MOST = 20;

/**
 * Guesses the seconds of a flow's steps. `unmeasured`: the flow, arranged as if each took the same. Undefined where there
 * is nothing to arrange.
 */
export async function guessProfiles(
  source: string,
  options: Omit<CompileOptions, 'profile'>,
  unmeasured: Compiled,
): Promise<MissingProfile | undefined> {
  const called = unmeasured.steps.flatMap((step) => (step.calls && !step.added ? membersOf(step) : []));
  if (called.length < 2) return undefined;
  const guesses = Math.max(FEWEST, Math.min(MOST, Math.floor(STEPS / called.length)));
  const ratios: number[] = [];
  for (let guess = 0; guess < guesses; guess += 1) {
    const secondsOf = noiseOf(SIGMA, SEED, guess);
    const profile = { steps: Object.fromEntries(called.map(({ id }) => [id, { seconds: secondsOf(id) }])) };
    const known = (await simulate(source, { ...options, profile })).simulation;
    const unknown = (await simulateCompiled(unmeasured, { ...options, profile })).simulation;
    // Without an input that makes steps run there is nothing to compare.
    if (!known || !unknown || known.makespanSeconds === 0) return undefined;
    ratios.push(unknown.makespanSeconds / known.makespanSeconds);
  }
  const mean = ratios.reduce((sum, ratio) => sum + ratio, 0) / guesses;
  return { guesses, sigma: SIGMA, mean, worst: Math.max(...ratios) };
}
