import { peakBytes } from '../local/isolate/peak-memory.ts';
import { runFlow } from '../run.ts';
import type { IsolatedOptions, IsolatedRun } from './isolated.ts';

// The other side of runIsolated: one message with a flow, one with how it ran, and the end.

process.once('message', async (options: IsolatedOptions) => {
  const run = await runFlow(options);
  const answer: IsolatedRun = { run, peakBytes: peakBytes() };
  process.send?.(answer, () => process.exit());
});
