import type { State, StateMachine } from '../asl/state-machine.ts';
import { statesIn } from '../asl/walk-states.ts';
import { jsonBytes } from '../engine/execution/limits.ts';
import { QUOTAS } from '../protocol/quotas.ts';
import { BILLING, PRICES } from './prices.ts';
import type { MachineRun, SimulatedMachine } from './run-machine.ts';

/** What a run costs as one type of workflow, without its functions, and whether it can be of that type. */
export interface TypeCost {
  readonly usd: number;
  readonly fits: boolean;
  /** Why it does not fit, in words. */
  readonly obstacles: readonly string[];
}

/** What a run costs, in US dollars. See prices.ts for what is counted, and for what is not. */
export interface RunCost {
  readonly standard: TypeCost;
  readonly express: TypeCost & { readonly billedSeconds: number; readonly billedMb: number };
  readonly functions: { readonly usd: number; readonly requests: number; readonly gbSeconds: number };
  readonly s3: { readonly usd: number; readonly puts: number; readonly gets: number };
}

/** What is priced. */
export interface Priced {
  /** Of the state machine, and of those that it starts. */
  readonly definitions: readonly StateMachine[];
  readonly bytes: number;
  /** MB of memory of a component's function. */
  readonly memoryOf: (component: string) => number;
}

/** Prices a run. */
export function priceRun(priced: Priced, simulated: SimulatedMachine, run: MachineRun): RunCost {
  const shared = sharedObstacles(run);
  return {
    standard: { usd: run.transitions * PRICES.transition, ...fitting([...shared, ...standardObstacles(run)]) },
    express: { ...expressCost(priced, simulated, run), ...fitting([...shared, ...expressObstacles(priced, run)]) },
    functions: functionsCost(priced, run),
    s3: s3Cost(run),
  };
}

/** All of it as one type of workflow. */
export const totalUsd = (cost: RunCost, type: 'STANDARD' | 'EXPRESS'): number =>
  (type === 'EXPRESS' ? cost.express.usd : cost.standard.usd) + cost.functions.usd + cost.s3.usd;

const fitting = (obstacles: readonly string[]): Omit<TypeCost, 'usd'> => ({ fits: obstacles.length === 0, obstacles });

/** Memory: 50 MB, the definition, and the data of each branch and iteration; its results are not known, its input is. */
function expressCost(
  { definitions, bytes }: Priced,
  { standIns }: SimulatedMachine,
  { seconds, iterations }: MachineRun,
): Pick<RunCost['express'], 'usd' | 'billedSeconds' | 'billedMb'> {
  const threads = branchesIn(definitions) + iterations;
  const mb = BILLING.expressBaseMb + (bytes + jsonBytes(standIns.input) * Math.max(1, threads)) / 1024 ** 2;
  const billedMb = Math.ceil(mb / BILLING.expressMb) * BILLING.expressMb;
  const billedSeconds = roundedUp(seconds, BILLING.expressMs);
  const usd = PRICES.expressRequest + billedSeconds * (billedMb / 1024) * PRICES.expressGbSecond;
  return { usd, billedSeconds, billedMb };
}

function functionsCost({ memoryOf }: Priced, { calls }: MachineRun): RunCost['functions'] {
  const gbSeconds = calls.reduce(
    (sum, { component, seconds }) => sum + roundedUp(seconds, BILLING.lambdaMs) * (memoryOf(component) / 1024),
    0,
  );
  const requests = calls.length;
  return { usd: requests * PRICES.lambdaRequest + gbSeconds * PRICES.lambdaGbSecond, requests, gbSeconds };
}

/** The requests that built-in components are known to make; what is spilled depends on the data. */
const S3_REQUESTS: { readonly [component: string]: 'puts' | 'gets' } = {
  put_blob: 'puts',
  get_blob: 'gets',
  'cache/check': 'gets',
  'cache/store': 'puts',
  map_results: 'gets',
};

function s3Cost({ calls, objects }: MachineRun): RunCost['s3'] {
  const components = calls.flatMap(({ links }) => links.map(({ component }) => component));
  const made = components.map((component) => S3_REQUESTS[component.replace(/^\/(?:builtin\/)?/, '')]);
  const stores = calls.reduce((sum, call) => sum + call.stores, 0);
  const puts = made.filter((one) => one === 'puts').length + stores + objects.puts;
  const gets = made.filter((one) => one === 'gets').length + objects.gets;
  return { usd: puts * PRICES.s3Put + gets * PRICES.s3Get, puts, gets };
}

/** Seconds rounded up to whole units; what floating point adds to a whole number of them does not count. */
const roundedUp = (seconds: number, unitMs: number): number =>
  (Math.ceil((seconds * 1000) / unitMs - 1e-6) * unitMs) / 1000;

/** A definition that is too large for either does not even load. */
function sharedObstacles({ calls }: MachineRun): readonly string[] {
  const long = calls.reduce((most, call) => (call.seconds > most.seconds ? call : most), { step: '', seconds: 0 });
  if (long.seconds <= QUOTAS.functionSeconds) return [];
  return [`step "${long.step}" takes ${round(long.seconds)} s, and a function may take ${QUOTAS.functionSeconds} s`];
}

const standardObstacles = ({ events }: MachineRun): readonly string[] =>
  events > QUOTAS.events ? [`its history has ${events} events, and may have ${QUOTAS.events}`] : [];

function expressObstacles({ definitions }: Priced, { seconds }: MachineRun): readonly string[] {
  const unsupported = definitions.flatMap(statesIn).find(([, state]) => isStandardOnly(state));
  return [
    ...(seconds > QUOTAS.expressSeconds
      ? [`it takes ${round(seconds)} s, and may take ${QUOTAS.expressSeconds} s`]
      : []),
    ...(unsupported ? [`state "${unsupported[0]}" is of a kind that only Standard workflows have`] : []),
  ];
}

/**
 * Source: "Choosing workflow type", AWS Step Functions developer guide: Express has no jobs, callbacks and activities. Nor
 * has it distributed Maps; for an Express flow the compiler writes none.
 */
const isStandardOnly = (state: State): boolean =>
  state.Type === 'Task' && /\.sync(?::2)?$|\.waitForTaskToken$|:activity:/.test(state.Resource);

const round = (seconds: number): number => Math.round(seconds * 10) / 10;

const branchesIn = (definitions: readonly StateMachine[]): number =>
  definitions
    .flatMap(statesIn)
    .reduce((sum, [, state]) => sum + (state.Type === 'Parallel' ? state.Branches.length : 0), 0);
