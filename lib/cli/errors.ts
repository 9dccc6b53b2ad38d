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

const WHY_UNUSABLE: { readonly [code: string]: string } = {
  EACCES: 'this user may not use it',
  EPERM: 'this user may not use it',
  EROFS: 'it is on a disk that cannot be written',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk is full',
  ENOTDIR: 'a part of its path is a file',
  EEXIST: 'a part of its path is a file',
  EISDIR: 'it is a folder',
  EMFILE: 'too many files are open',
  ELOOP: 'its links lead in a circle',
};

/** What kept a command from its work, if that was the user's request or the machine, rather than a bug. */
function usageErrorOf(error: unknown): UsageError | undefined {
  if (error instanceof UsageError) return error;
  if (!(error instanceof Error && 'code' in error && 'path' in error)) return undefined;
  const why = WHY_UNUSABLE[String(error.code)];
  const help = 'make it a file or folder that this user may read and write; what is in .stepflow may be deleted';
  return why === undefined ? undefined : new UsageError(`${error.path} cannot be used: ${why}`, help);
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
  const usage = usageErrorOf(error);
  if (usage) return { code: 'USAGE', message: usage.message, help: usage.help };
  if (error instanceof CommanderError) return { code: 'USAGE', message: error.message.replace(/^error: /, '') };
  return { code: 'FAULT', message: error instanceof Error ? error.message : String(error) };
}

/** Reports an error on standard error, and returns the exit code for it. */
export function reportError(error: unknown, terminal: Terminal): number {
  const colors = colorsFor(terminal.stderr, terminal.env);
  const usage = usageErrorOf(error);
  if (usage) {
    terminal.stderr.write(`${colors.red('error')}: ${usage.message}\n  ${colors.cyan('help')}: ${usage.help}\n`);
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
