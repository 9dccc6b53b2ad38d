import { bytesOfMachines } from '../asl/sizes.ts';
import type { Compiled } from '../compiler/compile.ts';
import { membersOf } from '../compiler/emit/frame.ts';
import type { Profile, ProfileSource } from '../compiler/plan/durations.ts';
import type { HistoryEvent } from '../engine/types.ts';
import { DEFAULT_MEMORY_MB } from '../project/components/requirements.ts';
import type { Json } from '../protocol/json.ts';
import type { BilledCalls } from './billed-calls.ts';
import { type PricedDefinitions, priceRun, totalUsd } from './price-run.ts';
import { type BesideHistory, type MeteredRun, RunMeter } from './run-meter.ts';
import { meanStepCosts, type StepCost, stepCosts } from './step-costs.ts';

/** What a step takes in a run, all of its calls together. */
export interface StepFigures {
  readonly calls: number;
  readonly seconds: number;
  /** What its calls are sent and answer, as JSON; null where no profile says. */
  readonly bytes: number | null;
  readonly usd: number;
  /** Of measured calls, what Lambda reports of them; absent where no report was read. */
  readonly billed?: BilledCalls;
}

/** A step as the simulation predicts it, beside what was measured; null where it did not run. */
export interface CostRow {
  readonly step: string;
  readonly component: string;
  readonly predicted: StepFigures | null;
  readonly measured: StepFigures | null;
}

/** What was measured of runs of a flow: means over them. */
export interface MeasuredRuns {
  readonly source: ProfileSource;
  readonly makespanSeconds: number;
  /** As the flow's own type, functions and S3 included. */
  readonly costUsd: number;
  /** Calls of functions that Lambda charges for. */
  readonly calls: number;
  /** State transitions, those of executions that it started included. */
  readonly transitions: number;
  readonly steps: readonly StepCost[];
}

/** The history of a run, and what else is known of it. */
export interface MeasuredRun extends BesideHistory {
  readonly events: readonly HistoryEvent[];
}

/** The flow whose runs are priced, and the memory of its functions. */
export interface PricedFlow {
  readonly compiled: Pick<Compiled, 'stateMachine' | 'nestedMachines' | 'sourceMap' | 'steps' | 'type'>;
  /** In MB; by default, that of a function. */
  readonly memoryOf: (component: string) => number | undefined;
}

/** Meters one run of a flow, local or deployed. */
export function meterOf({ compiled }: Pick<PricedFlow, 'compiled'>, beside: BesideHistory = {}): RunMeter {
  const components = new Map(compiled.steps.flatMap(membersOf).map(({ id, component }) => [id, component]));
  return new RunMeter({ states: compiled.sourceMap.states, componentOf: (step) => components.get(step) }, beside);
}

/** The price of a metered run as its flow's own type, in US dollars. */
export const costOf = (flow: PricedFlow, run: MeteredRun, input: Json): number =>
  totalUsd(priceRun(pricedDefinitions(flow), { assumed: { input } }, run), flow.compiled.type);

function pricedDefinitions({ compiled, memoryOf }: PricedFlow): PricedDefinitions {
  const { stateMachine, nestedMachines } = compiled;
  const definitions = [...(stateMachine ? [stateMachine] : []), ...nestedMachines.map((one) => one.stateMachine)];
  return {
    definitions,
    definitionBytes: bytesOfMachines(definitions),
    memoryOf: (component) => memoryOf(component) ?? DEFAULT_MEMORY_MB,
  };
}

/** Measures runs by their events, of which there is at least one. */
export function measureRuns(flow: PricedFlow, runs: readonly MeasuredRun[], source: ProfileSource): MeasuredRuns {
  const { memoryOf } = pricedDefinitions(flow);
  const metered = runs.map(({ events, ...beside }) => {
    const meter = meterOf(flow, beside);
    for (const event of events) meter.observe(event);
    return { run: meter.run(), input: inputOf(events) };
  });
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    source,
    makespanSeconds: mean(metered.map(({ run }) => run.seconds)),
    costUsd: mean(metered.map(({ run, input }) => costOf(flow, run, input))),
    calls: mean(metered.map(({ run }) => run.calls.reduce((sum, { times }) => sum + times, 0))),
    transitions: mean(metered.map(({ run }) => run.transitions)),
    steps: meanStepCosts(metered.map(({ run }) => stepCosts({ memoryOf }, run, flow.compiled.type))),
  };
}

const inputOf = ([first]: readonly HistoryEvent[]): Json => first?.details.input ?? {};

/** The steps with what is predicted and what was measured of them, in the order in which they run. */
export function costRows(
  predicted: readonly StepCost[],
  profile: Profile = {},
  measured: readonly StepCost[] = [],
): readonly CostRow[] {
  const found = new Map(measured.map((cost) => [cost.step, cost]));
  const known = new Set(predicted.map(({ step }) => step));
  const rows = predicted.map((cost): CostRow => {
    const own = found.get(cost.step);
    const { step, component } = cost;
    return {
      step,
      component,
      predicted: figuresOf(cost, bytesIn(profile, cost)),
      measured: own ? figuresOf(own, own.bytes) : null,
    };
  });
  const others = measured.filter(({ step }) => !known.has(step));
  return [
    ...rows,
    ...others.map((cost): CostRow => {
      const { step, component, bytes } = cost;
      return { step, component, predicted: null, measured: figuresOf(cost, bytes) };
    }),
  ];
}

const figuresOf = ({ calls, seconds, usd, billed }: StepCost, bytes: number | undefined): StepFigures => {
  return { calls, seconds, bytes: bytes ?? null, usd, ...(billed && { billed }) };
};

/** The bytes of a step's calls by its profile. */
function bytesIn({ steps = {} }: Profile, { step, calls }: StepCost): number | undefined {
  const timing = Object.hasOwn(steps, step) ? steps[step] : undefined;
  const { inputBytes, outputBytes } = timing ?? {};
  return inputBytes === undefined && outputBytes === undefined
    ? undefined
    : calls * ((inputBytes ?? 0) + (outputBytes ?? 0));
}
