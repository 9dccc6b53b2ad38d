import { stripVTControlCharacters } from 'node:util';
import { main } from '../../lib/cli/main.ts';
import type { Output, Terminal } from '../../lib/cli/terminal.ts';

/** What a call of the command line left behind. */
export interface Called {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How to call it. */
export interface Setting {
  readonly cwd?: string;
  readonly stdin?: string;
  readonly env?: Terminal['env'];
  /** Whether both streams are a terminal of 80 columns. */
  readonly tty?: boolean;
  readonly signal?: AbortSignal;
}

/** An output that remembers what was written. */
export function recorder(tty = false): Output & { readonly text: () => string } {
  const written: string[] = [];
  const size = tty ? { isTTY: true, columns: 80, rows: 24 } : {};
  return { write: (text) => written.push(text), text: () => written.join(''), ...size };
}

/** Calls `stepflow` in this process, as from a shell. */
export async function call(argv: readonly string[], setting: Setting = {}): Promise<Called> {
  const [stdout, stderr] = [recorder(setting.tty), recorder(setting.tty)];
  const code = await main(argv, {
    stdout,
    stderr,
    readStdin: async () => setting.stdin ?? '',
    cwd: setting.cwd ?? process.cwd(),
    env: setting.env ?? {},
    signal: setting.signal ?? new AbortController().signal,
  });
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}

/** Text without what differs from run to run: colours, ids, durations, prices, the lengths of bars; or with the compiler: transitions. */
export const steady = (text: string): string =>
  stripVTControlCharacters(text)
    .replace(/\d+(?:\.\d+)? (?:ms|s)\b/g, 'T')
    .replace(/\d+ transitions?/g, 'N transitions')
    .replace(/about \$[\d.]+ on AWS/g, 'about $N on AWS')
    .replace(/\brun [0-9a-f]{8}\b/g, 'run ID')
    .replace(/--resume [0-9a-f]{8}\b/g, '--resume ID')
    .replace(/ *[█▒]+ *T/g, ' ▁▁▁ T')
    .replace(/^ +0 +T$/gm, '   0 ... T')
    .replace(/, [\d.]+× as fast as one after the other/g, '')
    // A run that takes no millisecond has none.
    .replace(/^ +efficiency .*\n/gm, '')
    .replace(/ +$/gm, '');
