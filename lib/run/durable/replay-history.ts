import { type CallEnded, type Completion, type InnerCallEnded, type JournalRecord, visitOf } from './records.ts';

/** What a journal tells of a run so far: all that a resumed run need not wait for again. */
export interface ReplayHistory {
  /** In the order in which they came. A visit that is to be made again has none. */
  readonly completions: readonly RecordedCompletion[];
  readonly innerCalls: ReadonlyMap<string, InnerCallEnded>;
  /** Milliseconds in which no process worked on the run, so far. */
  readonly idleMs: number;
  /** Whether nothing is left to do. */
  readonly endedWell: boolean;
}

/** A delivery, and for how many milliseconds nobody had worked on the run before it. */
export interface RecordedCompletion {
  readonly record: Completion;
  readonly idleMs: number;
}

/** No past: a run that begins. */
export const EMPTY_HISTORY: ReplayHistory = { completions: [], innerCalls: new Map(), idleMs: 0, endedWell: false };

/** Reads the past of a run that goes on now, at `now`. */
export function replayHistory(records: readonly JournalRecord[], now: number): ReplayHistory {
  let deliveries: RecordedCompletion[] = [];
  const inner = new Map<string, InnerCallEnded>();
  let idleMs = 0;
  let [latest, again] = [records[0]?.at ?? now, undefined as string | undefined];
  const goOn = (at: number): void => {
    idleMs += Math.max(0, at - latest);
    if (again !== undefined) deliveries = withoutVisit(deliveries, again);
  };
  for (const record of records) {
    if (record.type === 'resume') goOn(record.at);
    else if (record.type === 'inner') inner.set(record.id, record);
    else if (isCompletion(record)) deliveries.push({ record, idleMs });
    again = record.type === 'end' ? record.retryVisit : undefined;
    latest = record.at;
  }
  goOn(now);
  const last = records.at(-1);
  const endedWell = last?.type === 'end' && (last.outcome === 'success' || last.outcome === 'skipped');
  return { completions: deliveries, innerCalls: inner, idleMs, endedWell };
}

/**
 * What is left where a visit is to be made again that has failed the run. What failed beside it, and came too late to be
 * noticed, is made again too: else the run would fail by each of them in turn.
 */
function withoutVisit(deliveries: readonly RecordedCompletion[], visit: string): RecordedCompletion[] {
  const failed = deliveries.findLastIndex(({ record }) => visitOf(record.id) === visit);
  return deliveries.filter(({ record }, at) => visitOf(record.id) !== visit && !(at > failed && isFailure(record)));
}

const isCompletion = (record: JournalRecord): record is Completion =>
  record.type === 'call' || record.type === 'wake' || record.type === 'limit';

/** Whether a delivery may have failed the run: a call that failed, or one that took too long. */
export const isFailure = (record: Completion): boolean =>
  record.type === 'limit' || (record.type === 'call' && (record satisfies CallEnded).error !== undefined);
