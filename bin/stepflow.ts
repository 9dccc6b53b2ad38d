import { Console } from 'node:console';
import { main } from '../lib/cli/main.ts';
import { readAll } from '../lib/cli/terminal.ts';

// Stacks are to show a component's own lines, not those of its bundle.
process.setSourceMapsEnabled(true);

// Standard output is for what a command was asked for; what components log by console goes beside it.
globalThis.console = new Console(process.stderr, process.stderr);

const interrupted = new AbortController();
process.once('SIGINT', () => interrupted.abort(new Error('interrupted from the keyboard')));
process.once('SIGTERM', () => interrupted.abort(new Error('asked to terminate')));
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
process.stdout.write('', () => process.exit(code));
