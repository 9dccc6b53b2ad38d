import type { FlowOptions, FlowRun, RunOptions } from '../run-flow.ts';
import { Child, type ExitReason } from './child.ts';
import { flowProgram } from './program.ts';

/** What a run in a process of its own is made of. */
export type FlowProcessOptions = FlowOptions & Pick<RunOptions, 'input'>;

/** A run in a process of its own, and the most memory that this process had in use at any time, in bytes. */
export interface FlowProcessRun {
  readonly run: FlowRun;
  readonly peakBytes: number;
}

/**
 * Runs a whole flow in a process of its own. Its memory is that of the whole process, as Lambda bills it: Node itself and
 * the engine (100 to 130 MB) as well as what the components use, those of parallel steps together. A thread would not do:
 * what it uses outside of its heap is not known apart from the rest of the process.
 */
export async function runInProcess(options: FlowProcessOptions, signal?: AbortSignal): Promise<FlowProcessRun> {
  const { file, execArgv } = flowProgram();
  // Standard output is the report's; what components print goes beside it.
  const child = new Child<FlowProcessOptions, FlowProcessRun>(file, { execArgv, stdio: ['ignore', 2, 2, 'ipc'] });
  const stop = (): void => child.kill();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    return await new Promise((resolve) => {
      let answer: FlowProcessRun | undefined;
      child.listen({
        message: (received) => {
          answer = received;
        },
        ended: (how) => resolve(answer ?? brokenOff(how)),
      });
      child.send(options);
      if (signal?.aborted) stop();
    });
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

function brokenOff(how: ExitReason): FlowProcessRun {
  const message = `the process that ran the flow ended with ${inWords(how)} before the flow did`;
  return {
    run: { result: { outcome: 'failed', error: { code: 'RESOURCE_UNAVAILABLE', message } }, diagnostics: [] },
    peakBytes: 0,
  };
}

function inWords(how: ExitReason): string {
  if (typeof how === 'string') return how;
  return how.kind === 'exit' ? `exit code ${how.code}` : how.message;
}
