import { runFlow } from '../run-flow.ts';
import type { FlowProcessOptions, FlowProcessRun } from './flow-process.ts';
import { peakBytes } from './peak-memory.ts';

// The program of a flow's process: it receives the flow in one message, sends the outcome in another, and exits.

// The parent process is gone.
process.on('disconnect', () => process.exit());
process.once('message', async (options: FlowProcessOptions) => {
  const run = await runFlow(options);
  const answer: FlowProcessRun = { run, peakBytes: peakBytes() };
  process.send?.(answer, () => process.exit());
});
