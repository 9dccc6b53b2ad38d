import type { JsonObject } from '../../protocol/json.ts';
import { QUOTAS } from '../../protocol/quotas.ts';
import type { Clock, HistoryEvent } from '../types.ts';
import { StateFailure } from './failures.ts';

/** The history of one execution: numbers its events and passes them to the listener as they happen. */
export class History {
  #last = 0;
  readonly #clock: Clock;
  readonly #onEvent: ((event: HistoryEvent) => void) | undefined;
  readonly #limit: number;
  readonly #execution: string | undefined;

  /** `execution`: the id of a child execution; absent for the execution that the host started. */
  constructor(
    clock: Clock,
    onEvent: ((event: HistoryEvent) => void) | undefined,
    type: 'STANDARD' | 'EXPRESS',
    execution?: string,
  ) {
    this.#clock = clock;
    this.#onEvent = onEvent;
    // An Express execution has no history on AWS, so no quota applies.
    this.#limit = type === 'EXPRESS' ? Number.POSITIVE_INFINITY : QUOTAS.events;
    this.#execution = execution;
  }

  /** The number of events so far. */
  get length(): number {
    return this.#last;
  }

  /** Whether there is room only for the event that ends the execution. */
  get full(): boolean {
    return this.#last + 1 >= this.#limit;
  }

  /** Appends an event and returns its id. Fails if there is room only for the event that ends the execution. */
  append(previousEventId: number, type: string, details: JsonObject, stateName?: string): number {
    if (this.full) throw historyFull();
    return this.#emit(previousEventId, type, details, stateName);
  }

  /** Appends the event that ends the execution, for which there is always room. */
  end(previousEventId: number, type: string, details: JsonObject): void {
    this.#emit(previousEventId, type, details, undefined);
  }

  #emit(previousEventId: number, type: string, details: JsonObject, stateName: string | undefined): number {
    const id = ++this.#last;
    if (this.#onEvent !== undefined) {
      this.#onEvent({
        id,
        previousEventId,
        timestamp: this.#clock.stamp?.() ?? this.#clock.now(),
        type,
        ...(stateName !== undefined && { stateName }),
        ...(this.#execution !== undefined && { execution: this.#execution }),
        details,
      });
    }
    return id;
  }
}

const historyFull = (): StateFailure =>
  new StateFailure('States.Runtime', `The execution reached the maximum number of history events (${QUOTAS.events}).`);
