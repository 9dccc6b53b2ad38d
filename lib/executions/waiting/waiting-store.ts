import {
  ANSWERED,
  ASKED,
  answerKindOf,
  folderOfExecution,
  itemOf,
  readWaitingRecord,
  type WaitingRecord,
} from '../../protocol/waiting.ts';
import type { BlobStore } from '../../runtime/index.ts';
import { hydrate } from '../../runtime/index.ts';
import { keyIn } from '../../runtime/stores/store-folders.ts';
import { answerKeyOf } from '../../runtime/waiting.ts';
import type { WaitingStep } from '../executions.ts';

/** Where what steps ask is stored, and that it was answered. Keys are those of an `ObjectStore`. */
export interface WaitingStore {
  /** The keys that begin with a folder. */
  list(folder: string): Promise<readonly string[]>;
  read(key: string): Promise<string | undefined>;
  /** Writes what says that a step was answered. */
  write(key: string, text: string): Promise<void>;
}

/** What a step of an execution asks, and whether it still does. */
export interface Asked {
  readonly record: WaitingRecord;
  /** Why it waits no more; absent while it does. */
  readonly over?: 'answered' | 'timed out';
}

/** How many records are read at once. */
const AT_ONCE = 50;

/** What the steps of an execution have asked, by their last attempts, the oldest first. */
export async function askedIn(store: WaitingStore, execution: string, nowMs: number): Promise<readonly Asked[]> {
  const folder = keyIn('waiting', folderOfExecution(execution));
  const [keys, answered] = await Promise.all([
    store.list(`${folder}/${ASKED}/`),
    store.list(`${folder}/${ANSWERED}/`).then((all) => new Set(all)),
  ]);
  const found: Asked[] = [];
  for (let at = 0; at < keys.length; at += AT_ONCE) {
    const texts = await Promise.all(keys.slice(at, at + AT_ONCE).map((key) => store.read(key)));
    for (const text of texts) {
      const record = text === undefined ? undefined : readWaitingRecord(text);
      // Executions of different flows may have the same name.
      if (record?.execution === execution) found.push(withState(record, answered, nowMs));
    }
  }
  return found.sort((one, other) => compare(orderOf(one.record), orderOf(other.record)));
}

/** By time; what asked at the same moment, by step and item. */
const orderOf = (record: WaitingRecord): string => `${record.askedAt} ${record.step} ${itemOf(record) ?? ''}`;

/** Compares texts with the numbers in them, such as those of items. */
export const { compare } = new Intl.Collator('en', { numeric: true });

function withState(record: WaitingRecord, answered: ReadonlySet<string>, nowMs: number): Asked {
  if (answered.has(answerKeyOf(record))) return { record, over: 'answered' };
  const { askedAt, timeout = Number.POSITIVE_INFINITY } = record;
  return Date.parse(askedAt) + timeout * 1000 < nowMs ? { record, over: 'timed out' } : { record };
}

/** A step that waits, as those who answer see it: without its task token. */
export async function shownStep(record: WaitingRecord, blobs: Pick<BlobStore, 'get'>): Promise<WaitingStep> {
  const { step, component, title, details, askedAt, timeout, attempt } = record;
  const item = itemOf(record);
  return {
    step,
    ...(item !== undefined && { item }),
    component,
    answeredBy: answerKindOf(component) ?? 'callback',
    ...(title !== undefined && { title }),
    ...(details !== undefined && { details: await hydrate(details, blobs) }),
    askedAt,
    ...(timeout !== undefined && { until: new Date(Date.parse(askedAt) + timeout * 1000).toISOString() }),
    attempt,
  };
}
