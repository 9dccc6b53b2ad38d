import type { Json } from '../../../protocol/json.ts';
import type { CompiledMachine } from '../../definition/compiled.ts';
import type { MaybePromise } from '../../definition/template.ts';
import type { Branch } from '../../execution/branch.ts';
import { StateFailure } from '../../execution/failures.ts';
import type { Visit } from '../../execution/visit.ts';

/** What an inline Map is to do. */
export interface Iterations {
  readonly list: readonly Json[];
  readonly inputOf: (index: number) => MaybePromise<Json>;
  readonly maxConcurrency: number;
}

/** Runs each iteration as a thread of this execution, so many at a time. The first failure stops all. */
export async function runInline(visit: Visit, machine: CompiledMachine, iterations: Iterations): Promise<Json[]> {
  const work = new InlineWork(visit, machine, iterations);
  const lanes = Math.min(iterations.maxConcurrency, iterations.list.length);
  try {
    await Promise.all(Array.from({ length: lanes }, () => work.lane()));
    return work.results;
  } finally {
    work.stop();
  }
}

class InlineWork {
  readonly results: Json[];
  readonly #visit: Visit;
  readonly #machine: CompiledMachine;
  readonly #iterations: Iterations;
  readonly #open = new Set<Branch>();
  readonly #begin: number;
  #next = 0;

  constructor(visit: Visit, machine: CompiledMachine, iterations: Iterations) {
    this.#visit = visit;
    this.#machine = machine;
    this.#iterations = iterations;
    this.#begin = visit.branch.lastEvent;
    this.results = new Array(iterations.list.length);
  }

  /** Runs one iteration after the other, until none is left or one has failed. */
  async lane(): Promise<void> {
    const { list, inputOf } = this.#iterations;
    // In AWS's histories an iteration follows on the last state of the one before it.
    let before = this.#begin;
    while (this.#next < list.length) {
      const index = this.#next++;
      const given = inputOf(index);
      const branch = this.#visit.branch.inner(this.#visit.pathOf(index), { index, value: list[index] ?? null });
      branch.lastEvent = before;
      this.#open.add(branch);
      this.results[index] = await this.#iterate(branch, given instanceof Promise ? await given : given, index);
      this.#open.delete(branch);
      before = branch.lastEvent;
    }
  }

  async #iterate(branch: Branch, input: Json, index: number): Promise<Json> {
    const { state, branch: outer } = this.#visit;
    const details = { name: state.name, index };
    branch.record('MapIterationStarted', details, state.name);
    try {
      const output = await branch.run(this.#machine, input);
      const before = branch.lastEvent;
      branch.record('MapIterationSucceeded', details, state.name);
      outer.lastEvent = Math.max(outer.lastEvent, branch.lastEvent);
      branch.lastEvent = before;
      return output;
    } catch (thrown) {
      outer.lastEvent = Math.max(outer.lastEvent, branch.lastEvent);
      if (thrown instanceof StateFailure && !branch.execution.history.full)
        branch.record('MapIterationFailed', details, state.name);
      throw thrown;
    }
  }

  /** Stops what still runs, and takes up no more. */
  stop(): void {
    this.#next = this.results.length;
    for (const branch of this.#open) branch.cancellation.abort();
  }
}
