import { type CallEnded, type Delivery, type InnerEnded, type JournalRecord, visitOf } from './records.ts';

/** What a journal tells of a run so far: all that a resumed run need not wait for again. */
export interface Past {
  /** In the order in which they came. A visit that is to be made again has none. */
  readonly deliveries: readonly PastDelivery[];
  readonly inner: ReadonlyMap<string, InnerEnded>;
  /** Milliseconds in which no process worked on the run, so far. */
  readonly idleMs: number;
  /** Whether nothing is left to do. */
  readonly endedWell: boolean;
}

/** A delivery, and for how many milliseconds nobody had worked on the run before it. */
export interface PastDelivery {
  readonly record: Delivery;
  readonly idleMs: number;
}

/** No past: a run that begins. */
export const NO_PAST: Past = { deliveries: [], inner: new Map(), idleMs: 0, endedWell: false };

/** Reads the past of a run that goes on now, at `now`. */
export function pastOf(records: readonly JournalRecord[], now: number): Past {
  let deliveries: PastDelivery[] = [];
  const inner = new Map<string, InnerEnded>();
  let idleMs = 0;
  let [latest, again] = [records[0]?.at ?? now, undefined as string | undefined];
  const goOn = (at: number): void => {
    idleMs += Math.max(0, at - latest);
    if (again !== undefined) deliveries = without(deliveries, again);
  };
  for (const record of records) {
    if (record.type === 'resume') goOn(record.at);
    else if (record.type === 'inner') inner.set(record.id, record);
    else if (isDelivery(record)) deliveries.push({ record, idleMs });
    again = record.type === 'end' ? record.again : undefined;
    latest = record.at;
  }
  goOn(now);
  const last = records.at(-1);
  const endedWell = last?.type === 'end' && (last.outcome === 'success' || last.outcome === 'skipped');
  return { deliveries, inner, idleMs, endedWell };
}

/**
 * What is left where a visit is to be made again that has failed the run. What failed beside it, and came too late to be
 * noticed, is made again too: else the run would fail by each of them in turn.
 */
function without(deliveries: readonly PastDelivery[], visit: string): PastDelivery[] {
  const failed = deliveries.findLastIndex(({ record }) => visitOf(record.id) === visit);
  return deliveries.filter(({ record }, at) => visitOf(record.id) !== visit && !(at > failed && isFailure(record)));
}

const isDelivery = (record: JournalRecord): record is Delivery =>
  record.type === 'call' || record.type === 'wake' || record.type === 'limit';

/** Whether a delivery may have failed the run: a call that failed, or one that took too long. */
export const isFailure = (record: Delivery): boolean =>
  record.type === 'limit' || (record.type === 'call' && (record satisfies CallEnded).error !== undefined);
