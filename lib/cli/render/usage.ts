import { MEBIBYTE } from '../../project/host/peak-memory.ts';
import type { ComponentUsage } from '../../run/sandbox/usage.ts';
import type { Colors } from '../terminal.ts';
import { table } from './columns.ts';
import { duration } from './duration.ts';

/** What components in sandboxes needed: a line of each, under a line that names the columns. Empty where none ran. */
export function usageTable(components: readonly ComponentUsage[], colors: Colors): readonly string[] {
  if (components.length === 0) return [];
  const rows = components.map(({ component, calls, starts, startupMs, memoryBytes, memoryLimitBytes }) => [
    component,
    String(calls),
    String(starts),
    startupMs === undefined ? '–' : duration(startupMs),
    `${memoryBytes === undefined ? '–' : megabytes(memoryBytes)} of ${megabytes(memoryLimitBytes)}`,
  ]);
  return table(['component', 'calls', 'starts', 'start-up', 'memory'], rows, colors);
}

const megabytes = (bytes: number): string => `${Math.round(bytes / MEBIBYTE)} MB`;
