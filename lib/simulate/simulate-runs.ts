import { bytesOfMachines } from '../asl/sizes.ts';
import type { StateMachine } from '../asl/state-machine.ts';
import type { CompiledStep } from '../compiler/compile.ts';
import { membersOf } from '../compiler/emit/frame.ts';
import { evaluated, FALSE } from '../compiler/emit/jsonata/jsonata.ts';
import type { Durations } from '../compiler/plan/durations.ts';
import type { FlowTimes } from '../compiler/plan/paths.ts';
import type { Plan } from '../compiler/plan/plan.ts';
import type { SourceMap } from '../compiler/source-map.ts';
import { DefinitionError } from '../engine/index.ts';
import type { Example } from '../flow/flow.ts';
import { DEFAULT_MEMORY_MB } from '../project/components/requirements.ts';
import type { Json } from '../protocol/json.ts';
import type { StepReport } from '../run/report/events.ts';
import { StepTracker } from '../run/report/track.ts';
import { writtenSteps } from '../run/report/written-steps.ts';
import { type AssumedValues, assumedValues } from './assumed-values.ts';
import { graphTimes } from './graph-times.ts';
import {
  type ConcurrencyFigures,
  type LimitedFigures,
  type LimitedRun,
  limitedFigures,
  withoutBounds,
} from './limited-runs.ts';
import { noiseFactors } from './noise.ts';
import { levelOverhead, OVERHEADS, type OverheadName } from './overhead.ts';
import { type PricedDefinitions, priceRun, type RunCost, totalUsd } from './price-run.ts';
import { type Definitions, loadSimulated, type MachineRun, type RunConditions, runMachine } from './run-machine.ts';
import { meanStepCosts, type StepCost, stepCosts } from './step-costs.ts';

/** The state machine to run, how often, and with which model of durations and overheads. */
export interface RunsOptions {
  readonly definitions: Definitions;
  readonly plan: Plan;
  readonly type: 'STANDARD' | 'EXPRESS';
  readonly steps: readonly CompiledStep[];
  readonly examples: readonly Example[];
  readonly durations: Durations;
  readonly runs: number;
  readonly overhead?: OverheadName;
  readonly noise?: number;
  readonly seed?: number;
  readonly input?: Json;
  readonly items?: number;
  readonly memoryOf?: (component: string) => number | undefined;
  /** The calls that the account allows at once: for {@link RunsFigures.concurrency}. */
  readonly concurrency?: number;
}

/** The figures of several runs: numbers are means; obstacles and critical steps are those of the longest run. */
export interface RunsFigures {
  readonly runs: number;
  /** Steps that ran in none of the runs. */
  readonly idle: readonly string[];
  readonly makespanSeconds: number;
  /** The longest path through the flow's graph with the same seconds: no arrangement is faster. */
  readonly criticalPathSeconds: number;
  /** The steps on the critical path, in order; of several runs, that of the longest. */
  readonly criticalSteps: readonly string[];
  /** The time of a level-by-level arrangement with the same seconds. */
  readonly levelSeconds: number;
  /** The mean of each run's makespan divided by its critical path; 1 if no step takes any time. */
  readonly ratio: number;
  readonly levelRatio: number;
  /** States entered. */
  readonly transitions: number;
  readonly historyEvents: number;
  /** Bytes of the state machine and its nested ones as compact JSON, with placeholders for functions. */
  readonly definitionBytes: number;
  readonly cost: RunCost;
  /** What each step takes and costs; together less than the whole, which has states that are for no single step. */
  readonly stepCosts: readonly StepCost[];
  /** When the steps of the first run started and ended. */
  readonly timeline: readonly StepReport[];
  /** Milliseconds of all steps of the first run together: of a step that runs others, those of these. */
  readonly workMs: number;
  /** What a limit of concurrent calls does, where one is given. All other figures are without it. */
  readonly concurrency?: ConcurrencyFigures;
}

/** Why there are no figures. */
export interface RunsFailure {
  readonly failure: { readonly error: string; readonly cause: string };
}

/** Runs a state machine `runs` times, or until a run fails. A definition that AWS would refuse is a failure too. */
export async function simulateRuns(options: RunsOptions): Promise<RunsFigures | RunsFailure> {
  try {
    return await runAll(options);
  } catch (error) {
    if (!(error instanceof DefinitionError)) throw error;
    return { failure: { error: 'InvalidDefinition', cause: error.message } };
  }
}

async function runAll(options: RunsOptions): Promise<RunsFigures | RunsFailure> {
  const { definitions, plan, type, overhead = 'none', memoryOf } = options;
  const { assumed, stateMachine } = prepare(options);
  const simulated = loadSimulated({ ...definitions, stateMachine }, { type, assumed, overhead });
  const all = [definitions.stateMachine, ...definitions.nestedMachines.map((nested) => nested.stateMachine)];
  const definitionBytes = bytesOfMachines(all);
  const memory = (component: string): number => memoryOf?.(component) ?? DEFAULT_MEMORY_MB;
  const priced: PricedDefinitions = { definitions: all, definitionBytes, memoryOf: memory };
  const added = new Set(options.steps.filter((step) => step.added).map(({ id }) => id));
  const tracker = new StepTracker(options.steps, definitions.sourceMap.states, () => {});
  let timeline: readonly StepReport[] = [];
  let workMs = 0;
  const runs: SimulatedRun[] = [];
  for (let number = 0; number < options.runs; number += 1) {
    const isFirst = number === 0;
    const run = await runMachine(simulated, {
      secondsOf: secondsIn(options, number),
      ...(isFirst && { onEvent: (event) => tracker.observe(event) }),
    });
    if (isFirst) {
      timeline = writtenSteps(tracker.finish(run.seconds * 1000), options.steps);
      workMs = tracker.work().ms + run.roundsSeconds * 1000;
    }
    const { status, error = status, cause = '' } = run;
    if (status !== 'SUCCEEDED') return { failure: { error, cause } };
    const times = graphTimes(plan, run, levelOverhead(type, OVERHEADS[overhead]));
    const longest = times.longest.filter((id) => !added.has(id));
    runs.push({
      run,
      times: { ...times, longest },
      cost: priceRun(priced, simulated, run),
      perStep: stepCosts(priced, run, type),
    });
  }
  const concurrency = await underLimit(options, { definitions: { ...definitions, stateMachine }, assumed, priced });
  return {
    ...figures(runs),
    ...{ timeline, workMs },
    definitionBytes,
    idle: idleSteps(options.steps, runs),
    ...(concurrency && { concurrency }),
  };
}

/** What is simulated, and how it is priced. */
interface Prepared {
  readonly definitions: Definitions;
  readonly assumed: AssumedValues;
  readonly priced: PricedDefinitions;
}

/** Runs a state machine in an account with a limit of concurrent calls, with and without the bounds of its Maps. */
async function underLimit(options: RunsOptions, prepared: Prepared): Promise<ConcurrencyFigures | undefined> {
  const { concurrency: limit, type, overhead = 'none' } = options;
  if (limit === undefined) return undefined;
  const run = async (definitions: Definitions): Promise<LimitedFigures> => {
    const simulated = loadSimulated(definitions, { type, assumed: prepared.assumed, overhead });
    const runs: LimitedRun[] = [];
    for (let number = 0; number < options.runs; number += 1) {
      const run = await runMachine(simulated, { secondsOf: secondsIn(options, number), concurrency: limit });
      runs.push({ run, costUsd: totalUsd(priceRun(prepared.priced, simulated, run), type) });
    }
    return limitedFigures(runs);
  };
  return { limit, bounded: await run(prepared.definitions), unbounded: await run(withoutBounds(prepared.definitions)) };
}

/** The seconds of each step in a run. */
function secondsIn({ durations, noise = 0, seed = 1 }: RunsOptions, run: number): RunConditions['secondsOf'] {
  const factor = noiseFactors(noise, seed, run);
  return (id, component) => durations({ id, component }) * factor(id);
}

/** Assumed input need not satisfy the flow's input schema, so its input check is disabled unless input is given. */
function prepare({ definitions, plan, input, items = 1, examples }: RunsOptions): {
  readonly assumed: AssumedValues;
  readonly stateMachine: StateMachine;
} {
  const assumed = assumedValues(plan, items);
  const { stateMachine, sourceMap } = definitions;
  const given = input ?? examples[0]?.input;
  if (given !== undefined) return { assumed: { ...assumed, input: given }, stateMachine };
  return { assumed, stateMachine: withoutInputCheck(stateMachine, sourceMap.states) };
}

/** Keeps the Choice that checks the input, with conditions that never match, so that it always takes its default. */
function withoutInputCheck(machine: StateMachine, states: SourceMap['states']): StateMachine {
  const { StartAt, States } = machine;
  const first = States[StartAt];
  if (states[StartAt]?.role !== 'input-check' || first?.Type !== 'Choice') return machine;
  const Choices = first.Choices.map((rule) => ({ ...rule, Condition: evaluated(FALSE) }));
  return { ...machine, States: { ...States, [StartAt]: { ...first, Choices } } };
}

/** One run, with its times and its price. */
interface SimulatedRun {
  readonly run: MachineRun;
  readonly times: FlowTimes;
  readonly cost: RunCost;
  readonly perStep: readonly StepCost[];
}

function figures(
  runs: readonly SimulatedRun[],
): Omit<RunsFigures, 'definitionBytes' | 'idle' | 'timeline' | 'workMs' | 'concurrency'> {
  const mean = (pick: (one: SimulatedRun) => number): number =>
    tidy(runs.reduce((sum, one) => sum + pick(one), 0) / runs.length);
  return {
    runs: runs.length,
    makespanSeconds: mean(({ run }) => run.seconds),
    criticalPathSeconds: mean(({ times }) => times.critical),
    criticalSteps: longestOf(runs).times.longest,
    levelSeconds: mean(({ times }) => times.byLevel),
    ratio: mean(({ run, times }) => ratio(run.seconds, times.critical)),
    levelRatio: mean(({ times }) => ratio(times.byLevel, times.critical)),
    transitions: mean(({ run }) => run.transitions),
    historyEvents: mean(({ run }) => run.events),
    cost: meanCost(runs),
    stepCosts: meanStepCosts(runs.map(({ perStep }) => perStep)),
  };
}

function meanCost(runs: readonly SimulatedRun[]): RunCost {
  const mean = (pick: (cost: RunCost) => number): number =>
    runs.reduce((sum, { cost }) => sum + pick(cost), 0) / runs.length;
  const longest = longestOf(runs).cost;
  return {
    standard: { ...longest.standard, usd: mean(({ standard }) => standard.usd) },
    express: {
      ...longest.express,
      usd: mean(({ express }) => express.usd),
      billedSeconds: tidy(mean(({ express }) => express.billedSeconds)),
    },
    functions: {
      usd: mean(({ functions }) => functions.usd),
      requests: mean(({ functions }) => functions.requests),
      gbSeconds: tidy(mean(({ functions }) => functions.gbSeconds)),
    },
    s3: { usd: mean(({ s3 }) => s3.usd), puts: mean(({ s3 }) => s3.puts), gets: mean(({ s3 }) => s3.gets) },
  };
}

/** The longest run; there is at least one. */
const longestOf = (runs: readonly SimulatedRun[]): SimulatedRun =>
  runs.reduce((most, one) => (one.run.seconds > most.run.seconds ? one : most));

const ratio = (seconds: number, critical: number): number => (critical > 0 ? seconds / critical : 1);

/** Rounded to 9 decimals, to remove floating-point errors. */
const tidy = (value: number): number => Math.round(value * 1e9) / 1e9;

function idleSteps(steps: readonly CompiledStep[], runs: readonly SimulatedRun[]): readonly string[] {
  const called = new Set(runs.flatMap(({ run }) => run.calls.flatMap(({ links }) => links.map(({ step }) => step))));
  const own = steps.filter(({ calls, added }) => calls && !added).flatMap(membersOf);
  return own.flatMap(({ id }) => (called.has(id) ? [] : [id]));
}
