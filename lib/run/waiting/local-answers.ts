import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { link, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Slots } from '../../protocol/invocation.ts';
import { isObject } from '../../protocol/json.ts';
import { readWaitingRecord, type WaitingRecord } from '../../protocol/waiting.ts';
import { answerKeyOf } from '../../runtime/waiting.ts';

/** Milliseconds between two looks for answers. */
const LOOK_MS = 150;

/** An answer in the folder of blobs: what completes the task, as Step Functions would be sent it. */
export interface StoredAnswer {
  readonly output: { readonly Payload: Slots };
}

/**
 * Gives an answer to a step of a run on this machine: the first one counts. Returns whether this one is it. The process that
 * runs the flow finds it, or the one that resumes the run.
 */
export async function giveAnswer(
  blobs: string,
  record: WaitingRecord,
  output: StoredAnswer['output'],
): Promise<boolean> {
  const file = join(blobs, answerKeyOf(record));
  const temporary = `${file}.${randomUUID()}.tmp`;
  await mkdir(dirname(file), { recursive: true });
  try {
    await writeFile(temporary, JSON.stringify({ output } satisfies StoredAnswer), { flag: 'wx' });
    // Unlike a renaming, it fails where the file is there.
    await link(temporary, file);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}

/** A step that somebody has to answer. */
interface Waiter {
  readonly file: string;
  readonly take: (slots: Slots) => void;
  readonly fail: (error: unknown) => void;
}

/** The answers to what the steps of one run ask. They are files: whoever answers is another process. */
export class LocalAnswers {
  readonly #blobs: string;
  readonly #onAsked: (record: WaitingRecord) => void;
  readonly #waiters = new Set<Waiter>();
  #folder: string | undefined;
  #isLooking = false;

  /** `blobs`: the folder of blobs. `onAsked`: called when a step begins to wait. */
  constructor(blobs: string, onAsked: (record: WaitingRecord) => void) {
    this.#blobs = blobs;
    this.#onAsked = onAsked;
  }

  /** Waits for the answer to the record of that key. Rejects with the signal's reason. */
  async wait(key: string, signal: AbortSignal): Promise<Slots> {
    const asked = join(this.#blobs, key);
    const record = readWaitingRecord(await readFile(asked, 'utf8'));
    if (!record) throw new Error(`${asked} is not what a step asks`);
    const file = join(this.#blobs, answerKeyOf(record));
    this.#folder = dirname(dirname(file));
    try {
      return await this.#answer(file, record, signal);
    } finally {
      // It is answered, or waits no more: another attempt asks again. Of a process that is killed, it stays.
      await rm(asked, { force: true });
    }
  }

  /** Removes what was asked and answered: no run will want it again. */
  async clear(): Promise<void> {
    if (this.#folder !== undefined) await rm(this.#folder, { recursive: true, force: true });
  }

  #answer(file: string, record: WaitingRecord, signal: AbortSignal): Promise<Slots> {
    return new Promise<Slots>((resolve, reject) => {
      const end =
        <T>(settle: (value: T) => void) =>
        (value: T): void => {
          this.#waiters.delete(waiter);
          signal.removeEventListener('abort', abort);
          settle(value);
        };
      const waiter: Waiter = { file, take: end(resolve), fail: end(reject) };
      const abort = (): void => waiter.fail(signal.reason);
      if (signal.aborted) return reject(signal.reason);
      signal.addEventListener('abort', abort, { once: true });
      this.#waiters.add(waiter);
      // It may have been answered while nothing ran.
      if (!existsSync(file)) this.#onAsked(record);
      void this.#look();
    });
  }

  /** Looks for the answers of all that wait, with one reading of their folder. */
  async #look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    while (this.#waiters.size > 0) {
      try {
        for (const waiter of await this.#answered()) waiter.take(slotsIn(await readFile(waiter.file, 'utf8')));
      } catch (error) {
        for (const waiter of [...this.#waiters]) waiter.fail(error);
      }
      if (this.#waiters.size > 0) await sleep(LOOK_MS);
    }
    this.#isLooking = false;
  }

  async #answered(): Promise<readonly Waiter[]> {
    const waiters = [...this.#waiters];
    const [first] = waiters;
    if (!first) return [];
    const names = new Set(await readdir(dirname(first.file)).catch(() => []));
    return waiters.filter(({ file }) => names.has(file.slice(dirname(file).length + 1)));
  }
}

function slotsIn(text: string): Slots {
  const value: unknown = JSON.parse(text);
  const output = isObject(value) ? value.output : undefined;
  return isObject(output) && isObject(output.Payload) ? output.Payload : {};
}
