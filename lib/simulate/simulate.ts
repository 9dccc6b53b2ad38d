import { type Compiled, type CompiledStep, type CompileOptions, compile } from '../compiler/compile.ts';
import { membersOf } from '../compiler/emit/frame.ts';
import { durationsFrom, type Profile } from '../compiler/plan/durations.ts';
import type { Diagnostic } from '../diagnostics/diagnostics.ts';
import type { Json } from '../protocol/json.ts';
import { withAbsorbed } from '../run/report/absorbed-steps.ts';
import type { OverheadName } from './overhead.ts';
import { type RunCost, totalUsd } from './price-run.ts';
import { type RunsFigures, simulateRuns } from './simulate-runs.ts';

/** The options of a simulation. */
export interface SimulateOptions extends Omit<CompileOptions, 'profile'> {
  /** How long each step takes. @default one second each */
  readonly profile?: Profile;
  /** The profile by which the steps are arranged. @default `profile` */
  readonly planProfile?: Profile;
  /** The model of the time that AWS itself takes. @default 'none' */
  readonly overhead?: OverheadName;
  /** σ of the noise on the steps' seconds, which are multiplied by exp(σ·z), z being standard normal. @default 0 */
  readonly noise?: number;
  /** How many runs. @default 1; with noise, 20 */
  readonly runs?: number;
  /** The seed of the noise. @default 1 */
  readonly seed?: number;
  /** @default the flow's first example, else a value that satisfies its schema */
  readonly input?: Json;
  /** How many items a `map` has if its list is not a literal. @default 1 */
  readonly items?: number;
  /** The calls of functions that the account allows at once: for {@link Simulation.concurrency}. @default any number */
  readonly concurrency?: number;
  /** Looks up the memory of components' functions, in MB. @default 512 each, the default of a function */
  readonly memorySizes?: (steps: readonly CompiledStep[]) => Promise<(component: string) => number | undefined>;
}

/** The results of the simulated runs of a flow; numbers are means over the runs. */
export interface Simulation extends Omit<RunsFigures, 'cost'> {
  readonly name: string;
  readonly type: 'STANDARD' | 'EXPRESS';
  /** The number of steps that always or sometimes run, including those of inner flows and those absorbed into others. */
  readonly steps: number;
  /** How many state machines the flow has: more than one if it is too large for one. */
  readonly machines: number;
  /** As the flow's own type, including functions and S3. */
  readonly costUsd: number;
  readonly cost: RunCost & {
    /** The cheaper type; never an Express workflow that the flow does not fit. */
    readonly cheaper: 'STANDARD' | 'EXPRESS';
  };
}

/** A simulation, or why there is none. */
export interface Simulated {
  readonly simulation?: Simulation;
  /** How a simulated run failed; it may succeed with other input. */
  readonly failure?: { readonly error: string; readonly cause: string };
  readonly compiled: Compiled;
  readonly diagnostics: readonly Diagnostic[];
}

const DEFAULT_RUNS = 20;

/**
 * Compiles a flow and runs its state machine on a virtual clock, without calling components: each step takes the seconds of
 * the profile. Errors of the flow are in the diagnostics; nothing is thrown.
 */
export async function simulate(source: string, options: SimulateOptions = {}): Promise<Simulated> {
  const { profile, planProfile = profile } = options;
  return simulateCompiled(compile(source, { ...options, ...(planProfile && { profile: planProfile }) }), options);
}

/** Like {@link simulate}, for a compiled flow. */
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
    durations: durationsFrom(profile, steps.flatMap(membersOf)),
    runs: Math.max(1, options.runs ?? (noise > 0 ? DEFAULT_RUNS : 1)),
  });
  if ('failure' in runs) return { failure: runs.failure, compiled, diagnostics };
  const { cost } = runs;
  const isExpressCheaper = cost.express.fits && totalUsd(cost, 'EXPRESS') < totalUsd(cost, 'STANDARD');
  const cheaper: Simulation['type'] = isExpressCheaper ? 'EXPRESS' : 'STANDARD';
  const simulation = {
    name: compiled.name,
    type,
    steps: steps.filter(({ added }) => !added).length + absorbed.filter(({ never }) => !never).length,
    machines: nestedMachines.length + 1,
    ...runs,
    timeline: withAbsorbed(runs.timeline, absorbed, { failed: undefined, hasRun: true }),
    costUsd: totalUsd(cost, type),
    cost: { ...cost, cheaper },
  };
  return { simulation, compiled, diagnostics };
}
