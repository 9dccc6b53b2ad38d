import { Console } from 'node:console';
import { constants } from 'node:os';
import { reportError } from '../lib/cli/errors.ts';
import { main } from '../lib/cli/main.ts';
import { readAll, type Terminal } from '../lib/cli/terminal.ts';

// Stack traces show the lines of a component's source, not those of its bundle.
process.setSourceMapsEnabled(true);

// Standard output is reserved for the result of the command; what components print goes to standard error.
globalThis.console = new Console(process.stderr, process.stderr);
const { stdout, stderr } = process;
const writeResult = stdout.write.bind(stdout);
stdout.write = stderr.write.bind(stderr);

const interrupted = new AbortController();
/** The exit code of a process that a signal ended, as shells report it: 128 + the signal's number. Set by the first signal. */
let signalExitCode: number | undefined;

/** The first signal lets the command shut down cleanly; a second one exits at once. */
function interrupt(signal: 'SIGINT' | 'SIGTERM'): void {
  if (signalExitCode !== undefined) {
    // Live progress hides the cursor while it draws.
    if (stdout.isTTY) writeResult('\x1b[?25h');
    process.exit(signalExitCode);
  }
  signalExitCode = 128 + constants.signals[signal];
  interrupted.abort(new Error(signal === 'SIGINT' ? 'interrupted from the keyboard' : 'asked to terminate'));
}

process.on('SIGINT', interrupt);
process.on('SIGTERM', interrupt);
// A reader that closes the pipe early (`stepflow … | head`) is not an error.
stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 3));

const terminal: Terminal = {
  stdout: {
    write: (text) => writeResult(text),
    get isTTY() {
      return stdout.isTTY;
    },
    get columns() {
      return stdout.columns;
    },
    get rows() {
      return stdout.rows;
    },
  },
  stderr,
  readStdin: () => readAll(process.stdin),
  cwd: process.cwd(),
  env: process.env,
  signal: interrupted.signal,
};
// What a component does where nobody catches is a failure of its step, so this is a fault of ours.
process.on('uncaughtException', (error) => process.exit(reportError(error, terminal)));

// Node's code where nothing is left to do, and the command still waits: it never ends without a word.
process.on('exit', (code) => {
  if (code === 13)
    process.exitCode = reportError(new Error('the command waits for something that never comes'), terminal);
});

const code = await main(process.argv.slice(2), terminal);
// A component may have left a timer or a socket open, so exit explicitly, but only after the output has been flushed.
writeResult('', () => process.exit(code === 0 ? 0 : (signalExitCode ?? code)));
