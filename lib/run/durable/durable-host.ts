import { realClock } from '../../engine/execution/clock.ts';
import type { S3Objects } from '../../engine/index.ts';
import { type Clock, type Sleep, TaskError, type TaskRequest, type TaskResolver } from '../../engine/types.ts';
import type { Json } from '../../protocol/json.ts';
import type { Journal } from './journal.ts';
import { randomFrom } from './random.ts';
import { type CallEnded, type Completion, type SleepEnded, visitOf } from './records.ts';
import { isFailure, type RecordedCompletion, type ReplayHistory } from './replay-history.ts';
import { trackedObjects } from './tracked-objects.ts';

/** How a run began. */
export interface RunClock {
  readonly startMs: number;
  /** What its random numbers grow from. */
  readonly seed: string;
  /** @default the machine's */
  readonly clock?: Clock;
}

/** What waits for a delivery: a call or a sleep of the execution. */
interface Waiter {
  /** Does the work that the delivery comes from; of what is in the journal that is never asked. */
  readonly start: () => void;
  readonly complete: (record: Completion) => void;
  readonly fail: (error: unknown) => void;
}

/** What has come: it gets its time when it is written down. */
type PendingCompletion = Omit<CallEnded, 'at'> | Omit<SleepEnded, 'at'>;

/**
 * Stands between an execution and the world, and makes it durable. A state machine is deterministic save for what comes
 * to it from outside: the ends of its calls and sleeps, the time, random numbers. All of these come through here.
 *
 * - Each end of a call or sleep is a delivery. It is written into the journal, then handed on; one at a time, so that
 *   the execution has done all that follows from one before the next.
 * - The time that expressions see is that of the latest delivery; random numbers come from the run's seed.
 *
 * So an execution that starts again and gets the deliveries of the journal in their order comes to where it was, and
 * at no time: no call that has ended is made, no sleep that is over is slept. What was under way then begins once
 * nothing more of the journal can be delivered. Ids that do not depend on the order name calls and sleeps, so that
 * even an execution that asks in another order gets the right answers.
 */
export class DurableHost {
  readonly clock: Clock;
  readonly random: () => number;
  readonly #world: Clock;
  readonly #journal: Journal;
  readonly #past: ReplayHistory;
  readonly #waiting = new Map<string, Waiter>();
  /** Deliveries of the journal that nothing has asked for yet. */
  readonly #recorded: Map<string, RecordedCompletion>;
  /** What is not yet in the journal. */
  #came: PendingCompletion[] = [];
  /** What is in the journal and on its way to the execution. */
  readonly #queue: Completion[] = [];
  #isLive: boolean;
  #isTurning = false;
  /** Work under way inside the execution, such as the reading of a file: what follows from a delivery is not done yet. */
  #held = 0;
  /** The latest delivery. */
  #latest: Completion | undefined;
  #now: number;
  #stamp: number;

  constructor(journal: Journal, past: ReplayHistory, { startMs, seed, clock = realClock }: RunClock) {
    this.#world = clock;
    this.#journal = journal;
    this.#past = past;
    this.#recorded = new Map(past.completions.map((one) => [keyOf(one.record), one]));
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

  /** Whether what happens now has happened before. */
  get isReplaying(): boolean {
    return !this.#isLive;
  }

  /** The visit whose failure was the latest thing to come; where the run has failed, what failed it. */
  get failedVisit(): string | undefined {
    return this.#latest && isFailure(this.#latest) ? visitOf(this.#latest.id) : undefined;
  }

  /** The time since the run's start that it was worked on, as a time since the epoch. */
  stamp(): number {
    if (this.#isLive) this.#stamp = Math.max(this.#stamp, this.#world.now() - this.#past.idleMs);
    return this.#stamp;
  }

  /** The objects that the execution reads and writes itself, for a distributed Map. */
  objects(objects: S3Objects): S3Objects {
    return trackedObjects(objects, async (work) => {
      this.#held += 1;
      try {
        return await work;
      } finally {
        this.#held -= 1;
        this.#turn();
      }
    });
  }

  /** Makes calls by `resolver`, unless the journal knows how they ended. */
  resolver(resolver: TaskResolver): TaskResolver {
    return (request) =>
      this.#deliver(`call ${request.callId}`, request.signal, (take, fail) => ({
        start: () => this.#call(resolver, request, fail),
        complete: (record) => take(resultOf(record)),
        fail,
      }));
  }

  #call(resolver: TaskResolver, request: TaskRequest, fail: (error: unknown) => void): void {
    const end = (ended: Pick<CallEnded, 'result' | 'error' | 'cause'>): void =>
      this.#take({ type: 'call', id: request.callId, ...ended });
    resolver(request).then(
      (result) => end({ result: result ?? null }),
      (error: unknown) => {
        if (!(error instanceof TaskError)) return fail(error);
        end({ error: error.error, ...(error.cause !== undefined && { cause: error.cause }) });
      },
    );
  }

  #sleep(ms: number, signal?: AbortSignal, what?: Sleep): Promise<void> {
    // The limit of the whole execution begins anew when it goes on.
    if (what === undefined) return this.#world.sleep(ms, signal);
    const type = what.isTimeout ? 'limit' : 'wake';
    const until = this.#now + ms;
    return this.#deliver<void>(`${type} ${what.id}`, signal, (take, fail) => ({
      start: () => {
        const left = what.isTimeout ? ms : until - this.#world.now();
        this.#world.sleep(Math.max(0, left), signal).then(
          () => this.#take({ type, id: what.id }),
          () => {}, // Aborted: nothing waits for it any more.
        );
      },
      complete: () => take(),
      fail,
    }));
  }

  /** Waits for a delivery; rejects where it is aborted before. */
  #deliver<T>(
    key: string,
    signal: AbortSignal | undefined,
    make: (take: (value: T | Promise<T>) => void, fail: (error: unknown) => void) => Waiter,
  ): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const abort = (): void => {
        this.#waiting.delete(key);
        reject(signal?.reason);
      };
      const done = (): void => signal?.removeEventListener('abort', abort);
      const waiting = make(
        (value) => {
          done();
          resolve(value);
        },
        (error) => {
          done();
          this.#waiting.delete(key);
          reject(error);
        },
      );
      if (signal?.aborted) return abort();
      signal?.addEventListener('abort', abort, { once: true });
      this.#waiting.set(key, waiting);
      if (!this.#isLive || this.#isKnown(key)) this.#turn();
      else waiting.start();
    });
  }

  /** Something has come from outside; of what is aborted nothing comes any more. */
  #take(coming: PendingCompletion): void {
    if (!this.#waiting.has(keyOf(coming))) return;
    this.#came.push(coming);
    this.#turn();
  }

  /** Whether the journal has what is asked for only now; then it is delivered as it is. */
  #isKnown(key: string): boolean {
    const known = this.#recorded.get(key);
    if (known === undefined) return false;
    this.#recorded.delete(key);
    this.#queue.push(known.record);
    return true;
  }

  /** An immediate runs when no promise is left that could still go on: then all that follows from one delivery is done. */
  #turn(): void {
    if (this.#isTurning) return;
    this.#isTurning = true;
    setImmediate(() => {
      this.#isTurning = false;
      try {
        if (this.#isLive) this.#deliverNext();
        else if (this.#held === 0) this.#replayNext();
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
      this.#handOn(key, record, waiting);
      this.#turn();
      return;
    }
    this.#isLive = true;
    for (const { start: begin } of [...this.#waiting.values()]) begin();
  }

  #deliverNext(): void {
    this.#writeDown();
    const next = this.#queue.shift();
    if (next === undefined) return;
    const key = keyOf(next);
    const waiting = this.#waiting.get(key);
    if (waiting) this.#handOn(key, next, waiting);
    if (this.#queue.length > 0) this.#turn();
  }

  #writeDown(): void {
    if (this.#came.length === 0) return;
    // Never earlier than what came before: a machine's clock may be set back.
    const at = Math.max(this.#queue.at(-1)?.at ?? this.#now, this.#world.now());
    const records = this.#came.map(({ type, id, ...ended }): Completion => ({ type, id, at, ...ended }));
    this.#came = [];
    this.#journal.append(records);
    for (const record of records) this.#queue.push(record);
  }

  #handOn(key: string, record: Completion, waiting: Waiter): void {
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
