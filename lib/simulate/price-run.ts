import type { State, StateMachine } from '../asl/state-machine.ts';
import { statesIn } from '../asl/walk-states.ts';
import { jsonBytes } from '../engine/execution/limits.ts';
import type { Json } from '../protocol/json.ts';
import { QUOTAS } from '../protocol/quotas.ts';
import { gbSecondsOf, type ReportedCall, secondsOfFunction } from './billed-calls.ts';
import { type ExpressItems, roundedUp } from './express-items.ts';
import { BILLING, PRICES } from './prices.ts';
import type { MachineRun, SimulatedCall } from './run-machine.ts';

/** The price of a run as one type of workflow, without functions and S3, and whether the flow can be of that type. */
export interface TypeCost {
  readonly usd: number;
  readonly fits: boolean;
  /** Why it does not fit, as sentences for users. */
  readonly obstacles: readonly string[];
}

/** The price of a run, in US dollars. See prices.ts for what is included. */
export interface RunCost {
  readonly standard: TypeCost & { readonly items?: ItemsCost };
  readonly express: TypeCost & { readonly billedSeconds: number; readonly billedMb: number };
  readonly functions: { readonly usd: number; readonly requests: number; readonly gbSeconds: number };
  readonly s3: { readonly usd: number; readonly puts: number; readonly gets: number };
}

/** The price of the Express executions that run the items of distributed Maps; part of that of the run. */
export interface ItemsCost extends ExpressItems {
  readonly usd: number;
}

/** The state machines whose run is priced. */
export interface PricedDefinitions {
  /** The definitions of the flow's state machine and of the nested ones. */
  readonly definitions: readonly StateMachine[];
  /** Bytes of all definitions as compact JSON. */
  readonly definitionBytes: number;
  /** The memory of a component's function, in MB. */
  readonly memoryOf: (component: string) => number;
}

/** What AWS charges for of a run, simulated or measured. */
export interface PricedRun
  extends Pick<MachineRun, 'transitions' | 'seconds' | 'events' | 'iterations' | 'objects' | 'expressItems'> {
  readonly calls: readonly (SimulatedCall & ReportedCall)[];
  /** The transitions that are for a single step, by the step's id. */
  readonly transitionsOf: ReadonlyMap<string, number>;
}

/** The input of a run, on which the memory of an Express one depends. */
interface WithInput {
  readonly assumed: { readonly input: Json };
}

/** Prices a run. */
export function priceRun(priced: PricedDefinitions, simulated: WithInput, run: PricedRun): RunCost {
  const shared = sharedObstacles(run);
  return {
    standard: { ...standardCost(priced, run), ...fitting([...shared, ...standardObstacles(run)]) },
    express: { ...expressCost(priced, simulated, run), ...fitting([...shared, ...expressObstacles(priced, run)]) },
    functions: functionsCost(priced, run),
    s3: s3Cost(run),
  };
}

/** The total price of a run as one type of workflow. */
export const totalUsd = (cost: RunCost, type: 'STANDARD' | 'EXPRESS'): number =>
  (type === 'EXPRESS' ? cost.express.usd : cost.standard.usd) + cost.functions.usd + cost.s3.usd;

const fitting = (obstacles: readonly string[]): Omit<TypeCost, 'usd'> => ({ fits: obstacles.length === 0, obstacles });

function standardCost(
  { definitionBytes }: PricedDefinitions,
  { transitions, expressItems }: PricedRun,
): Pick<RunCost['standard'], 'usd' | 'items'> {
  const usd = transitions * PRICES.transition;
  const { executions, billedSeconds } = expressItems;
  if (executions === 0) return { usd };
  const billedMb = billed(BILLING.expressBaseMb + definitionBytes / 1024 ** 2);
  const items = executions * PRICES.expressRequest + billedSeconds * (billedMb / 1024) * PRICES.expressGbSecond;
  return { usd: usd + items, items: { ...expressItems, usd: items } };
}

/** The memory of an Express execution, in MB. */
const billed = (mb: number): number => Math.ceil(mb / BILLING.expressMb) * BILLING.expressMb;

/** Memory: 50 MB, the definitions, and the data of each branch and iteration, estimated by the input because results are not known. */
function expressCost(
  { definitions, definitionBytes }: PricedDefinitions,
  { assumed }: WithInput,
  { seconds, iterations }: PricedRun,
): Pick<RunCost['express'], 'usd' | 'billedSeconds' | 'billedMb'> {
  const threads = branchesIn(definitions) + iterations;
  const mb = BILLING.expressBaseMb + (definitionBytes + jsonBytes(assumed.input) * Math.max(1, threads)) / 1024 ** 2;
  const billedMb = billed(mb);
  const billedSeconds = roundedUp(seconds, BILLING.expressMs);
  const usd = PRICES.expressRequest + billedSeconds * (billedMb / 1024) * PRICES.expressGbSecond;
  return { usd, billedSeconds, billedMb };
}

function functionsCost({ memoryOf }: PricedDefinitions, { calls }: PricedRun): RunCost['functions'] {
  const gbSeconds = calls.reduce((sum, call) => sum + call.times * gbSecondsOf(call, memoryOf), 0);
  const requests = calls.reduce((sum, { times }) => sum + times, 0);
  return { usd: requests * PRICES.lambdaRequest + gbSeconds * PRICES.lambdaGbSecond, requests, gbSeconds };
}

/** The S3 requests of built-in components. Spilling is not included, since it depends on the data. */
const S3_REQUESTS: { readonly [component: string]: 'puts' | 'gets' } = {
  put_blob: 'puts',
  approval: 'puts',
  wait_for_callback: 'puts',
  get_blob: 'gets',
  'cache/check': 'gets',
  'cache/store': 'puts',
  map_results: 'gets',
};

/** The request to S3 of a component. */
export const s3RequestOf = (component: string): 'puts' | 'gets' | undefined =>
  S3_REQUESTS[component.replace(/^\/(?:builtin\/)?/, '')];

function s3Cost({ calls, objects }: PricedRun): RunCost['s3'] {
  let { puts, gets } = objects;
  for (const { links, stores, times } of calls) {
    const requests = links.map(({ component }) => s3RequestOf(component));
    puts += times * (stores + requests.filter((one) => one === 'puts').length);
    gets += times * requests.filter((one) => one === 'gets').length;
  }
  return { usd: puts * PRICES.s3Put + gets * PRICES.s3Get, puts, gets };
}

/** Obstacles for both types. Definitions within their limit are assumed: others do not load. */
function sharedObstacles({ calls }: PricedRun): readonly string[] {
  const slowest = calls
    .map(({ step, component, seconds }) => ({ step, seconds: secondsOfFunction(component, seconds) }))
    .reduce((most, call) => (call.seconds > most.seconds ? call : most), { step: '', seconds: 0 });
  if (slowest.seconds <= QUOTAS.functionSeconds) return [];
  return [
    `step "${slowest.step}" takes ${round(slowest.seconds)} s, but a function may take at most ${QUOTAS.functionSeconds} s`,
  ];
}

const standardObstacles = ({ events }: PricedRun): readonly string[] =>
  events > QUOTAS.events ? [`its history has ${events} events, but may have at most ${QUOTAS.events}`] : [];

function expressObstacles({ definitions }: PricedDefinitions, { seconds }: PricedRun): readonly string[] {
  const unsupported = definitions.flatMap(statesIn).find(([, state]) => isStandardOnly(state));
  return [
    ...(seconds > QUOTAS.expressSeconds
      ? [`it takes ${round(seconds)} s, but may take at most ${QUOTAS.expressSeconds} s`]
      : []),
    ...(unsupported ? [`state "${unsupported[0]}" is only supported in Standard workflows`] : []),
  ];
}

/**
 * Whether only Standard workflows support a state: Express ones do not support jobs, callbacks and activities. They do not
 * support distributed Maps either, which the compiler does not emit for them. Source: "Choosing workflow type", AWS Step
 * Functions developer guide.
 */
const isStandardOnly = (state: State): boolean =>
  state.Type === 'Task' && /\.sync(?::2)?$|\.waitForTaskToken$|:activity:/.test(state.Resource);

const round = (seconds: number): number => Math.round(seconds * 10) / 10;

const branchesIn = (definitions: readonly StateMachine[]): number =>
  definitions
    .flatMap(statesIn)
    .reduce((sum, [, state]) => sum + (state.Type === 'Parallel' ? state.Branches.length : 0), 0);
