import { MEBIBYTE } from '../../project/host/peak-memory.ts';
import type { ComponentUsage } from '../../run/sandbox/usage.ts';
import type { Colors } from '../terminal.ts';
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
  const [head, ...lines] = aligned([['component', 'calls', 'starts', 'start-up', 'memory'], ...rows]);
  return ['', `  ${colors.dim(head ?? '')}`, ...lines.map((line) => `  ${line}`)];
}

const megabytes = (bytes: number): string => `${Math.round(bytes / MEBIBYTE)} MB`;

/** Cells in columns: names to the left, numbers to the right. */
function aligned(rows: readonly (readonly string[])[]): readonly string[] {
  const width = (column: number): number => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  return rows.map((row) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(width(column)) : cell.padStart(width(column)))).join('  '),
  );
}
