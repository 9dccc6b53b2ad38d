import { Console } from 'node:console';
import { constants } from 'node:os';
import { main } from '../lib/cli/main.ts';
import { readAll } from '../lib/cli/terminal.ts';

// Stack traces show the lines of a component's source, not those of its bundle.
process.setSourceMapsEnabled(true);

// Standard output is reserved for the result of the command; what components log with console goes to standard error.
globalThis.console = new Console(process.stderr, process.stderr);

const interrupted = new AbortController();
/** The exit code of a process that a signal ended, as shells report it: 128 + the signal's number. Set by the first signal. */
let signalExitCode: number | undefined;

/** The first signal lets the command shut down cleanly; a second one exits at once. */
function interrupt(signal: 'SIGINT' | 'SIGTERM'): void {
  if (signalExitCode !== undefined) {
    // Live progress hides the cursor while it draws.
    if (process.stdout.isTTY) process.stdout.write('\x1b[?25h');
    process.exit(signalExitCode);
  }
  signalExitCode = 128 + constants.signals[signal];
  interrupted.abort(new Error(signal === 'SIGINT' ? 'interrupted from the keyboard' : 'asked to terminate'));
}

process.on('SIGINT', interrupt);
process.on('SIGTERM', interrupt);
// A reader that closes the pipe early (`stepflow … | head`) is not an error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 3));

const code = await main(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  readStdin: () => readAll(process.stdin),
  cwd: process.cwd(),
  env: process.env,
  signal: interrupted.signal,
});
// A component may have left a timer or a socket open, so exit explicitly, but only after the output has been flushed.
process.stdout.write('', () => process.exit(code === 0 ? 0 : (signalExitCode ?? code)));
