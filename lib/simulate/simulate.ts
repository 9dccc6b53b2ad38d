import { type Compiled, type CompiledStep, type CompileOptions, compile } from '../compiler/compile.ts';
import { membersOf } from '../compiler/emit/frame.ts';
import { durationsFrom, type Profile } from '../compiler/plan/durations.ts';
import type { Diagnostic } from '../diagnostics/diagnostics.ts';
import type { Json } from '../protocol/json.ts';
import type { OverheadName } from './overhead.ts';
import { type RunCost, totalUsd } from './price-run.ts';
import { simulateRuns } from './runs.ts';

/** What to simulate a flow with. */
export interface SimulateOptions extends Omit<CompileOptions, 'profile'> {
  /** What each step takes. @default each takes a second */
  readonly profile?: Profile;
  /** By what the steps are arranged. @default `profile` */
  readonly planProfile?: Profile;
  /** The model of what AWS itself takes. @default 'none' */
  readonly overhead?: OverheadName;
  /** σ of the noise on the steps' seconds, which are multiplied by exp(N(0, σ)). @default 0 */
  readonly noise?: number;
  /** How many runs. @default 1; with noise, 20 */
  readonly runs?: number;
  /** What the noise follows from. @default 1 */
  readonly seed?: number;
  /** @default the flow's first example, else one that fits its schema */
  readonly input?: Json;
  /** How many items a `map` has whose list is not written out. @default 1 */
  readonly items?: number;
  /** Finds out the MB of memory of components' functions. @default 512 each, what a function has that does not say */
  readonly memorySizes?: (steps: readonly CompiledStep[]) => Promise<(component: string) => number | undefined>;
}

/** What the simulated runs of a flow were: of several, the mean of each number. */
export interface Simulation {
  readonly name: string;
  readonly type: 'STANDARD' | 'EXPRESS';
  readonly runs: number;
  /** The steps that run, always or sometimes, those of flows inside steps and those that are part of others included. */
  readonly steps: number;
  /** Steps that ran in none of the runs. */
  readonly idle: readonly string[];
  readonly makespanSeconds: number;
  /** The longest way through the flow's graph with the same seconds: no arrangement takes less. */
  readonly criticalPathSeconds: number;
  /** The steps on it, in order; of several runs, in the longest. */
  readonly criticalSteps: readonly string[];
  /** What running level by level takes with the same seconds. */
  readonly levelSeconds: number;
  /** The mean of the runs' makespans over their own critical paths; 1 where no step takes any time. */
  readonly ratio: number;
  readonly levelRatio: number;
  /** States entered. */
  readonly transitions: number;
  readonly historyEvents: number;
  /** Of the state machine as compact JSON, its functions as placeholders; of a flow that is too large for one, of all. */
  readonly definitionBytes: number;
  /** How many state machines the flow needs: more than one where it is too large. */
  readonly machines: number;
  /** As the flow's own type, functions and S3 included. */
  readonly costUsd: number;
  readonly cost: RunCost & { readonly cheaper: 'STANDARD' | 'EXPRESS' };
}

/** A simulation, or why there is none. */
export interface Simulated {
  readonly simulation?: Simulation;
  /** How a simulated run failed: with other input it may not. */
  readonly failure?: { readonly error: string; readonly cause: string };
  readonly compiled: Compiled;
  readonly diagnostics: readonly Diagnostic[];
}

const DEFAULT_RUNS = 20;

/**
 * Compiles a flow and runs its state machine on a virtual clock, without components: each step takes the seconds of the
 * profile. What is wrong with the flow is in the diagnostics; nothing is thrown.
 */
export async function simulate(source: string, options: SimulateOptions = {}): Promise<Simulated> {
  const { profile, planProfile = profile } = options;
  return simulateCompiled(compile(source, { ...options, ...(planProfile && { profile: planProfile }) }), options);
}

/** The same of a flow that has been compiled. */
export async function simulateCompiled(
  compiled: Compiled,
  options: Omit<SimulateOptions, 'planProfile'> = {},
): Promise<Simulated> {
  const { profile, noise = 0 } = options;
  const { stateMachine, nestedMachines, sourceMap, plan, type, steps, absorbed, diagnostics } = compiled;
  if (!stateMachine || !plan) return { compiled, diagnostics };
  const memoryOf = await options.memorySizes?.(steps);
  const runs = await simulateRuns({
    ...options,
    ...(memoryOf && { memoryOf }),
    definitions: { stateMachine, nestedMachines, sourceMap },
    plan,
    type,
    steps,
    examples: compiled.examples,
    cost: durationsFrom(profile, steps.flatMap(membersOf)),
    runs: Math.max(1, options.runs ?? (noise > 0 ? DEFAULT_RUNS : 1)),
  });
  if ('failure' in runs) return { failure: runs.failure, compiled, diagnostics };
  const { cost } = runs;
  const cheaper: Simulation['type'] = totalUsd(cost, 'EXPRESS') < totalUsd(cost, 'STANDARD') ? 'EXPRESS' : 'STANDARD';
  const simulation = {
    name: compiled.name,
    type,
    steps: steps.filter(({ added }) => !added).length + absorbed.filter(({ never }) => !never).length,
    machines: nestedMachines.length + 1,
    ...runs,
    costUsd: totalUsd(cost, type),
    cost: { ...cost, cheaper },
  };
  return { simulation, compiled, diagnostics };
}
