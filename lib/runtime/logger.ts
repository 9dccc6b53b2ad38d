import { describeThrown, errorText } from '../protocol/errors.ts';

/** The severity of a log entry. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** A log entry: common fields, then the caller's own. */
export interface LogEntry {
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly level: LogLevel;
  readonly message: string;
  /** The name of the flow's state machine; in a local run, of the flow. */
  readonly flow: string;
  readonly execution: string;
  readonly step: string;
  readonly attempt: number;
  /** Which item or round it is, in a `map` or an `iterate`: `/3/12`. */
  readonly iteration?: string;
  /** The execution of the item, in a distributed Map. */
  readonly childExecution?: string;
  /** Set on the entries of the first call in a process. */
  readonly coldStart?: boolean;
  readonly [field: string]: unknown;
}

/** Receives each entry: standard output on Lambda, the host's choice elsewhere. */
export type LogSink = (entry: LogEntry) => void;

type Log = (message: string, fields?: { readonly [name: string]: unknown }) => void;

/** A component's logger. */
export interface Logger {
  readonly debug: Log;
  readonly info: Log;
  readonly warn: Log;
  readonly error: Log;
}

/** The fields that identify the source of an entry. */
export type LogOrigin = Pick<
  LogEntry,
  'flow' | 'execution' | 'step' | 'attempt' | 'iteration' | 'childExecution' | 'coldStart'
>;

/** Writes an entry as a line of JSON to standard output, which on Lambda is the function's log. */
export const writeLine: LogSink = (entry) => {
  // CloudWatch reads metrics from the log: they are no less wanted where little else is.
  if (SEVERITIES.indexOf(entry.level) >= LEAST || '_aws' in entry) process.stdout.write(`${JSON.stringify(entry)}\n`);
};

/** The variable with the level of the least severe entries that a function writes: `info`. @default all are written */
export const LOG_LEVEL_VARIABLE = 'STEPFLOW_LOG_LEVEL';

const SEVERITIES: readonly string[] = ['debug', 'info', 'warn', 'error'] satisfies readonly LogLevel[];

/** Where the variable has no level, everything is written. */
const LEAST = SEVERITIES.indexOf(process.env[LOG_LEVEL_VARIABLE] ?? '');

/** A field as JSON; whatever JSON does not have is a text, since an entry must not fail the step that writes it. */
function plainField(field: unknown): unknown {
  try {
    const text = JSON.stringify(field, plainValue);
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return describeThrown(field); // it contains itself, or throws when it is read
  }
}

function plainValue(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  return value instanceof Error ? errorText(value) : value;
}

const plainFields = (fields: object = {}): object =>
  Object.fromEntries(Object.keys(fields).map((key) => [key, plainField(fieldOf(fields, key))]));

function fieldOf(fields: object, key: string): unknown {
  try {
    return Reflect.get(fields, key);
  } catch (error) {
    return error;
  }
}

/** A logger that adds `origin` to each entry. */
export function createLogger(origin: LogOrigin, sink: LogSink = writeLine): Logger {
  const at =
    (level: LogLevel): Log =>
    (message, fields) =>
      sink({ ...plainFields(fields), time: new Date().toISOString(), level, message, ...origin });
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
