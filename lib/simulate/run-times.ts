import { builtinOf, literalWait } from '../plan/builtins.ts';
import { type FlowTimes, type PathTimes, pathTimes } from '../plan/paths.ts';
import type { Plan, PlannedStep } from '../plan/plan.ts';
import type { MachineRun } from './run-machine.ts';

/** The steps by id: see `Compiled.steps`. */
type Steps = ReadonlyMap<
  string,
  { readonly state?: string; readonly also?: readonly string[]; readonly component: string }
>;

/**
 * The times that the graph of a flow allows, with the very seconds that the steps of a run took: a step that was not
 * wanted, or that the state machine does by itself, took none.
 */
export function graphTimes(plan: Plan, run: Pick<MachineRun, 'calls' | 'waits'>, steps: Steps): FlowTimes {
  const called = new Map<string, { count: number; seconds: number }>();
  for (const { step, component, seconds } of run.calls.flatMap(({ links }) => links)) {
    // A step may need functions that the compiler adds: they are not what its graph asks for.
    if ((steps.get(step)?.component ?? component) !== component) continue;
    const known = called.get(step);
    called.set(step, { count: (known?.count ?? 0) + 1, seconds });
  }
  return new Timer(called, run.waits, steps).of(plan.unfused ?? plan, '');
}

class Timer {
  readonly #called: ReadonlyMap<string, { readonly count: number; readonly seconds: number }>;
  readonly #waits: ReadonlySet<string>;
  readonly #steps: Steps;

  constructor(
    called: ReadonlyMap<string, { readonly count: number; readonly seconds: number }>,
    waits: ReadonlySet<string>,
    steps: Steps,
  ) {
    this.#called = called;
    this.#waits = waits;
    this.#steps = steps;
  }

  /** `times`: how often the flow ran one after the other. */
  of(plan: Plan, prefix: string, times = 1): FlowTimes {
    return pathTimes(plan, (planned) => this.#step(planned, prefix, times));
  }

  #step({ step, inner }: PlannedStep, prefix: string, times: number): PathTimes {
    const id = `${prefix}${step.id}`;
    const call = this.#called.get(id);
    if (call) return same(call.seconds);
    if (!inner) return same(this.#hasWaited(id) ? (literalWait(step) ?? 0) / 1000 : 0);
    const builtin = builtinOf(step);
    if (builtin !== 'iterate') return this.of(inner, `${id}.`, builtin === 'map' ? Number.POSITIVE_INFINITY : times);
    const rounds = Math.max(1, this.#mostCalls(`${id}.`) / times);
    const { critical, byLevel } = this.of(inner, `${id}.`, times * rounds);
    return { critical: critical * rounds, byLevel: byLevel * rounds };
  }

  #hasWaited(id: string): boolean {
    const { state = '', also = [] } = this.#steps.get(id) ?? {};
    return [state, ...also].some((name) => this.#waits.has(name));
  }

  #mostCalls(prefix: string): number {
    let most = 0;
    for (const [id, { count }] of this.#called) if (id.startsWith(prefix)) most = Math.max(most, count);
    return most;
  }
}

const same = (seconds: number): PathTimes => ({ critical: seconds, byLevel: seconds });
