import { existsSync, readFileSync, statSync } from 'node:fs';
import type { LogEntry } from '../../runtime/logger.ts';
import { expectRegularAt } from '../regular-file.ts';
import type { RunEvent } from '../report/events.ts';
import { AppendOnlyFile } from './append-only-file.ts';

/** The most bytes that the log of a run takes: what comes later is left out, and a last entry says so. */
const MOST_LOG_BYTES = 10_000_000;

/** What the components of a run logged, an entry a line, as they would in the log of their functions. Its events tell no secret. */
export class RunLog {
  readonly #file: string;
  readonly #run: { readonly flow: string; readonly execution: string };
  readonly #most: number;
  /** Opened with the first entry. */
  #lines: AppendOnlyFile | undefined;
  #bytes: number;

  constructor(file: string, run: { readonly flow: string; readonly execution: string }, most = MOST_LOG_BYTES) {
    this.#file = file;
    this.#run = run;
    this.#most = most;
    expectRegularAt(file);
    this.#bytes = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  }

  /** Keeps what an event has of a log: an entry, or a line that was printed. */
  observe(event: RunEvent): void {
    if (event.type === 'log') this.#add(event.entry);
    else if (event.type === 'output') this.#add(this.#own('info', event.line));
  }

  /** A log that cannot be written keeps no run from its work. */
  #add(entry: LogEntry): void {
    if (this.#bytes >= this.#most) return;
    const line = JSON.stringify(entry);
    this.#bytes += Buffer.byteLength(line) + 1;
    const isFull = this.#bytes >= this.#most;
    try {
      this.#lines ??= new AppendOnlyFile(this.#file);
      this.#lines.append([
        isFull ? JSON.stringify(this.#own('warn', `the log ends here: it has ${this.#most} bytes`)) : line,
      ]);
    } catch {
      this.#bytes = this.#most;
    }
  }

  /** Ignores all later entries. */
  close(): void {
    this.#lines?.close(false);
    this.#bytes = this.#most;
  }

  #own(level: 'info' | 'warn', message: string): LogEntry {
    return { time: new Date().toISOString(), level, message, ...this.#run, step: '', attempt: 0 };
  }
}

/** The entries of a log after the first `from` bytes, and how many bytes it has by now. An incomplete last line is left for later. */
export function readRunLog(file: string, from = 0): { readonly entries: readonly LogEntry[]; readonly to: number } {
  if (!existsSync(file)) return { entries: [], to: from };
  expectRegularAt(file);
  const bytes = readFileSync(file).subarray(from);
  const end = bytes.lastIndexOf('\n') + 1;
  const lines = bytes.subarray(0, end).toString('utf8').split('\n').slice(0, -1);
  return { entries: lines.map((line): LogEntry => JSON.parse(line)), to: from + end };
}
