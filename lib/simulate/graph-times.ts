import { builtinOf, literalWait } from '../compiler/analyse/builtins.ts';
import { type FlowTimes, type PathTimes, pathTimes } from '../compiler/plan/paths.ts';
import type { Plan, PlannedStep } from '../compiler/plan/plan.ts';
import type { Turns } from './map-rounds.ts';
import type { MachineRun } from './run-machine.ts';

/**
 * The critical path and level-by-level time of a flow's graph, with the seconds that the steps of a run took: zero for a step
 * that was skipped or not demanded, or that needs no function; the items of a `map` take as many turns as it may run at once
 * requires. `overhead` counts level by level, where each level is a
 * Parallel of a branch a step; the critical path is the least that any arrangement takes, without overhead.
 */
export function graphTimes(
  plan: Plan,
  run: Pick<MachineRun, 'calls' | 'waits' | 'turns'>,
  overhead: LevelOverhead = NO_OVERHEAD,
): FlowTimes {
  const called = new Map<string, { count: number; seconds: number }>();
  // Functions that the compiler adds for a step are not part of the flow's graph.
  for (const { links, times } of run.calls.filter(({ isOwn }) => isOwn)) {
    for (const { step, seconds } of links) called.set(step, { count: (called.get(step)?.count ?? 0) + times, seconds });
  }
  return new GraphTimer(called, run, overhead).of(plan.unfused ?? plan, '');
}

/** Seconds of overhead where a flow runs level by level. */
export interface LevelOverhead {
  /** Of one call of a function. */
  readonly call: number;
  /** Of a Parallel with this many branches. */
  readonly parallel: (branches: number) => number;
}

const NO_OVERHEAD: LevelOverhead = { call: 0, parallel: () => 0 };

class GraphTimer {
  readonly #called: ReadonlyMap<string, { readonly count: number; readonly seconds: number }>;
  readonly #waits: ReadonlySet<string>;
  readonly #turns: MachineRun['turns'];
  readonly #overhead: LevelOverhead;

  constructor(
    called: ReadonlyMap<string, { readonly count: number; readonly seconds: number }>,
    { waits, turns }: Pick<MachineRun, 'waits' | 'turns'>,
    overhead: LevelOverhead,
  ) {
    this.#overhead = overhead;
    this.#called = called;
    this.#waits = waits;
    this.#turns = turns;
  }

  /** The times of a plan that ran `times` times in succession. `prefix`: of the ids of its steps. */
  of(plan: Plan, prefix: string, times = 1): FlowTimes {
    return pathTimes(
      plan,
      (planned) => this.#step(planned, prefix, times),
      ({ longest, steps }) => longest + (steps > 1 ? this.#overhead.parallel(steps) : 0),
    );
  }

  #step({ step, inner }: PlannedStep, prefix: string, times: number): PathTimes {
    const id = `${prefix}${step.id}`;
    const call = this.#called.get(id);
    if (call) return { critical: call.seconds, byLevel: call.seconds + this.#overhead.call };
    if (!inner) return sameForBoth(this.#waits.has(id) ? (literalWait(step) ?? 0) / 1000 : 0);
    const builtin = builtinOf(step);
    if (builtin === 'eval') return this.of(inner, `${id}.`, times);
    if (builtin === 'map') {
      const { items, rounds } = this.#turns.get(id) ?? ONE_ITEM;
      const { critical, byLevel } = this.of(inner, `${id}.`, times * Math.max(1, items));
      return { critical: critical * rounds, byLevel: byLevel * rounds };
    }
    const rounds = Math.max(1, this.#maxCalls(`${id}.`) / times);
    const { critical, byLevel } = this.of(inner, `${id}.`, times * rounds);
    return { critical: critical * rounds, byLevel: byLevel * rounds };
  }

  #maxCalls(prefix: string): number {
    let most = 0;
    for (const [id, { count }] of this.#called)
      if (id.startsWith(prefix)) most = Math.max(most, count / this.#itemsBetween(prefix, id));
    return most;
  }

  /** How many items the maps around a step have together, as far as they are below `prefix`. */
  #itemsBetween(prefix: string, id: string): number {
    let all = 1;
    for (const [map, { items }] of this.#turns)
      if (map.startsWith(prefix) && id.startsWith(`${map}.`)) all *= Math.max(1, items);
    return all;
  }
}

/** Of a `map` that a function runs. */
const ONE_ITEM: Turns = { items: 1, rounds: 1 };

const sameForBoth = (seconds: number): PathTimes => ({ critical: seconds, byLevel: seconds });
