import type { Json, JsonObject } from '../../protocol/json.ts';
import type { CompiledState } from '../definition/compiled.ts';
import type { Environment, StatesVariable } from '../jsonata/expression.ts';
import { TaskError } from '../types.ts';
import type { Branch } from './branch.ts';
import { stateContext } from './context-object.ts';
import { FieldError, StateFailure } from './failures.ts';
import { checkPayload } from './limits.ts';
import { uuidFrom } from './uuid.ts';

/** One visit of a branch to a state: the environment of the state's expressions, and the recorder of its events. */
export class Visit implements Environment {
  readonly branch: Branch;
  readonly state: CompiledState;
  readonly input: Json;
  states: StatesVariable;
  retryCount = 0;
  /** The task token of this attempt, if its task waits for one. */
  token: string | undefined;
  /** The payload that was checked last, so that it need not be measured again as the output. */
  checkedPayload: Json;
  readonly #enteredMs: number;
  readonly #enteredId: number;
  /** The number of the visit in its branch, from 1. */
  readonly #number: number;

  constructor(branch: Branch, state: CompiledState, input: Json) {
    this.branch = branch;
    this.state = state;
    this.input = input;
    this.checkedPayload = input;
    this.#number = ++branch.visits;
    this.#enteredMs = branch.execution.host.clock.now();
    branch.execution.counter.transitions += 1;
    this.record(`${state.type}StateEntered`, { name: state.name, input });
    this.#enteredId = branch.lastEvent;
    this.states = { input, context: this.#context() };
  }

  /** Identifies the visit by its position in the execution, e.g. `2[0].1~1 load`: the first visit in branch 0 of the second visit, retried once. */
  get id(): string {
    return `${this.#path} ${this.state.name}`;
  }

  /** The prefix of the paths of visits in branch or iteration `index` of this visit. */
  pathOf(index: number): string {
    return `${this.#path}[${index}].`;
  }

  get #path(): string {
    return `${this.branch.path}${this.#number}${this.retryCount > 0 ? `~${this.retryCount}` : ''}`;
  }

  get clock() {
    return this.branch.execution.host.clock;
  }

  get random() {
    return this.branch.execution.host.random;
  }

  variable(name: string): Json | undefined {
    return this.branch.scope.get(name);
  }

  /** Appends an event of this state to the history. */
  record(type: string, details: JsonObject): void {
    this.branch.record(type, details, this.state.name);
  }

  /** Appends an event that is not the previous event of the next one, as some are in AWS's histories. */
  recordUnlinked(type: string, details: JsonObject): void {
    const { lastEvent } = this.branch;
    this.record(type, details);
    this.branch.lastEvent = lastEvent;
  }

  /** Fails if a payload is over the limit. `what`: its name in the cause. */
  checkPayload(payload: Json, what = this.state.name): void {
    if (payload === this.checkedPayload) return;
    checkPayload(payload, what);
    this.checkedPayload = payload;
  }

  /** Makes the state's result available to Output and Assign as `$states.result`. */
  setResult(result: Json): void {
    this.states = { input: this.input, result, context: this.states.context };
  }

  /** Makes a caught failure available to the catcher's Output and Assign as `$states.errorOutput`. */
  setErrorOutput(errorOutput: JsonObject): void {
    this.states = { input: this.input, errorOutput, context: this.states.context };
  }

  /** Begins another attempt, which the context object counts. */
  beginRetry(): void {
    this.retryCount += 1;
    this.branch.execution.counter.transitions += 1;
    this.states = { input: this.input, context: this.#context() };
  }

  /** Converts what was thrown in this state to its failure; rethrows a fault of the host or the engine. */
  asFailure(thrown: unknown): StateFailure {
    if (thrown instanceof StateFailure) return thrown;
    if (thrown instanceof TaskError) return new StateFailure(thrown.error, thrown.cause);
    if (!(thrown instanceof FieldError)) throw thrown;
    const { name } = this.state;
    const cause = `An error occurred while executing the state '${name}' (entered at the event id #${this.#enteredId}). ${thrown.message}`;
    if (thrown.error === 'States.QueryEvaluationError') {
      const location = thrown.location === undefined ? {} : { location: thrown.location };
      this.record('EvaluationFailed', { error: thrown.error, cause, state: name, ...location });
    }
    return new StateFailure(thrown.error, cause);
  }

  #context(): JsonObject {
    const { execution, item } = this.branch;
    const { name, type, waitsForToken } = this.state;
    this.token = waitsForToken ? uuidFrom(this.random) : undefined;
    const retryCount = type === 'Task' ? this.retryCount : undefined;
    return stateContext(execution.context, { name, enteredMs: this.#enteredMs, retryCount, token: this.token }, item);
  }
}
