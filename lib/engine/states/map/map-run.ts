import { setMaxListeners } from 'node:events';
import type { Json } from '../../../protocol/json.ts';
import type { LoadedStateMachine } from '../../definition/load.ts';
import type { MaybePromise } from '../../definition/template.ts';
import { Cancellation } from '../../execution/cancellation.ts';
import { Execution, type Host } from '../../execution/execution.ts';
import { failureDetails, StateFailure } from '../../execution/failures.ts';
import { type ExecutionEnd, runToEnd, type StartedExecution, startExecution } from '../../execution/run-to-end.ts';
import { uuidFrom } from '../../execution/uuid.ts';
import type { Visit } from '../../execution/visit.ts';
import { type Batching, batchItems, type ChildInput } from './batcher.ts';
import { ConcurrencyLimit } from './concurrency-limit.ts';
import type { Dataset, Item } from './item.ts';
import type { Results } from './results.ts';
import { isExceeded, type Tolerance } from './tolerance.ts';

/** The state machine of a Map Run's child executions. */
export interface ChildMachine {
  readonly loaded: LoadedStateMachine;
  readonly type: 'STANDARD' | 'EXPRESS';
  /** Names the Map in the ids of its Map Runs and their children. */
  readonly label: string;
}

/** The options of {@link runMapRun}. */
export interface MapRunOptions {
  readonly dataset: Dataset;
  readonly inputOf: (item: Item, index: number) => MaybePromise<Json>;
  readonly batching: Batching | undefined;
  readonly maxConcurrency: number;
  readonly tolerance: Tolerance;
  readonly openResults: (mapRunArn: string) => Results;
}

/**
 * Runs a Map Run: each item, or each batch of items, is a child execution with its own history. More failures than
 * tolerated stop all. Only the items of running child executions are in memory.
 */
export async function runMapRun(visit: Visit, machine: ChildMachine, options: MapRunOptions): Promise<Json> {
  const { host, history } = visit.branch.execution;
  const name = `${host.stateMachineName.split('/')[0]}/${machine.label}`;
  const mapRunArn = `arn:aws:states:local:000000000000:mapRun:${name}:${uuidFrom(host.random)}`;
  visit.record('MapRunStarted', { mapRunArn });
  const mapRun = new MapRun(visit, machine, { ...host, type: machine.type, stateMachineName: name }, options);
  try {
    const results = await mapRun.run(options.openResults(mapRunArn));
    visit.record('MapRunSucceeded', {});
    return results.result();
  } catch (thrown) {
    visit.branch.cancellation.check();
    const failure = visit.asFailure(thrown);
    if (!history.full) visit.record('MapRunFailed', failureDetails(failure));
    throw failure;
  }
}

/** Running child executions; undefined for Express ones, which stop themselves. */
type Running = Map<Execution, StartedExecution | undefined>;

class MapRun {
  readonly #visit: Visit;
  readonly #machine: ChildMachine;
  readonly #host: Host;
  readonly #options: MapRunOptions;
  readonly #cancellation: Cancellation;
  readonly #running: Running = new Map();
  #itemsRead = 0;
  #totalItems: number | undefined;
  #failedItems = 0;
  #childCount = 0;

  constructor(visit: Visit, machine: ChildMachine, host: Host, options: MapRunOptions) {
    this.#visit = visit;
    this.#machine = machine;
    this.#host = host;
    this.#options = options;
    this.#cancellation = new Cancellation(visit.branch.cancellation);
    // Each running Express execution listens to it.
    if (machine.type === 'EXPRESS') setMaxListeners(0, this.#cancellation.signal);
    this.#totalItems = Array.isArray(options.dataset) ? options.dataset.length : undefined;
  }

  /** Runs all child executions. Rejects with a StateFailure or a FieldError after stopping those that run. */
  async run(results: Results): Promise<Results> {
    const { batching, maxConcurrency } = this.#options;
    const inputs = batching ? batchItems(this.#inputs(), batching) : unbatched(this.#inputs());
    const limit = new ConcurrencyLimit(maxConcurrency);
    try {
      for (let next = await inputs.next(); !next.done; next = await inputs.next())
        await limit.add(this.#runChild(next.value, results));
      this.#totalItems = this.#itemsRead;
      this.#checkTolerance();
      await limit.drain();
      await results.close();
      this.#cancellation.done();
      return results;
    } catch (thrown) {
      await this.#stop(thrown, inputs, results);
      throw thrown;
    }
  }

  async *#inputs(): AsyncGenerator<Json> {
    const { dataset, inputOf } = this.#options;
    for await (const item of dataset) yield await inputOf(item, this.#itemsRead++);
  }

  async #runChild(input: ChildInput, results: Results): Promise<void> {
    this.#cancellation.check();
    const index = this.#childCount++;
    const child = this.#newChild(input, index);
    // Each start of a child execution is billed. Source: "Transitions", AWS Step Functions developer guide.
    this.#visit.branch.execution.counter.transitions += 1;
    const end = await this.#endOf(child);
    this.#running.delete(child);
    await results.add(index, child, end);
    if (end.status === 'SUCCEEDED') return;
    this.#failedItems += input.itemCount;
    this.#checkTolerance();
  }

  #newChild({ input }: ChildInput, index: number): Execution {
    const { execution } = this.#visit.branch;
    return new Execution(this.#host, uuidFrom(this.#host.random), input, execution, this.#visit.pathOf(index));
  }

  /** Only an Express execution has a timeout, and so needs a timer. */
  async #endOf(child: Execution): Promise<ExecutionEnd> {
    const { loaded } = this.#machine;
    this.#running.set(child, undefined);
    if (child.host.type === 'EXPRESS') return runToEnd(child, loaded, this.#cancellation.signal);
    try {
      const started = startExecution(child, loaded.machine, child.input, this.#cancellation);
      this.#running.set(child, started);
      return { status: 'SUCCEEDED', output: await started.output };
    } catch (thrown) {
      if (!(thrown instanceof StateFailure)) throw thrown;
      const { error, cause } = thrown;
      return { status: 'FAILED', ...(error !== undefined && { error }), ...(cause !== undefined && { cause }) };
    }
  }

  #checkTolerance(): void {
    if (!isExceeded(this.#options.tolerance, this.#failedItems, this.#totalItems)) return;
    const cause = 'The specified tolerated failure threshold was exceeded';
    throw new StateFailure('States.ExceedToleratedFailureThreshold', cause);
  }

  /** Stops the running child executions. If too many failed, the results are still written. */
  async #stop(thrown: unknown, inputs: AsyncGenerator<ChildInput>, results: Results): Promise<void> {
    const stopped = [...this.#running];
    this.#cancellation.abort();
    for (const [child, started] of stopped)
      if (started) child.history.end(started.branch.lastEvent, 'ExecutionAborted', {});
    const isAborted = this.#visit.branch.cancellation.aborted;
    if (!isAborted && thrown instanceof StateFailure && thrown.error === 'States.ExceedToleratedFailureThreshold') {
      for (const [child] of stopped) await results.add(this.#childCount++, child, { status: 'ABORTED' });
      await results.close(this.#pending(inputs));
    } else await results.discard();
    await inputs.return(undefined);
  }

  async *#pending(inputs: AsyncGenerator<ChildInput>): AsyncGenerator<Execution> {
    for await (const input of inputs) yield this.#newChild(input, this.#childCount++);
  }
}

async function* unbatched(inputs: AsyncIterable<Json>): AsyncGenerator<ChildInput> {
  for await (const input of inputs) yield { input, itemCount: 1 };
}
