import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MEBIBYTE } from '../project/host/peak-memory.ts';
import type { Json } from '../protocol/json.ts';
import type { FlowRun } from '../run/run-flow.ts';
import type { ComponentUsage } from '../run/sandbox/usage.ts';
import type { Metric } from './test-case.ts';

/** A run that is over, and what it left behind. */
export interface Measured {
  readonly run: FlowRun;
  /** The folder of the run's blobs, which was empty before it. */
  readonly blobs: string;
}

/**
 * | metric | is |
 * |---|---|
 * | `execution_time_ms` | milliseconds from the execution's start to its end, as the state machine's history has them |
 * | `memory_usage_mb` | peak memory of the component that used most, each in a process of its own, in MB of 2^20 bytes; 0 if none was called |
 * | `step_count` | steps that ran: not those skipped, nor those that nothing wanted; one inside a map counts once |
 * | `blob_bytes` | bytes that the run wrote to the blob store, the cache's among them; equal blobs are written once |
 * | `blob_operations` | reads and writes of the blob store by components, the cache's among them |
 * | `parallel_efficiency` | work of the steps ÷ (time of the run × the most that ran at once), 0 to 1 |
 * | `startup_ms` | the longest start-up of a component, each in a process that starts for the case; 0 if none was called |
 *
 * Nothing is measured of a run that was refused, nor what is unknown: the memory of a process that was killed, the efficiency of
 * a run that took no time.
 */
const MEASUREMENTS: { readonly [M in Metric]: (measured: Measured) => number | null | undefined | Promise<number> } = {
  execution_time_ms: ({ run }) => run.execution?.durationMs,
  memory_usage_mb: ({ run }) => (run.execution ? peakMegabytes(run.execution.components ?? []) : undefined),
  step_count: ({ run }) => run.execution?.steps.filter(({ status }) => RAN.has(status)).length,
  blob_bytes: ({ run, blobs }) => (run.execution ? bytesIn(blobs) : undefined),
  blob_operations: ({ run }) => run.execution?.metrics.blobs.operations,
  parallel_efficiency: ({ run }) => run.execution?.metrics.parallelEfficiency,
  startup_ms: ({ run }) => run.execution?.metrics.startupMs,
};

/** Undefined where that of a component is unknown. */
function peakMegabytes(components: readonly ComponentUsage[]): number | undefined {
  const bytes = components.flatMap(({ memoryBytes }) => memoryBytes ?? []);
  if (bytes.length < components.length) return undefined;
  return Math.round((Math.max(0, ...bytes) / MEBIBYTE) * 10) / 10;
}

const RAN: ReadonlySet<string> = new Set(['succeeded', 'failed', 'recovered', 'cancelled']);

/** What was measured of a run, by the names of the metrics. */
export async function measure(metrics: readonly Metric[], measured: Measured): Promise<{ [metric: string]: Json }> {
  const found = await Promise.all(
    metrics.map(async (metric) => [metric, await MEASUREMENTS[metric](measured)] as const),
  );
  return Object.fromEntries(
    found.flatMap(([metric, value]) => (value === undefined || value === null ? [] : [[metric, value]])),
  );
}

async function bytesIn(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(files.map(async ({ parentPath, name }) => (await stat(join(parentPath, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
