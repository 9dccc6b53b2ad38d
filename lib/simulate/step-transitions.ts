import type { SourceMap } from '../compiler/source-map.ts';
import type { HistoryEvent } from '../engine/types.ts';
import { isExpressExecution } from './express-items.ts';

/**
 * Counts the transitions of a run by steps, from its history events: states entered and retried, and starts of items of
 * distributed Maps. Those of Express executions, which are not billed, are left out.
 */
export class StepTransitions {
  readonly #states: SourceMap['states'];
  readonly #counts = new Map<string, number>();
  #total = 0;
  /** The events with which a state was entered, until its first attempt. */
  readonly #entered = new Set<string>();

  constructor(states: SourceMap['states']) {
    this.#states = states;
  }

  /** `times`: for how many such events it stands. */
  observe({ type, id, previousEventId, stateName = '', execution = '' }: HistoryEvent, times = 1): void {
    if (isExpressExecution(execution)) {
      if (type === 'ExecutionStarted') this.#add('', times);
      return;
    }
    const { step = '', iterations } = this.#states[stateName] ?? {};
    if (type.endsWith('StateEntered')) {
      this.#entered.add(`${execution} ${id}`);
      this.#add(iterations ? '' : step, times);
    } else if (ATTEMPT.test(type) && !this.#entered.delete(`${execution} ${previousEventId}`)) this.#add(step, times);
    else if (type === 'ExecutionStarted' && isItem(execution)) this.#add('', times);
  }

  #add(step: string, times: number): void {
    this.#total += times;
    if (step !== '') this.#counts.set(step, (this.#counts.get(step) ?? 0) + times);
  }

  /** By the ids of the steps; a state that is for no single step is only in the total. */
  get byStep(): ReadonlyMap<string, number> {
    return this.#counts;
  }

  get total(): number {
    return this.#total;
  }
}

/** The first event of each attempt of a state that can be retried. */
const ATTEMPT = /^(?:TaskScheduled|LambdaFunctionScheduled|ParallelStateStarted|MapStateStarted)$/;

/** Whether an execution is an item of a distributed Map, as its ARN says: it has the label of the Map. */
const isItem = (execution: string): boolean => /:execution:[^:]*\//.test(execution);
