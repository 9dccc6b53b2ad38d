import type { HistoryEvent } from '../engine/types.ts';
import { BILLING } from './prices.ts';

/** The Express executions that a Standard one started: the items of distributed Maps. */
export interface ExpressItems {
  readonly executions: number;
  /** The seconds of all, each rounded up as AWS bills them. */
  readonly billedSeconds: number;
}

/** Whether an execution's id is that of an Express one, as its ARN says. */
export const isExpressExecution = (id: string | undefined): boolean => id?.includes(':express:') === true;

/** Measures the Express executions that a run starts. */
export class ExpressItemTimes {
  readonly #begun = new Map<string, number>();
  #executions = 0;
  #billedSeconds = 0;

  observe({ type, execution, timestamp }: HistoryEvent): void {
    if (execution === undefined || !isExpressExecution(execution)) return;
    if (type === 'ExecutionStarted') this.#begun.set(execution, timestamp);
    else if (type.startsWith('Execution')) this.#ended(execution, timestamp);
  }

  #ended(execution: string, timestamp: number): void {
    const seconds = (timestamp - (this.#begun.get(execution) ?? timestamp)) / 1000;
    this.#begun.delete(execution);
    this.#executions += 1;
    this.#billedSeconds += roundedUp(seconds, BILLING.expressMs);
  }

  all(): ExpressItems {
    return { executions: this.#executions, billedSeconds: this.#billedSeconds };
  }
}

/** Seconds rounded up to whole units, with a tolerance for floating-point errors. */
export const roundedUp = (seconds: number, unitMs: number): number =>
  (Math.ceil((seconds * 1000) / unitMs - 1e-6) * unitMs) / 1000;
