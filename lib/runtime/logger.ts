/** How grave a log entry is. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** One entry: the fields that every entry has, then the caller's own. */
export interface LogEntry {
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly level: LogLevel;
  readonly message: string;
  readonly execution: string;
  readonly step: string;
  readonly attempt: number;
  readonly [field: string]: unknown;
}

/** Takes each entry: standard output on Lambda, whatever the host likes elsewhere. */
export type LogSink = (entry: LogEntry) => void;

type Log = (message: string, fields?: { readonly [name: string]: unknown }) => void;

/** What a component logs with. */
export interface Logger {
  readonly debug: Log;
  readonly info: Log;
  readonly warn: Log;
  readonly error: Log;
}

/** Where a step's entries come from. */
export type LogOrigin = Pick<LogEntry, 'execution' | 'step' | 'attempt'>;

/** One line of JSON an entry on standard output, which on Lambda is the function's log. */
export const writeLine: LogSink = (entry) => {
  process.stdout.write(`${JSON.stringify(entry, plainError)}\n`);
};

const plainError = (_key: string, value: unknown): unknown =>
  value instanceof Error ? { name: value.name, message: value.message, stack: value.stack } : value;

/** A logger whose entries all carry their origin. */
export function createLogger(origin: LogOrigin, sink: LogSink = writeLine): Logger {
  const at =
    (level: LogLevel): Log =>
    (message, fields) =>
      sink({ ...fields, time: new Date().toISOString(), level, message, ...origin });
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
