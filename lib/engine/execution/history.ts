import type { JsonObject } from '../../protocol/json.ts';
import { QUOTAS } from '../../protocol/quotas.ts';
import type { Clock, HistoryEvent } from '../types.ts';
import { StateFailure } from './failures.ts';

/** The history of one execution: numbers its events and hands them on as they happen. */
export class History {
  #last = 0;
  readonly #clock: Clock;
  readonly #onEvent: ((event: HistoryEvent) => void) | undefined;
  readonly #limit: number;
  readonly #execution: string | undefined;

  /** `execution`: the id of a distributed Map's child execution; absent for the execution that was asked for. */
  constructor(
    clock: Clock,
    onEvent: ((event: HistoryEvent) => void) | undefined,
    type: 'STANDARD' | 'EXPRESS',
    execution?: string,
  ) {
    this.#clock = clock;
    this.#onEvent = onEvent;
    // Express executions keep no history of events, so nothing limits it.
    this.#limit = type === 'EXPRESS' ? Number.POSITIVE_INFINITY : QUOTAS.events;
    this.#execution = execution;
  }

  /** The number of events so far. */
  get length(): number {
    return this.#last;
  }

  /** Whether only the event that ends the execution has room left. */
  get full(): boolean {
    return this.#last + 1 >= this.#limit;
  }

  /** Appends an event and gives its id. Fails when only the last event, the execution's end, has room left. */
  append(previousEventId: number, type: string, details: JsonObject, stateName?: string): number {
    if (this.full) throw historyFull();
    return this.#emit(previousEventId, type, details, stateName);
  }

  /** Appends the event that ends the execution: the last event there may be can be this one only. */
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
