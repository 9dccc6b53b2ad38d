import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MEBIBYTE } from '../project/host/peak-memory.ts';
import type { Json } from '../protocol/json.ts';
import type { FlowRun } from '../run/run-flow.ts';
import type { Metric } from './test-case.ts';

/** A run that is over, and what it left behind. */
export interface Measured {
  readonly run: FlowRun;
  /** The folder of the run's blobs, which was empty before it. */
  readonly blobs: string;
  /** The most memory that the run's processes had in use, in bytes; known of runs in processes of their own. */
  readonly peakBytes?: number;
}

/**
 * | metric | is |
 * |---|---|
 * | `execution_time_ms` | milliseconds from the execution's start to its end, as the state machine's history has them |
 * | `memory_usage_mb` | peak memory of the processes that ran this case alone, in MB of 2^20 bytes; see `runInProcess` |
 * | `step_count` | steps that ran: not those skipped, nor those that nothing wanted; one inside a map counts once |
 * | `blob_bytes` | bytes that the run wrote to the blob store, the cache's among them; equal blobs are written once |
 *
 * Nothing is measured of a run that was refused.
 */
const MEASUREMENTS: { readonly [M in Metric]: (measured: Measured) => number | undefined | Promise<number> } = {
  execution_time_ms: ({ run }) => run.execution?.durationMs,
  memory_usage_mb: ({ run, peakBytes }) =>
    run.execution && peakBytes !== undefined ? Math.round((peakBytes / MEBIBYTE) * 10) / 10 : undefined,
  step_count: ({ run }) => run.execution?.steps.filter(({ status }) => RAN.has(status)).length,
  blob_bytes: ({ run, blobs }) => (run.execution ? bytesIn(blobs) : undefined),
};

const RAN: ReadonlySet<string> = new Set(['succeeded', 'failed', 'recovered', 'cancelled']);

/** What was measured of a run, by the names of the metrics. */
export async function measure(metrics: readonly Metric[], measured: Measured): Promise<{ [metric: string]: Json }> {
  const found = await Promise.all(
    metrics.map(async (metric) => [metric, await MEASUREMENTS[metric](measured)] as const),
  );
  return Object.fromEntries(found.flatMap(([metric, value]) => (value === undefined ? [] : [[metric, value]])));
}

async function bytesIn(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(files.map(async ({ parentPath, name }) => (await stat(join(parentPath, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
