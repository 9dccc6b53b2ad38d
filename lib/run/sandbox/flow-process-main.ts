import { runFlow } from '../run-flow.ts';
import type { FlowProcessOptions, FlowProcessRun } from './flow-process.ts';
import { peakBytes } from './peak-memory.ts';

// The program of a flow's process: one message with a flow, one with how it ran, and the end.

// Nobody is left to answer to.
process.on('disconnect', () => process.exit());
process.once('message', async (options: FlowProcessOptions) => {
  const run = await runFlow(options);
  const answer: FlowProcessRun = { run, peakBytes: peakBytes() };
  process.send?.(answer, () => process.exit());
});
