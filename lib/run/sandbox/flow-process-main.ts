import { peakBytesOfHosts } from '../../project/host/hosts.ts';
import { peakBytes } from '../../project/host/peak-memory.ts';
import { type RunEvent, runFlow } from '../run-flow.ts';
import type { FlowProcessOptions, FlowProcessRun } from './flow-process.ts';

// The program of a flow's process: it receives the flow in one message, sends the outcome in another, and exits.

// The parent process is gone.
process.on('disconnect', () => process.exit());
process.once('message', async (options: FlowProcessOptions) => {
  const onEvent = (event: RunEvent): void => {
    if (event.type === 'output') process.stdout.write(`${event.line}\n`);
  };
  const run = await runFlow({ ...options, onEvent });
  const ofHosts = peakBytesOfHosts();
  const answer: FlowProcessRun = { run, ...(ofHosts !== undefined && { peakBytes: peakBytes() + ofHosts }) };
  process.send?.(answer, () => process.exit());
});
