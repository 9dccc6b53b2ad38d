import type { HistoryEvent } from '../../engine/types.ts';

/** Counts the events of each execution of a run: the flow's own, and those that it starts. */
export class LongestHistory {
  readonly #counts = new Map<string, number>();

  observe({ execution = '' }: HistoryEvent): void {
    this.#counts.set(execution, (this.#counts.get(execution) ?? 0) + 1);
  }

  /** The events of the execution that has most of them: by that one a run comes to the limit first. */
  get events(): number {
    return [...this.#counts.values()].reduce((most, count) => Math.max(most, count), 0);
  }
}
