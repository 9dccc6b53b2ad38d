import { type Compiled, type CompileOptions, compileFlow } from '../compiler/compile.ts';
import { membersOf } from '../compiler/emit/frame.ts';
import type { Json } from '../protocol/json.ts';
import { simulateCompiled } from '../simulate/index.ts';
import { noiseFactors } from '../simulate/noise.ts';

/** How much longer a flow may take without a profile, estimated with random durations. */
export interface MissingProfile {
  readonly guesses: number;
  /** σ: a guess gives each step exp(σ·z) seconds, z being standard normal; with σ = 1, two of three are between 1/e and e. */
  readonly sigma: number;
  /** The ratio of the makespan to that of the arrangement by the guess: the mean and the maximum. */
  readonly mean: number;
  readonly worst: number;
}

const SIGMA = 1;
const SEED = 1;

/** The number of steps simulated in all guesses together, so that large flows are explained within seconds. */
const STEPS_OF_ALL_GUESSES = 1_000;
const MIN_GUESSES = 3;
const MAX_GUESSES = 20;

/**
 * Simulates a flow, with the given input, with random durations of its steps. `unmeasured`: the flow arranged as if all durations were equal.
 * Undefined if there is nothing to arrange.
 */
export async function guessProfiles(
  options: Omit<CompileOptions, 'profile'>,
  unmeasured: Compiled,
  given: { readonly input?: Json } = {},
): Promise<MissingProfile | undefined> {
  const called = unmeasured.steps.flatMap((step) => (step.calls && !step.added ? membersOf(step) : []));
  const { flow } = unmeasured;
  if (!flow || called.length < 2) return undefined;
  const read = { file: flow.file, flow, diagnostics: [] };
  const guesses = Math.max(MIN_GUESSES, Math.min(MAX_GUESSES, Math.floor(STEPS_OF_ALL_GUESSES / called.length)));
  const ratios: number[] = [];
  for (let guess = 0; guess < guesses; guess += 1) {
    const secondsOf = noiseFactors(SIGMA, SEED, guess);
    const profile = { steps: Object.fromEntries(called.map(({ id }) => [id, { seconds: secondsOf(id) }])) };
    const simulated = { ...options, ...given, profile };
    const { simulation: known } = await simulateCompiled(compileFlow(read, { ...options, profile }), simulated);
    const { simulation: unknown } = await simulateCompiled(unmeasured, simulated);
    // If no step runs with the assumed input, there is nothing to compare.
    if (!known || !unknown || known.makespanSeconds === 0) return undefined;
    ratios.push(unknown.makespanSeconds / known.makespanSeconds);
  }
  const mean = ratios.reduce((sum, ratio) => sum + ratio, 0) / guesses;
  return { guesses, sigma: SIGMA, mean, worst: Math.max(...ratios) };
}
