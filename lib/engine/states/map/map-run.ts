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

/** What a Map Run is to do. */
export interface MapRunOptions {
  readonly dataset: Dataset;
  readonly inputOf: (item: Item, index: number) => MaybePromise<Json>;
  readonly batching: Batching | undefined;
  readonly maxConcurrency: number;
  readonly tolerance: Tolerance;
  readonly openResults: (mapRunArn: string) => Results;
}

/**
 * Runs each item, or each batch of items, as an execution of its own, with its own history. More failures than are
 * tolerated stop all. Only so many items are held as run at once.
 */
export async function runMapRun(visit: Visit, machine: ChildMachine, order: MapRunOptions): Promise<Json> {
  const { host, history } = visit.branch.execution;
  const name = `${host.stateMachineName.split('/')[0]}/${machine.label}`;
  const mapRunArn = `arn:aws:states:local:000000000000:mapRun:${name}:${uuidFrom(host.random)}`;
  visit.record('MapRunStarted', { mapRunArn });
  const mapRun = new MapRun(visit, machine, { ...host, type: machine.type, stateMachineName: name }, order);
  try {
    const results = await mapRun.work(order.openResults(mapRunArn));
    visit.record('MapRunSucceeded', {});
    return results.result();
  } catch (thrown) {
    visit.branch.cancellation.check();
    const failure = visit.asFailure(thrown);
    if (!history.full) visit.record('MapRunFailed', failureDetails(failure));
    throw failure;
  }
}

/** Child executions that have begun, with the thread that each began with. */
type Open = Map<Execution, StartedExecution | undefined>;

class MapRun {
  readonly #visit: Visit;
  readonly #machine: ChildMachine;
  readonly #host: Host;
  readonly #order: MapRunOptions;
  readonly #cancellation: Cancellation;
  readonly #open: Open = new Map();
  #read = 0;
  #total: number | undefined;
  #failed = 0;
  #children = 0;

  constructor(visit: Visit, machine: ChildMachine, host: Host, order: MapRunOptions) {
    this.#visit = visit;
    this.#machine = machine;
    this.#host = host;
    this.#order = order;
    this.#cancellation = new Cancellation(visit.branch.cancellation);
    this.#total = Array.isArray(order.dataset) ? order.dataset.length : undefined;
  }

  /** Rejects with a StateFailure or a FieldError; all that ran is stopped then. */
  async work(results: Results): Promise<Results> {
    const { batching, maxConcurrency } = this.#order;
    const jobs = batching ? batchItems(this.#inputs(), batching) : single(this.#inputs());
    const lanes = new ConcurrencyLimit(maxConcurrency);
    try {
      for (let next = await jobs.next(); !next.done; next = await jobs.next())
        await lanes.add(this.#runChild(next.value, results));
      this.#total = this.#read;
      this.#checkTolerance();
      await lanes.drain();
      await results.close();
      this.#cancellation.done();
      return results;
    } catch (thrown) {
      await this.#stop(thrown, jobs, results);
      throw thrown;
    }
  }

  async *#inputs(): AsyncGenerator<Json> {
    const { dataset, inputOf } = this.#order;
    for await (const item of dataset) yield await inputOf(item, this.#read++);
  }

  async #runChild(job: ChildInput, results: Results): Promise<void> {
    this.#cancellation.check();
    const index = this.#children++;
    const child = this.#newChild(job, index);
    const end = await this.#endOf(child);
    this.#open.delete(child);
    await results.add(index, child, end);
    if (end.status === 'SUCCEEDED') return;
    this.#failed += job.items;
    this.#checkTolerance();
  }

  #newChild({ input }: ChildInput, index: number): Execution {
    const { execution } = this.#visit.branch;
    return new Execution(this.#host, uuidFrom(this.#host.random), input, execution, this.#visit.pathOf(index));
  }

  /** Only an Express execution has a time limit, which costs a timer. */
  async #endOf(child: Execution): Promise<ExecutionEnd> {
    const { loaded } = this.#machine;
    this.#open.set(child, undefined);
    if (child.host.type === 'EXPRESS') return runToEnd(child, loaded, this.#cancellation.signal);
    try {
      const started = startExecution(child, loaded.machine, child.input, this.#cancellation);
      this.#open.set(child, started);
      return { status: 'SUCCEEDED', output: await started.output };
    } catch (thrown) {
      if (!(thrown instanceof StateFailure)) throw thrown;
      const { error, cause } = thrown;
      return { status: 'FAILED', ...(error !== undefined && { error }), ...(cause !== undefined && { cause }) };
    }
  }

  #checkTolerance(): void {
    if (!isExceeded(this.#order.tolerance, this.#failed, this.#total)) return;
    const cause = 'The specified tolerated failure threshold was exceeded';
    throw new StateFailure('States.ExceedToleratedFailureThreshold', cause);
  }

  /** Stops what runs. Where too many failed, what there is to tell is still told. */
  async #stop(thrown: unknown, jobs: AsyncGenerator<ChildInput>, results: Results): Promise<void> {
    const stopped = [...this.#open];
    this.#cancellation.abort();
    for (const [child, started] of stopped)
      if (started) child.history.end(started.branch.lastEvent, 'ExecutionAborted', {});
    const isAborted = this.#visit.branch.cancellation.aborted;
    if (!isAborted && thrown instanceof StateFailure && thrown.error === 'States.ExceedToleratedFailureThreshold') {
      for (const [child] of stopped) await results.add(this.#children++, child, { status: 'ABORTED' });
      await results.close(this.#pending(jobs));
    } else await results.discard();
    await jobs.return(undefined);
  }

  async *#pending(jobs: AsyncGenerator<ChildInput>): AsyncGenerator<Execution> {
    for await (const job of jobs) yield this.#newChild(job, this.#children++);
  }
}

async function* single(inputs: AsyncIterable<Json>): AsyncGenerator<ChildInput> {
  for await (const input of inputs) yield { input, items: 1 };
}
