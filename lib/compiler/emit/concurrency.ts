import { DEFAULT_CONCURRENCY, QUOTAS } from '../../protocol/quotas.ts';
import { writtenConcurrency, writtenItems } from '../analyse/builtins.ts';
import type { Plan, PlannedStep } from '../plan/plan.ts';
import { type FanOut, type PlanTree, partsOf } from '../plan/plan-tree.ts';
import { builtinAsStates } from './builtin-states.ts';

/** How many iterations of a Map may run at once: by the `map` step, or by the first step of a fan-out. */
export type ConcurrencyBounds = ReadonlyMap<PlannedStep, number>;

/**
 * Bounds all Maps of a plan, so that one execution calls at most about `most` functions at once: by default as many as an
 * account allows for steps that are written out, and fewer for the items of maps.
 *
 * What runs side by side shares the calls max-min fairly: what needs fewer gets what it needs, the others share the rest
 * evenly (Bertsekas and Gallager, "Data Networks", 1992, section 6.5.2). An iteration runs as fast as it can, so that a `map`
 * runs as many at once as there are calls for; of maps in each other, each level gets the same factor. A `max_concurrency` of
 * a step takes precedence. Every Map gets at least one call, and branches of a Parallel cannot be bounded, so that a flow
 * with more branches than calls has more calls at once.
 */
export function concurrencyBounds(plan: Plan, most?: number): ConcurrencyBounds {
  const bounds = new Map<PlannedStep, number>();
  new Allotment(bounds, most ?? DEFAULT_CONCURRENCY).plan(plan, most ?? QUOTAS.concurrentCalls);
  return bounds;
}

class Allotment {
  readonly #bounds: Map<PlannedStep, number>;
  readonly #mostOfMap: number;

  /** `mostOfMap`: calls at once that a `map` outside of all others makes. */
  constructor(bounds: Map<PlannedStep, number>, mostOfMap: number) {
    this.#bounds = bounds;
    this.#mostOfMap = mostOfMap;
  }

  /** Allots `calls` to a flow. */
  plan(plan: Plan, calls: number): void {
    if (plan.tree) this.#tree(plan.tree, plan, calls);
  }

  #tree(tree: PlanTree, plan: Plan, calls: number): void {
    if (tree.kind === 'parallel') this.#parallel(tree.branches, plan, calls);
    else if (tree.kind === 'fan-out') this.#fanOut(tree, plan, calls);
    else if (tree.kind === 'step') this.#step(plan.steps.get(tree.id), calls);
    else for (const part of partsOf(tree)) this.#tree(part, plan, calls);
  }

  #parallel(branches: readonly PlanTree[], plan: Plan, calls: number): void {
    const demands = branches.map((branch) => ({
      least: callsOfTree(branch, plan, LEAST),
      most: callsOfTree(branch, plan, MOST),
    }));
    const level = fairLevel(demands, calls);
    for (const [at, branch] of branches.entries()) this.#tree(branch, plan, shareAt(level, demands[at] ?? ONE_CALL));
  }

  #fanOut({ steps }: FanOut, plan: Plan, calls: number): void {
    const first = plan.steps.get(steps[0] ?? '');
    if (first) this.#bounds.set(first, Math.min(steps.length, calls));
  }

  #step(planned: PlannedStep | undefined, available: number): void {
    if (!planned?.inner) return;
    const isMap = builtinAsStates(planned) === 'map';
    const calls = isMap ? Math.min(available, this.#mostOfMap) : available;
    this.plan(planned.inner, isMap ? atLeastOne(calls / this.#map(planned, planned.inner, calls)) : calls);
  }

  /** Bounds a `map`; returns how many iterations it may have at once. */
  #map(planned: PlannedStep, inner: Plan, calls: number): number {
    const bound = writtenConcurrency(planned.step) ?? atLeastOne(calls / callsOfIteration(planned, inner, calls));
    this.#bounds.set(planned, bound);
    return Math.max(1, Math.min(bound, writtenItems(planned.step) ?? bound));
  }
}

/** The calls that an iteration gets of those of its `map`: all that it can use, less where there are maps in it as well. */
function callsOfIteration(planned: PlannedStep, inner: Plan, calls: number): number {
  const levels = mapsWithin(planned);
  const evenly = Math.floor(calls ** ((levels - 1) / levels));
  const wanted = Math.min(callsOf(inner, MOST), Math.max(callsOf(inner, ONE_ITERATION), evenly));
  return Math.max(1, Math.min(wanted, calls));
}

/** How many iterations Maps have at once that say nothing else. */
interface Iterations {
  readonly map: number;
  readonly fanOut: number;
}

const MOST: Iterations = { map: Number.POSITIVE_INFINITY, fanOut: Number.POSITIVE_INFINITY };
const ONE_ITERATION: Iterations = { ...MOST, map: 1 };
const LEAST: Iterations = { map: 1, fanOut: 1 };

/** Calls at once of a run of a plan. */
const callsOf = (plan: Plan, iterations: Iterations): number =>
  plan.tree ? callsOfTree(plan.tree, plan, iterations) : 0;

function callsOfTree(tree: PlanTree, plan: Plan, iterations: Iterations): number {
  if (tree.kind === 'step') return callsOfStep(plan.steps.get(tree.id), iterations);
  if (tree.kind === 'fan-out') return Math.min(tree.steps.length, iterations.fanOut);
  const inside = partsOf(tree).map((part) => callsOfTree(part, plan, iterations));
  return tree.kind === 'parallel'
    ? inside.reduce((sum, calls) => sum + calls, 0)
    : inside.reduce((most, calls) => Math.max(most, calls), 0);
}

function callsOfStep(planned: PlannedStep | undefined, iterations: Iterations): number {
  if (!planned) return 0;
  const { inner } = planned;
  if (!inner) return builtinAsStates(planned) ? 0 : 1;
  // At least one: functions write the items of a distributed Map, and carry what is large.
  const each = Math.max(1, callsOf(inner, iterations));
  if (builtinAsStates(planned) !== 'map') return each;
  const known = writtenItems(planned.step) ?? Number.POSITIVE_INFINITY;
  return Math.max(1, Math.min(writtenConcurrency(planned.step) ?? iterations.map, known)) * each;
}

/** How deep maps are nested in a step, itself included; 0 where there are none. */
export function mapsWithin(planned: PlannedStep): number {
  if (!planned.inner || !builtinAsStates(planned)) return 0;
  const own = builtinAsStates(planned) === 'map' ? 1 : 0;
  return own + Math.max(0, ...[...planned.inner.steps.values()].map(mapsWithin));
}

/** How many calls at once a part of a flow makes at least, and how many it could make. */
interface Demand {
  readonly least: number;
  readonly most: number;
}

const ONE_CALL: Demand = { least: 1, most: 1 };

/** The calls of a part where no part gets more than `level`, unless it needs more. */
const shareAt = (level: number, { least, most }: Demand): number => Math.max(1, least, Math.min(level, most));

/** The highest level at which the shares of all are no more than `available`; 1 where there is none. */
function fairLevel(demands: readonly Demand[], available: number): number {
  let [low, high] = [1, available + 1];
  while (high - low > 1) {
    const level = Math.floor((low + high) / 2);
    const needed = demands.reduce((sum, demand) => sum + shareAt(level, demand), 0);
    if (needed <= available) low = level;
    else high = level;
  }
  return low;
}

const atLeastOne = (calls: number): number => Math.max(1, Math.floor(calls));
