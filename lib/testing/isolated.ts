import { fork } from 'node:child_process';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FlowOptions, FlowRun, RunOptions } from '../run.ts';

/** What a run in a process of its own is made of. */
export type IsolatedOptions = FlowOptions & Pick<RunOptions, 'input'>;

/** A run in a process of its own, and the most memory that this process had in use at any time, in bytes. */
export interface IsolatedRun {
  readonly run: FlowRun;
  readonly peakBytes: number;
}

const here = fileURLToPath(import.meta.url);
const PROGRAM = join(here, `../isolated-main${extname(here)}`);

/**
 * Runs a flow in a process of its own. Its memory is that of the whole process, as Lambda bills it: Node itself and the
 * engine (100 to 130 MB) as well as what the components use, those of parallel steps together. A thread would not do:
 * what it uses outside of its heap is not known apart from the rest of the process.
 */
export async function runIsolated(options: IsolatedOptions, signal?: AbortSignal): Promise<IsolatedRun> {
  const execArgv = extname(here) === '.ts' ? ['--import', import.meta.resolve('tsx')] : [];
  // Standard output is the report's; what components print goes beside it.
  const child = fork(PROGRAM, { execArgv, stdio: ['ignore', 2, 2, 'ipc'] });
  const stop = (): void => void child.kill('SIGKILL');
  signal?.addEventListener('abort', stop, { once: true });
  try {
    return await new Promise<IsolatedRun>((resolve, reject) => {
      let answer: IsolatedRun | undefined;
      child.once('error', reject);
      child.once('message', (message) => {
        // The program sends nothing else.
        answer = message as IsolatedRun;
      });
      child.once('exit', (code, killedBy) => resolve(answer ?? brokenOff(killedBy ?? `exit code ${code}`)));
      child.send(options);
      if (signal?.aborted) stop();
    });
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

function brokenOff(how: string): IsolatedRun {
  const message = `the process that ran the flow ended with ${how} before the flow did`;
  return {
    run: { result: { outcome: 'failed', error: { code: 'RESOURCE_UNAVAILABLE', message } }, diagnostics: [] },
    peakBytes: 0,
  };
}
