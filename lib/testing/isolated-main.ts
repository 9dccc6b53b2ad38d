import { existsSync, readFileSync } from 'node:fs';
import { runFlow } from '../run.ts';
import type { IsolatedOptions, IsolatedRun } from './isolated.ts';

// The other side of runIsolated: one message with a flow, one with how it ran, and the end.

const STATUS = '/proc/self/status';

/**
 * The most memory that this process had in use, in bytes. Linux counts into a child's `maxRSS` what its parent had in
 * use when the child was made, so there the process's own high-water mark is read.
 */
function peakBytes(): number {
  const own = existsSync(STATUS) ? /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(STATUS, 'utf8'))?.[1] : undefined;
  return (own === undefined ? process.resourceUsage().maxRSS : Number(own)) * 1024;
}

process.once('message', async (options: IsolatedOptions) => {
  const run = await runFlow(options);
  const answer: IsolatedRun = { run, peakBytes: peakBytes() };
  process.send?.(answer, () => process.exit());
});
