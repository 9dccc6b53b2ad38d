import { Child, type ExitReason } from '../../project/host/child.ts';
import type { FlowOptions, FlowRun, RunOptions } from '../run-flow.ts';
import { flowProgram } from './program.ts';

/** Options of {@link runInProcess}. */
export type FlowProcessOptions = FlowOptions & Pick<RunOptions, 'input' | 'retriesAtOnce'>;

/** A run in a separate process, and the peak memory in bytes of that process and of its components' process. */
export interface FlowProcessRun {
  readonly run: FlowRun;
  /** Unknown where one of the processes was killed. */
  readonly peakBytes?: number;
}

/**
 * Runs a whole flow in a separate process. Its memory includes Node and the engine (100 to 130 MB) and that of the
 * process of its components (40 to 60 MB without what they use), those of parallel steps together. A thread is not enough: its memory outside of the heap cannot be measured.
 */
export async function runInProcess(options: FlowProcessOptions, signal?: AbortSignal): Promise<FlowProcessRun> {
  const { file, execArgv } = flowProgram();
  // Standard output is reserved for the report, so components print to standard error.
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
        ended: (how) => resolve(answer ?? interrupted(how)),
      });
      child.send(options);
      if (signal?.aborted) stop();
    });
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

function interrupted(how: ExitReason): FlowProcessRun {
  const message = `the process that ran the flow ended with ${describeExit(how)} before the flow did`;
  return {
    run: { result: { outcome: 'failed', error: { code: 'RESOURCE_UNAVAILABLE', message } }, diagnostics: [] },
  };
}

function describeExit(how: ExitReason): string {
  if (typeof how === 'string') return how;
  return how.kind === 'exit' ? `exit code ${how.code}` : how.message;
}
