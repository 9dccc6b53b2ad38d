import type { HistoryEvent } from '../engine/types.ts';
import type { CallReport } from '../executions/measured/measured-execution.ts';
import { LongestHistory } from '../run/report/longest-history.ts';
import type { ReportedCall } from './billed-calls.ts';
import { CallReader, type EndedCall, type MeasuredFlow } from './call-reader.ts';
import { ExpressItemTimes } from './express-items.ts';
import type { PricedRun } from './price-run.ts';
import { type SimulatedCall, storesIn } from './run-machine.ts';
import { StepTransitions } from './step-transitions.ts';

/** A call, the bytes of its payload and its answer, and what Lambda reports of it where that was read. */
export type MeteredCall = SimulatedCall & ReportedCall & { readonly bytes: number };

/** A run that has been measured. */
export interface MeteredRun extends PricedRun {
  readonly calls: readonly MeteredCall[];
}

/** What is known of a run beside its history. */
export interface BesideHistory {
  /** What Lambda reports of calls, by the ids of their requests. @default nothing */
  readonly reports?: ReadonlyMap<string, CallReport>;
  /** For how many executions each stands whose history was read instead of those of others, by its ARN. @default one */
  readonly weights?: ReadonlyMap<string, number>;
  /** How many Express executions were started that have no history. @default none */
  readonly expressItems?: number;
}

/** Counts all of a run that AWS would charge for, from its history events: a local run or a deployed one. */
export class RunMeter {
  readonly #beside: BesideHistory;
  readonly #calls: CallReader;
  readonly #ended: MeteredCall[] = [];
  readonly #transitions: StepTransitions;
  readonly #histories = new LongestHistory();
  readonly #items = new ExpressItemTimes();
  #iterations = 0;
  #startMs: number | undefined;
  #stopMs = 0;

  constructor(flow: Required<Pick<MeasuredFlow, 'states'>> & MeasuredFlow, beside: BesideHistory = {}) {
    this.#beside = beside;
    this.#calls = new CallReader(flow);
    this.#transitions = new StepTransitions(flow.states);
  }

  observe(event: HistoryEvent): void {
    this.#startMs ??= event.timestamp;
    this.#stopMs = Math.max(this.#stopMs, event.timestamp);
    const times = this.#beside.weights?.get(event.execution ?? '') ?? 1;
    this.#transitions.observe(event, times);
    this.#histories.observe(event);
    this.#items.observe(event);
    if (event.type === 'MapIterationStarted') this.#iterations += times;
    const call = this.#calls.observe(event, event.timestamp);
    // Lambda does not charge for a call that it refuses.
    if (call && call.ending !== 'throttled') this.#ended.push(metered(call, times, this.#reportOf(call)));
  }

  #reportOf({ requestId }: EndedCall): CallReport | undefined {
    return requestId === undefined ? undefined : this.#beside.reports?.get(requestId);
  }

  /** What was counted so far. Requests to S3 are those of calls: what distributed Maps read and write is not in a history. */
  run(): MeteredRun {
    const { expressItems = 0 } = this.#beside;
    const { executions, billedSeconds } = this.#items.all();
    return {
      calls: this.#ended,
      // The start of each is a transition of the execution that starts it.
      transitions: this.#transitions.total + expressItems,
      transitionsOf: this.#transitions.byStep,
      seconds: (this.#stopMs - (this.#startMs ?? this.#stopMs)) / 1000,
      events: this.#histories.events,
      iterations: this.#iterations,
      objects: { gets: 0, puts: 0 },
      expressItems: { executions: executions + expressItems, billedSeconds },
    };
  }
}

function metered(call: EndedCall, times: number, report: CallReport | undefined): MeteredCall {
  const { invocation, component, isOwn, seconds, links, inputBytes, outputBytes } = call;
  const ran = links.flatMap((link) => (link.seconds === undefined ? [] : [{ ...link, seconds: link.seconds }]));
  const stores = [...(invocation.before ?? []), invocation].reduce((sum, link) => sum + storesIn(link), 0);
  const { step } = invocation;
  const bytes = inputBytes + outputBytes;
  return { step, component, isOwn, seconds, times, links: ran, stores, bytes, ...(report && { report }) };
}
