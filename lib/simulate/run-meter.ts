import type { HistoryEvent } from '../engine/types.ts';
import { LongestHistory } from '../run/report/longest-history.ts';
import { CallReader, type EndedCall, type MeasuredFlow } from './call-reader.ts';
import { ExpressItemTimes } from './express-items.ts';
import type { PricedRun } from './price-run.ts';
import { type SimulatedCall, storesIn } from './run-machine.ts';
import { StepTransitions } from './step-transitions.ts';

/** A call, and the bytes of its payload and its answer. */
export type MeteredCall = SimulatedCall & { readonly bytes: number };

/** A run that has been measured. */
export interface MeteredRun extends PricedRun {
  readonly calls: readonly MeteredCall[];
}

/** Counts all of a run that AWS would charge for, from its history events: a local run or a deployed one. */
export class RunMeter {
  readonly #calls: CallReader;
  readonly #ended: MeteredCall[] = [];
  readonly #transitions: StepTransitions;
  readonly #histories = new LongestHistory();
  readonly #items = new ExpressItemTimes();
  #iterations = 0;
  #startMs: number | undefined;
  #stopMs = 0;

  constructor(flow: Required<Pick<MeasuredFlow, 'states'>> & MeasuredFlow) {
    this.#calls = new CallReader(flow);
    this.#transitions = new StepTransitions(flow.states);
  }

  observe(event: HistoryEvent): void {
    this.#startMs ??= event.timestamp;
    this.#stopMs = Math.max(this.#stopMs, event.timestamp);
    this.#transitions.observe(event);
    this.#histories.observe(event);
    this.#items.observe(event);
    if (event.type === 'MapIterationStarted') this.#iterations += 1;
    const call = this.#calls.observe(event, event.timestamp);
    if (call) this.#ended.push(metered(call));
  }

  /** What was counted so far. Requests to S3 are those of calls: what distributed Maps read and write is not in a history. */
  run(): MeteredRun {
    return {
      calls: this.#ended,
      transitions: this.#transitions.total,
      transitionsOf: this.#transitions.byStep,
      seconds: (this.#stopMs - (this.#startMs ?? this.#stopMs)) / 1000,
      events: this.#histories.events,
      iterations: this.#iterations,
      objects: { gets: 0, puts: 0 },
      expressItems: this.#items.all(),
    };
  }
}

function metered({ invocation, component, isOwn, seconds, links, inputBytes, outputBytes }: EndedCall): MeteredCall {
  const ran = links.flatMap((link) => (link.seconds === undefined ? [] : [{ ...link, seconds: link.seconds }]));
  const stores = [...(invocation.before ?? []), invocation].reduce((sum, link) => sum + storesIn(link), 0);
  const { step } = invocation;
  return { step, component, isOwn, seconds, times: 1, links: ran, stores, bytes: inputBytes + outputBytes };
}
