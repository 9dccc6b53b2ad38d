import type { StateSource } from '../../compiler/source-map.ts';
import type { HistoryEvent } from '../../engine/types.ts';
import { readPayload } from '../../protocol/component-task.ts';
import { isObject, type Json } from '../../protocol/json.ts';
import { failureOf } from './failure-of.ts';
import { reportOf } from './outcome.ts';
import type { Failure, Visit } from './step-record.ts';

/** What failed in an execution that another one has started. */
export interface ChildFailure {
  /** The visit whose failure it is; absent of a fault that the state machine found itself. */
  readonly visit?: Visit;
  /** The id of the step whose fault it is. */
  readonly step?: string;
  /** As in an `Invocation`. */
  readonly iteration?: string;
}

/**
 * What failed in the executions of a distributed Map's items. Where the Map fails with an item, a function fails with that item's
 * error in the end: the same code and message, but another Cause.
 */
export class ChildFailures {
  readonly #running = new Map<string, { -readonly [key in keyof ChildFailure]: ChildFailure[key] }>();
  readonly #failed: { readonly failure: Failure; readonly child: ChildFailure }[] = [];

  /** Takes the next event, and the source of its state. */
  observe({ type, execution, details }: HistoryEvent, source: StateSource | undefined): void {
    if (execution === undefined) return;
    if (type === 'ExecutionStarted') {
      const iteration = iterationIn(details.input);
      if (iteration !== undefined) this.#running.set(execution, { iteration });
    }
    const child = this.#running.get(execution);
    if (!child) return;
    if (type.endsWith('StateEntered') && source?.role === 'inner-failure') child.step ??= source.step ?? '';
    if (!/^Execution(Succeeded|Failed|Aborted|TimedOut)$/.test(type)) return;
    this.#running.delete(execution);
    if (type === 'ExecutionFailed') this.#failed.push({ failure: failureOf(details, type), child });
  }

  /** Remembers the visit whose failure an execution went on with. */
  handled(execution: string, visit: Visit): void {
    const child = this.#running.get(execution);
    if (child && child.step === undefined) child.visit = visit;
  }

  /** What the execution failed by that this is the error of. */
  failedWith({ error, cause }: Failure): ChildFailure | undefined {
    const { code, message } = reportOf(error, cause);
    return this.#failed.find(({ failure }) => {
      const own = reportOf(failure.error, failure.cause);
      return own.code === code && own.message === message;
    })?.child;
  }
}

/** Which iteration the execution of an item is, by its input. */
function iterationIn(input: Json | undefined): string | undefined {
  const value = readPayload(input);
  return isObject(value) && typeof value.iteration === 'string' ? value.iteration : undefined;
}
