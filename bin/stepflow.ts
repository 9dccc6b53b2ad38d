import { Console } from 'node:console';
import { constants } from 'node:os';
import { main } from '../lib/cli/main.ts';
import { readAll } from '../lib/cli/terminal.ts';

// Stacks are to show a component's own lines, not those of its bundle.
process.setSourceMapsEnabled(true);

// Standard output is for what a command was asked for; what components log by console goes beside it.
globalThis.console = new Console(process.stderr, process.stderr);

const interrupted = new AbortController();
/** What a shell reports of a process that a signal has ended; set by the first signal. */
let endedBy: number | undefined;

/** The first signal lets a command end in good order; a second one does not wait for that. */
function interrupt(signal: 'SIGINT' | 'SIGTERM'): void {
  if (endedBy !== undefined) {
    // Whatever was being drawn had hidden the cursor.
    if (process.stdout.isTTY) process.stdout.write('\x1b[?25h');
    process.exit(endedBy);
  }
  endedBy = 128 + constants.signals[signal];
  interrupted.abort(new Error(signal === 'SIGINT' ? 'interrupted from the keyboard' : 'asked to terminate'));
}

process.on('SIGINT', interrupt);
process.on('SIGTERM', interrupt);
// A reader that has seen enough (`stepflow … | head`) is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 3));

const code = await main(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  readStdin: () => readAll(process.stdin),
  cwd: process.cwd(),
  env: process.env,
  signal: interrupted.signal,
});
// A component may have left a timer or a socket open; what was written must still reach its reader first.
process.stdout.write('', () => process.exit(code === 0 ? 0 : (endedBy ?? code)));
