import type { Json, JsonObject } from '../../protocol/json.ts';
import type { CompiledMachine, CompiledState, Exit } from '../definition/compiled.ts';
import { Cancellation, type Stoppable } from './cancellation.ts';
import type { MapItem } from './context-object.ts';
import type { Execution } from './execution.ts';
import type { StateFailure } from './failures.ts';
import type { Scope } from './scope.ts';
import { Visit } from './visit.ts';

/** State types that take time, so that a visit can be stopped before its end. */
const STOPPABLE: ReadonlySet<string> = new Set(['Task', 'Wait', 'Parallel', 'Map']);

/** A sequence of states: the top level of an execution, a branch of a Parallel, or an iteration of a Map. */
export class Branch implements Stoppable {
  readonly execution: Execution;
  readonly scope: Scope;
  readonly cancellation: Cancellation;
  readonly item: MapItem | undefined;
  /** The prefix of the paths of its visits. */
  readonly path: string;
  /** The number of visits so far. */
  visits = 0;
  /** The id of the latest event of this branch. */
  lastEvent: number;
  #current: CompiledState | undefined;

  constructor(
    execution: Execution,
    path: string,
    scope: Scope,
    lastEvent: number,
    parent?: Cancellation,
    item?: MapItem,
  ) {
    this.execution = execution;
    this.path = path;
    this.scope = scope;
    this.lastEvent = lastEvent;
    this.item = item;
    this.cancellation = new Cancellation(parent, this);
  }

  /** A branch inside a state of this one, with its own scope. */
  inner(path: string, item?: MapItem): Branch {
    return new Branch(this.execution, path, this.scope.inner(), this.lastEvent, this.cancellation, item ?? this.item);
  }

  /** Appends an event of this branch to the history. */
  record(type: string, details: JsonObject, stateName: string): void {
    this.lastEvent = this.execution.history.append(this.lastEvent, type, details, stateName);
  }

  /** Runs a machine from its first state to its end and returns its output. Rejects with a StateFailure, or Aborted. */
  async run(machine: CompiledMachine, input: Json): Promise<Json> {
    let state: CompiledState | undefined = machine.start;
    let data = input;
    while (state !== undefined) {
      const visit = new Visit(this, state, data);
      this.#current = state;
      try {
        if (this.execution.host.latency !== undefined) await this.#wait(visit, this.#latencyOf(state));
        const exit: Exit = await state.run(visit);
        this.cancellation.check();
        this.#leave(visit, exit);
        data = exit.output;
        state = exit.next === undefined ? undefined : machine.states.get(exit.next);
      } catch (thrown) {
        throw this.#failure(visit, thrown);
      }
    }
    this.#current = undefined;
    this.cancellation.done();
    this.scope.end();
    return data;
  }

  #latencyOf({ name }: CompiledState): number {
    const { host, isChild, id } = this.execution;
    return host.latency?.(name, { path: this.path, execution: isChild ? id : undefined }) ?? 0;
  }

  async #wait(visit: Visit, ms: number): Promise<void> {
    if (ms > 0) await visit.clock.sleep(ms, this.cancellation.signal);
  }

  #failure(visit: Visit, thrown: unknown): StateFailure {
    this.cancellation.check();
    this.cancellation.done();
    this.#current = undefined;
    return visit.asFailure(thrown);
  }

  #leave(visit: Visit, { output, assigned }: Exit): void {
    const { state } = visit;
    visit.checkPayload(output);
    if (assigned !== undefined) this.scope.assign(assigned, state.name);
    const details =
      assigned === undefined ? { name: state.name, output } : { name: state.name, output, assignedVariables: assigned };
    visit.record(`${state.type}StateExited`, details);
  }

  /** Records that the current state was stopped before its end. */
  stopped(): void {
    if (this.#current === undefined || !STOPPABLE.has(this.#current.type) || this.execution.history.full) return;
    this.record(`${this.#current.type}StateAborted`, {}, this.#current.name);
  }
}
