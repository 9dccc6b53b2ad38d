import type { CostRow, StepFigures } from '../../simulate/cost-rows.ts';
import { duration } from './duration.ts';
import { usd } from './usd.ts';

const MAX_ROWS = 30;

/** What a whole run takes. */
interface Total {
  readonly makespanSeconds: number;
  readonly costUsd: number;
}

/** A whole run, predicted and perhaps measured. */
export interface ShownTotal {
  readonly predicted: Total;
  readonly measured?: Total;
}

/** A table of what steps take and cost, predicted beside measured; without what was measured, only what is predicted. `nameOf`: what a row is called. */
export function costLines(
  rows: readonly CostRow[],
  { predicted, measured }: ShownTotal,
  nameOf: (step: string) => string = (step) => step,
): readonly string[] {
  const both = measured !== undefined;
  const cells = [
    ['', 'predicted', '', '', ...(both ? ['measured', '', ''] : [])],
    ...rows
      .slice(0, MAX_ROWS)
      .map((row) => [nameOf(row.step), ...figures(row.predicted), ...(both ? figures(row.measured) : [])]),
    ['the run', ...total(predicted), ...(both ? total(measured) : [])],
  ];
  const widths = cells.reduce<readonly number[]>(
    (most, line) => line.map((cell, at) => Math.max(most[at] ?? 0, cell.length)),
    [],
  );
  const line = (each: readonly string[]): string =>
    each.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join('  ');
  const rest = rows.length - MAX_ROWS;
  const lines = cells.map((each) => line(each).trimEnd());
  return rest > 0 ? [...lines, `and ${rest} more steps: see --json`] : lines;
}

function figures(found: StepFigures | null): readonly string[] {
  if (!found) return ['did not run', '', ''];
  return [duration(found.seconds * 1000), found.bytes === null ? '' : bytes(found.bytes), usd(found.usd)];
}

const total = ({ makespanSeconds, costUsd }: Total): readonly string[] => [
  duration(makespanSeconds * 1000),
  '',
  usd(costUsd),
];

const bytes = (value: number): string => (value < 1024 ? `${Math.round(value)} B` : `${(value / 1024).toFixed(1)} KB`);
