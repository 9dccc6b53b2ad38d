import type { Json } from '../../../protocol/json.ts';
import type { CompiledMachine } from '../../definition/compiled.ts';
import type { MaybePromise } from '../../definition/template.ts';
import type { Branch } from '../../execution/branch.ts';
import { StateFailure } from '../../execution/failures.ts';
import type { Visit } from '../../execution/visit.ts';

/** The options of {@link runInline}. */
export interface InlineMapOptions {
  readonly items: readonly Json[];
  readonly inputOf: (index: number) => MaybePromise<Json>;
  readonly maxConcurrency: number;
}

/** Runs each iteration as a branch of this execution, at most `maxConcurrency` at a time. The first failure stops all. */
export async function runInline(visit: Visit, machine: CompiledMachine, options: InlineMapOptions): Promise<Json[]> {
  const map = new InlineMap(visit, machine, options);
  const workers = Math.min(options.maxConcurrency, options.items.length);
  try {
    await Promise.all(Array.from({ length: workers }, () => map.runIterations()));
    return map.results;
  } finally {
    map.stop();
  }
}

class InlineMap {
  readonly results: Json[];
  readonly #visit: Visit;
  readonly #machine: CompiledMachine;
  readonly #options: InlineMapOptions;
  readonly #running = new Set<Branch>();
  readonly #previousEvent: number;
  #next = 0;

  constructor(visit: Visit, machine: CompiledMachine, options: InlineMapOptions) {
    this.#visit = visit;
    this.#machine = machine;
    this.#options = options;
    this.#previousEvent = visit.branch.lastEvent;
    this.results = new Array(options.items.length);
  }

  /** Runs one iteration after another, until none is left or one has failed. */
  async runIterations(): Promise<void> {
    const { items, inputOf } = this.#options;
    // In AWS's histories, an iteration's first event refers back to the last state of the iteration before it.
    let previousEvent = this.#previousEvent;
    while (this.#next < items.length) {
      const index = this.#next++;
      const input = inputOf(index);
      const branch = this.#visit.branch.inner(this.#visit.pathOf(index), { index, value: items[index] ?? null });
      branch.lastEvent = previousEvent;
      this.#running.add(branch);
      this.results[index] = await this.#iterate(branch, input instanceof Promise ? await input : input, index);
      this.#running.delete(branch);
      previousEvent = branch.lastEvent;
    }
  }

  async #iterate(branch: Branch, input: Json, index: number): Promise<Json> {
    const { state, branch: outer } = this.#visit;
    const details = { name: state.name, index };
    branch.record('MapIterationStarted', details, state.name);
    try {
      const output = await branch.run(this.#machine, input);
      const lastStateEvent = branch.lastEvent;
      branch.record('MapIterationSucceeded', details, state.name);
      outer.lastEvent = Math.max(outer.lastEvent, branch.lastEvent);
      branch.lastEvent = lastStateEvent;
      return output;
    } catch (thrown) {
      outer.lastEvent = Math.max(outer.lastEvent, branch.lastEvent);
      if (thrown instanceof StateFailure && !branch.execution.history.full)
        branch.record('MapIterationFailed', details, state.name);
      throw thrown;
    }
  }

  /** Stops the running iterations, and starts no more. */
  stop(): void {
    this.#next = this.results.length;
    for (const branch of this.#running) branch.cancellation.abort();
  }
}
