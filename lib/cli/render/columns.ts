import type { Colors } from '../terminal.ts';

type Cells = readonly string[];

/** Rows under a line that names their columns, after an empty line. */
export function table(head: Cells, rows: readonly Cells[], colors: Colors): readonly string[] {
  const [names, ...lines] = aligned([head, ...rows]);
  return ['', `  ${colors.dim(names ?? '')}`, ...lines.map((line) => `  ${line}`)];
}

/** Cells in columns: names to the left, numbers to the right. */
function aligned(rows: readonly Cells[]): readonly string[] {
  const width = (column: number): number => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  return rows.map((row) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(width(column)) : cell.padStart(width(column)))).join('  '),
  );
}
