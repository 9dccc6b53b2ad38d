import type { StateMachine } from '../asl/state-machine.ts';
import type { CompiledStep } from '../compiler/compile.ts';
import { membersOf } from '../compiler/emit/frame.ts';
import type { Durations } from '../compiler/plan/durations.ts';
import type { FlowTimes } from '../compiler/plan/paths.ts';
import type { Plan } from '../compiler/plan/plan.ts';
import type { SourceMap } from '../compiler/source-map.ts';
import { DefinitionError } from '../engine/index.ts';
import type { Example } from '../flow/flow.ts';
import { DEFAULT_MEMORY_MB } from '../project/components/requirements.ts';
import type { Json } from '../protocol/json.ts';
import { noiseOf } from './noise.ts';
import type { OverheadName } from './overhead.ts';
import { type Priced, priceRun, type RunCost } from './price-run.ts';
import { type Definitions, loadSimulated, type MachineRun, runMachine } from './run-machine.ts';
import { graphTimes } from './run-times.ts';
import { type StandIns, standInsFor } from './stand-ins.ts';

/** What to run how often. */
export interface RunsOptions {
  readonly definitions: Definitions;
  readonly plan: Plan;
  readonly type: 'STANDARD' | 'EXPRESS';
  readonly steps: readonly CompiledStep[];
  readonly examples: readonly Example[];
  readonly cost: Durations;
  readonly runs: number;
  readonly overhead?: OverheadName;
  readonly noise?: number;
  readonly seed?: number;
  readonly input?: Json;
  readonly items?: number;
  readonly memoryOf?: (component: string) => number | undefined;
}

/** The figures of several runs: of each number the mean, of what fits what is so in the longest run. */
export interface RunsFigures {
  readonly runs: number;
  readonly idle: readonly string[];
  readonly makespanSeconds: number;
  readonly criticalPathSeconds: number;
  readonly criticalSteps: readonly string[];
  readonly levelSeconds: number;
  readonly ratio: number;
  readonly levelRatio: number;
  readonly transitions: number;
  readonly historyEvents: number;
  readonly definitionBytes: number;
  readonly cost: RunCost;
}

/** Why there are no figures. */
export interface RunsFailure {
  readonly failure: { readonly error: string; readonly cause: string };
}

/** Runs a state machine so often, or until a run fails. One that AWS would refuse fails before. */
export async function simulateRuns(options: RunsOptions): Promise<RunsFigures | RunsFailure> {
  try {
    return await runAll(options);
  } catch (error) {
    if (!(error instanceof DefinitionError)) throw error;
    return { failure: { error: 'InvalidDefinition', cause: error.message } };
  }
}

async function runAll(options: RunsOptions): Promise<RunsFigures | RunsFailure> {
  const { definitions, plan, type, overhead = 'none', noise = 0, seed = 1, memoryOf } = options;
  const { standIns, stateMachine } = prepare(options);
  const simulated = loadSimulated({ ...definitions, stateMachine }, { type, standIns, overhead });
  const all = [definitions.stateMachine, ...definitions.nestedMachines.map((nested) => nested.stateMachine)];
  const bytes = all.reduce((sum, one) => sum + Buffer.byteLength(JSON.stringify(one)), 0);
  const memory = (component: string): number => memoryOf?.(component) ?? DEFAULT_MEMORY_MB;
  const priced: Priced = { definitions: all, bytes, memoryOf: memory };
  const added = new Set(options.steps.filter((step) => step.added).map(({ id }) => id));
  const done: One[] = [];
  for (let number = 0; number < options.runs; number += 1) {
    const factor = noiseOf(noise, seed, number);
    const secondsOf = (id: string, component: string): number => options.cost({ id, component }) * factor(id);
    const run = await runMachine(simulated, secondsOf);
    const { status, error = status, cause = '' } = run;
    if (status !== 'SUCCEEDED') return { failure: { error, cause } };
    const times = graphTimes(plan, run);
    const longest = times.longest.filter((id) => !added.has(id));
    done.push({ run, times: { ...times, longest }, cost: priceRun(priced, simulated, run) });
  }
  return { ...figures(done), definitionBytes: bytes, idle: idleSteps(options.steps, done) };
}

/** Input that was made up need not pass the flow's check of it: where it would not, the check lets everything pass. */
function prepare({ definitions, plan, input, items = 1, examples }: RunsOptions): {
  readonly standIns: StandIns;
  readonly stateMachine: StateMachine;
} {
  const standIns = standInsFor(plan, items);
  const { stateMachine, sourceMap } = definitions;
  const given = input ?? examples[0]?.input;
  if (given !== undefined) return { standIns: { ...standIns, input: given }, stateMachine };
  return { standIns, stateMachine: withoutInputCheck(stateMachine, sourceMap.states) };
}

/** The Choice that checks the input stays, and always goes on. */
function withoutInputCheck(machine: StateMachine, states: SourceMap['states']): StateMachine {
  const { StartAt, States } = machine;
  const first = States[StartAt];
  if (states[StartAt]?.role !== 'input-check' || first?.Type !== 'Choice') return machine;
  const Choices = first.Choices.map((rule) => ({ ...rule, Condition: '{% false %}' }));
  return { ...machine, States: { ...States, [StartAt]: { ...first, Choices } } };
}

/** One run, and what follows from it. */
interface One {
  readonly run: MachineRun;
  readonly times: FlowTimes;
  readonly cost: RunCost;
}

function figures(done: readonly One[]): Omit<RunsFigures, 'definitionBytes' | 'idle'> {
  const mean = (pick: (one: One) => number): number =>
    tidy(done.reduce((sum, one) => sum + pick(one), 0) / done.length);
  return {
    runs: done.length,
    makespanSeconds: mean(({ run }) => run.seconds),
    criticalPathSeconds: mean(({ times }) => times.critical),
    criticalSteps: longestOf(done).times.longest,
    levelSeconds: mean(({ times }) => times.byLevel),
    ratio: mean(({ run, times }) => ratio(run.seconds, times.critical)),
    levelRatio: mean(({ times }) => ratio(times.byLevel, times.critical)),
    transitions: mean(({ run }) => run.transitions),
    historyEvents: mean(({ run }) => run.events),
    cost: meanCost(done),
  };
}

function meanCost(done: readonly One[]): RunCost {
  const mean = (pick: (cost: RunCost) => number): number =>
    done.reduce((sum, { cost }) => sum + pick(cost), 0) / done.length;
  const longest = longestOf(done).cost;
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

/** There is one: a simulation has at least one run. */
const longestOf = (done: readonly One[]): One =>
  done.reduce((most, one) => (one.run.seconds > most.run.seconds ? one : most));

const ratio = (seconds: number, critical: number): number => (critical > 0 ? seconds / critical : 1);

/** Without what sums of floating-point numbers leave behind. */
const tidy = (value: number): number => Math.round(value * 1e9) / 1e9;

function idleSteps(steps: readonly CompiledStep[], done: readonly One[]): readonly string[] {
  const called = new Set(done.flatMap(({ run }) => run.calls.flatMap(({ links }) => links.map(({ step }) => step))));
  const own = steps.filter(({ calls, added }) => calls && !added).flatMap(membersOf);
  return own.flatMap(({ id }) => (called.has(id) ? [] : [id]));
}
