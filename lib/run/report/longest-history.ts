import type { HistoryEvent } from '../../engine/types.ts';

/** Counts the events of each execution of a run: the flow's own and those of nested state machines. */
export class LongestHistory {
  /** Of the executions that have not ended: a run may have any number of others. */
  readonly #counts = new Map<string, number>();
  #most = 0;

  observe({ type, execution = '' }: HistoryEvent): void {
    this.add(execution, 1);
    if (ENDED.has(type)) this.#counts.delete(execution);
  }

  /** Adds events to the history of an execution; '' is the one that the host started. */
  add(execution: string, events: number): void {
    const count = (this.#counts.get(execution) ?? 0) + events;
    this.#most = Math.max(this.#most, count);
    this.#counts.set(execution, count);
  }

  /** The events of the execution with the most events, which reaches AWS's limit first. */
  get events(): number {
    return this.#most;
  }
}

const ENDED: ReadonlySet<string> = new Set([
  'ExecutionSucceeded',
  'ExecutionFailed',
  'ExecutionAborted',
  'ExecutionTimedOut',
]);
