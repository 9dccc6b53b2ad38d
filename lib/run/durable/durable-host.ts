import { realClock } from '../../engine/execution/clock.ts';
import type { S3Objects } from '../../engine/index.ts';
import { type Clock, type Sleep, TaskError, type TaskRequest, type TaskResolver } from '../../engine/types.ts';
import type { Json } from '../../protocol/json.ts';
import type { Journal } from './journal.ts';
import { randomFrom } from './random.ts';
import { type CallEnded, type Completion, type SleepEnded, visitOf } from './records.ts';
import { isFailure, type RecordedCompletion, type ReplayHistory } from './replay-history.ts';
import { trackedObjects } from './tracked-objects.ts';

/** The start time, seed and clock of a run. */
export interface RunClock {
  readonly startMs: number;
  /** The seed of its random numbers. */
  readonly seed: string;
  /** @default the system clock */
  readonly clock?: Clock;
}

/** A call or sleep of the execution that waits for its completion. */
interface Waiter {
  /** Starts the call or sleep. Not called if its completion is recorded. */
  readonly start: () => void;
  readonly complete: (record: Completion) => void;
  readonly fail: (error: unknown) => void;
}

/** A completion that is not in the journal yet, and so has no time. */
type PendingCompletion = Omit<CallEnded, 'at'> | Omit<SleepEnded, 'at'>;

/**
 * Makes an execution durable by deterministic replay. A state machine is deterministic except for its external events: the
 * completions of calls and sleeps, the time, and random numbers. All of them go through this class.
 *
 * - The completion of each call or sleep is written to the journal, then delivered to the execution. The next one is only
 *   delivered when the execution has done everything that follows from the previous one.
 * - The time that expressions see is that of the latest completion; random numbers come from the run's seed.
 *
 * A resumed execution receives the recorded completions in their order and so reaches its former state immediately:
 * completed calls and sleeps are not repeated. Those that were in progress start when no recorded completion is left to
 * deliver. Calls and sleeps have ids that do not depend on their order, so each gets its own completion even if an
 * execution makes them in another order.
 */
export class DurableHost {
  readonly clock: Clock;
  readonly random: () => number;
  readonly #realClock: Clock;
  readonly #journal: Journal;
  readonly #history: ReplayHistory;
  readonly #waiting = new Map<string, Waiter>();
  /** Recorded completions that nothing has waited for yet. */
  readonly #recorded: Map<string, RecordedCompletion>;
  /** Completions that are not in the journal yet. */
  #pending: PendingCompletion[] = [];
  /** Completions in the journal that are not delivered yet. */
  readonly #queue: Completion[] = [];
  #isLive: boolean;
  #isScheduled = false;
  /** Number of works in progress inside the execution, such as reading a file: it is still handling a completion. */
  #activeWork = 0;
  /** The latest delivered completion. */
  #latest: Completion | undefined;
  #now: number;
  #stamp: number;

  constructor(journal: Journal, history: ReplayHistory, { startMs, seed, clock = realClock }: RunClock) {
    this.#realClock = clock;
    this.#journal = journal;
    this.#history = history;
    this.#recorded = new Map(history.completions.map((one) => [keyOf(one.record), one]));
    this.#isLive = this.#recorded.size === 0;
    this.#now = startMs;
    this.#stamp = startMs;
    this.random = randomFrom(seed);
    this.clock = {
      now: () => this.#now,
      stamp: () => this.stamp(),
      sleep: (ms, signal, what) => this.#sleep(ms, signal, what),
    };
  }

  /** Whether recorded completions are still being replayed. */
  get isReplaying(): boolean {
    return !this.#isLive;
  }

  /** The visit of the latest completion, if that is a failure: the visit that failed the run, if it has failed. */
  get failedVisit(): string | undefined {
    return this.#latest && isFailure(this.#latest) ? visitOf(this.#latest.id) : undefined;
  }

  /** The current time minus the time in which no process worked on the run, in milliseconds since the epoch. */
  stamp(): number {
    if (this.#isLive) this.#stamp = Math.max(this.#stamp, this.#realClock.now() - this.#history.idleMs);
    return this.#stamp;
  }

  /** Tracks access to the objects that the execution itself reads and writes, for a distributed Map. */
  objects(objects: S3Objects): S3Objects {
    return trackedObjects(objects, async (work) => {
      this.#activeWork += 1;
      try {
        return await work;
      } finally {
        this.#activeWork -= 1;
        this.#schedule();
      }
    });
  }

  /** Makes calls through `resolver`, unless their completion is recorded. */
  resolver(resolver: TaskResolver): TaskResolver {
    return (request) =>
      this.#wait(`call ${request.callId}`, request.signal, (succeed, fail) => ({
        start: () => this.#call(resolver, request, fail),
        complete: (record) => succeed(resultOf(record)),
        fail,
      }));
  }

  #call(resolver: TaskResolver, request: TaskRequest, fail: (error: unknown) => void): void {
    const end = (ended: Pick<CallEnded, 'result' | 'error' | 'cause'>): void =>
      this.#add({ type: 'call', id: request.callId, ...ended });
    resolver(request).then(
      (result) => end({ result: result ?? null }),
      (error: unknown) => {
        if (!(error instanceof TaskError)) return fail(error);
        end({ error: error.error, ...(error.cause !== undefined && { cause: error.cause }) });
      },
    );
  }

  #sleep(ms: number, signal?: AbortSignal, what?: Sleep): Promise<void> {
    // A resumed execution gets its whole timeout again.
    if (what === undefined) return this.#realClock.sleep(ms, signal);
    const type = what.isTimeout ? 'limit' : 'wake';
    const until = this.#now + ms;
    return this.#wait<void>(`${type} ${what.id}`, signal, (succeed, fail) => ({
      start: () => {
        const remaining = what.isTimeout ? ms : until - this.#realClock.now();
        this.#realClock.sleep(Math.max(0, remaining), signal).then(
          () => this.#add({ type, id: what.id }),
          () => {}, // aborted: nothing waits for it
        );
      },
      complete: () => succeed(),
      fail,
    }));
  }

  /** Waits for a completion; rejects if it is aborted before. */
  #wait<T>(
    key: string,
    signal: AbortSignal | undefined,
    make: (succeed: (value: T | Promise<T>) => void, fail: (error: unknown) => void) => Waiter,
  ): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const abort = (): void => {
        this.#waiting.delete(key);
        reject(signal?.reason);
      };
      const unsubscribe = (): void => signal?.removeEventListener('abort', abort);
      const waiting = make(
        (value) => {
          unsubscribe();
          resolve(value);
        },
        (error) => {
          unsubscribe();
          this.#waiting.delete(key);
          reject(error);
        },
      );
      if (signal?.aborted) return abort();
      signal?.addEventListener('abort', abort, { once: true });
      this.#waiting.set(key, waiting);
      if (!this.#isLive || this.#takeRecorded(key)) this.#schedule();
      else waiting.start();
    });
  }

  /** Queues a completion, unless its call or sleep was aborted. */
  #add(completion: PendingCompletion): void {
    if (!this.#waiting.has(keyOf(completion))) return;
    this.#pending.push(completion);
    this.#schedule();
  }

  /** Queues the recorded completion of a call or sleep that starts after the replay; returns whether there is one. */
  #takeRecorded(key: string): boolean {
    const recorded = this.#recorded.get(key);
    if (recorded === undefined) return false;
    this.#recorded.delete(key);
    this.#queue.push(recorded.record);
    return true;
  }

  /** setImmediate runs after all pending promise callbacks: the execution has then handled the previous completion. */
  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      try {
        if (this.#isLive) this.#deliverNext();
        else if (this.#activeWork === 0) this.#replayNext();
      } catch (error) {
        for (const { fail } of [...this.#waiting.values()]) fail(error);
      }
    });
  }

  #replayNext(): void {
    for (const [key, { record, idleMs }] of this.#recorded) {
      const waiting = this.#waiting.get(key);
      if (waiting === undefined) continue;
      this.#recorded.delete(key);
      this.#stamp = Math.max(this.#stamp, record.at - idleMs);
      this.#deliver(key, record, waiting);
      this.#schedule();
      return;
    }
    this.#isLive = true;
    for (const { start } of [...this.#waiting.values()]) start();
  }

  #deliverNext(): void {
    this.#record();
    const next = this.#queue.shift();
    if (next === undefined) return;
    const key = keyOf(next);
    const waiting = this.#waiting.get(key);
    if (waiting) this.#deliver(key, next, waiting);
    if (this.#queue.length > 0) this.#schedule();
  }

  #record(): void {
    if (this.#pending.length === 0) return;
    // Times never decrease, even if the system clock is set back.
    const at = Math.max(this.#queue.at(-1)?.at ?? this.#now, this.#realClock.now());
    const records = this.#pending.map(({ type, id, ...ended }): Completion => ({ type, id, at, ...ended }));
    this.#pending = [];
    this.#journal.append(records);
    for (const record of records) this.#queue.push(record);
  }

  #deliver(key: string, record: Completion, waiting: Waiter): void {
    this.#waiting.delete(key);
    this.#now = Math.max(this.#now, record.at);
    this.#latest = record;
    waiting.complete(record);
  }
}

const keyOf = ({ type, id }: PendingCompletion): string => `${type} ${id}`;

function resultOf(record: Completion): Json | Promise<Json> {
  const { error, cause, result } = record.type === 'call' ? record : {};
  return error === undefined ? (result ?? null) : Promise.reject(new TaskError(error, cause));
}
