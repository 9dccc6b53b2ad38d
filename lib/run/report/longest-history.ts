import type { HistoryEvent } from '../../engine/types.ts';

/** Counts the events of each execution of a run: the flow's own and those of nested state machines. */
export class LongestHistory {
  readonly #counts = new Map<string, number>();

  observe({ execution = '' }: HistoryEvent): void {
    this.#counts.set(execution, (this.#counts.get(execution) ?? 0) + 1);
  }

  /** The events of the execution with the most events, which reaches AWS's limit first. */
  get events(): number {
    return [...this.#counts.values()].reduce((most, count) => Math.max(most, count), 0);
  }
}
