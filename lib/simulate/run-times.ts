import { builtinOf, literalWait } from '../compiler/analyse/builtins.ts';
import { type FlowTimes, type PathTimes, pathTimes } from '../compiler/plan/paths.ts';
import type { Plan, PlannedStep } from '../compiler/plan/plan.ts';
import type { MachineRun } from './run-machine.ts';

/**
 * The times that the graph of a flow allows, with the very seconds that the steps of a run took: a step that was not
 * wanted, or that the state machine does by itself, took none.
 */
export function graphTimes(plan: Plan, run: Pick<MachineRun, 'calls' | 'waits'>): FlowTimes {
  const called = new Map<string, { count: number; seconds: number }>();
  // A step may need functions that the compiler adds: they are not what its graph asks for.
  for (const { step, seconds } of run.calls.filter(({ isOwn }) => isOwn).flatMap(({ links }) => links)) {
    const known = called.get(step);
    called.set(step, { count: (known?.count ?? 0) + 1, seconds });
  }
  return new Timer(called, run.waits).of(plan.unfused ?? plan, '');
}

class Timer {
  readonly #called: ReadonlyMap<string, { readonly count: number; readonly seconds: number }>;
  readonly #waits: ReadonlySet<string>;

  constructor(
    called: ReadonlyMap<string, { readonly count: number; readonly seconds: number }>,
    waits: ReadonlySet<string>,
  ) {
    this.#called = called;
    this.#waits = waits;
  }

  /** `times`: how often the flow ran one after the other. */
  of(plan: Plan, prefix: string, times = 1): FlowTimes {
    return pathTimes(plan, (planned) => this.#step(planned, prefix, times));
  }

  #step({ step, inner }: PlannedStep, prefix: string, times: number): PathTimes {
    const id = `${prefix}${step.id}`;
    const call = this.#called.get(id);
    if (call) return same(call.seconds);
    if (!inner) return same(this.#waits.has(id) ? (literalWait(step) ?? 0) / 1000 : 0);
    const builtin = builtinOf(step);
    if (builtin !== 'iterate') return this.of(inner, `${id}.`, builtin === 'map' ? Number.POSITIVE_INFINITY : times);
    const rounds = Math.max(1, this.#mostCalls(`${id}.`) / times);
    const { critical, byLevel } = this.of(inner, `${id}.`, times * rounds);
    return { critical: critical * rounds, byLevel: byLevel * rounds };
  }

  #mostCalls(prefix: string): number {
    let most = 0;
    for (const [id, { count }] of this.#called) if (id.startsWith(prefix)) most = Math.max(most, count);
    return most;
  }
}

const same = (seconds: number): PathTimes => ({ critical: seconds, byLevel: seconds });
