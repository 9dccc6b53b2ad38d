import { type CallEnded, type Completion, type InnerCallEnded, type JournalRecord, visitOf } from './records.ts';

/** The history of a run in its journal, which a resumed run replays. */
export interface ReplayHistory {
  /** In their original order, without those of a visit that is retried. */
  readonly completions: readonly RecordedCompletion[];
  readonly innerCalls: ReadonlyMap<string, InnerCallEnded>;
  /** Milliseconds so far in which no process worked on the run. */
  readonly idleMs: number;
  /** Whether the run has succeeded or was skipped, so that nothing is left to do. */
  readonly hasSucceeded: boolean;
}

/** A completion, and the milliseconds in which no process worked on the run before it. */
export interface RecordedCompletion {
  readonly record: Completion;
  readonly idleMs: number;
}

/** The history of a run that starts. */
export const EMPTY_HISTORY: ReplayHistory = { completions: [], innerCalls: new Map(), idleMs: 0, hasSucceeded: false };

/** Reads the history of a run that is resumed at `now`. */
export function replayHistory(records: readonly JournalRecord[], now: number): ReplayHistory {
  let completions: RecordedCompletion[] = [];
  const innerCalls = new Map<string, InnerCallEnded>();
  let idleMs = 0;
  let [latest, retryVisit] = [records[0]?.at ?? now, undefined as string | undefined];
  const resume = (at: number): void => {
    idleMs += Math.max(0, at - latest);
    if (retryVisit !== undefined) completions = withoutVisit(completions, retryVisit);
  };
  for (const record of records) {
    if (record.type === 'resume') resume(record.at);
    else if (record.type === 'inner') innerCalls.set(record.id, record);
    else if (isCompletion(record)) completions.push({ record, idleMs });
    retryVisit = record.type === 'end' ? record.retryVisit : undefined;
    latest = record.at;
  }
  resume(now);
  const last = records.at(-1);
  const hasSucceeded = last?.type === 'end' && (last.outcome === 'success' || last.outcome === 'skipped');
  return { completions, innerCalls, idleMs, hasSucceeded };
}

/**
 * Removes the completions of a visit that failed the run and is retried. Later failures of other visits, which the run no
 * longer handled, are removed too: otherwise each of them would fail the resumed run.
 */
function withoutVisit(completions: readonly RecordedCompletion[], visit: string): RecordedCompletion[] {
  const failed = completions.findLastIndex(({ record }) => visitOf(record.id) === visit);
  return completions.filter(({ record }, at) => visitOf(record.id) !== visit && !(at > failed && isFailure(record)));
}

const isCompletion = (record: JournalRecord): record is Completion =>
  record.type === 'call' || record.type === 'wake' || record.type === 'limit';

/** Whether a completion may have failed the run: a call that failed or timed out. */
export const isFailure = (record: Completion): boolean =>
  record.type === 'limit' || (record.type === 'call' && (record satisfies CallEnded).error !== undefined);
