import { CommanderError } from 'commander';
import { colorsFor, type Terminal } from './terminal.ts';

/** The exit codes of every command. */
export const EXIT = { ok: 0, failed: 1, usage: 2, fault: 3 } as const;

/** The user asked for something that cannot be done: says what was found and, in `help`, what to do. */
export class UsageError extends Error {
  readonly help: string;
  constructor(message: string, help: string) {
    super(message);
    this.name = 'UsageError';
    this.help = help;
  }
}

/** What `--json` prints of an error that kept a command from its work. */
export interface CommandFailure {
  /** USAGE: the command was used in a wrong way; FAULT: a bug of stepflow. */
  readonly code: 'USAGE' | 'FAULT';
  readonly message: string;
  readonly help?: string;
}

/** An error of a command for `--json`. */
export function failureOf(error: unknown): CommandFailure {
  if (error instanceof UsageError) return { code: 'USAGE', message: error.message, help: error.help };
  if (error instanceof CommanderError) return { code: 'USAGE', message: error.message.replace(/^error: /, '') };
  return { code: 'FAULT', message: error instanceof Error ? error.message : String(error) };
}

/** Reports an error on standard error, and returns the exit code for it. */
export function reportError(error: unknown, terminal: Terminal): number {
  const colors = colorsFor(terminal.stderr, terminal.env);
  if (error instanceof UsageError) {
    terminal.stderr.write(`${colors.red('error')}: ${error.message}\n  ${colors.cyan('help')}: ${error.help}\n`);
    return EXIT.usage;
  }
  const message = error instanceof Error ? error.message : String(error);
  terminal.stderr.write(`${colors.red('fault')}: ${message}\n`);
  if (terminal.env.STEPFLOW_DEBUG && error instanceof Error) terminal.stderr.write(`${error.stack}\n`);
  else
    terminal.stderr.write(
      '  This is a bug in stepflow. Set STEPFLOW_DEBUG=1 for a stack trace, and please report it.\n',
    );
  return EXIT.fault;
}
