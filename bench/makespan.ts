import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { profileFileOf, readProfile } from '../lib/compiler/plan/profile.ts';
import { type SimulateOptions, type Simulation, simulate } from '../lib/simulate/index.ts';
import { hasShared, shared } from '../test/shared.ts';

/**
 * The makespans of the compiled state machines of a folder of flows as multiples of their critical paths, on a virtual clock
 * without overhead, and the cost of 1,000 runs of each. Run with `npx tsx bench/makespan.ts [FOLDER]`.
 */

/** What is measured of a flow. */
interface Row {
  readonly name: string;
  /** Arranged by its profile, with the seconds of the profile. */
  readonly own: Simulation;
  /** Arranged as if every step took the same, with the seconds of the profile. */
  readonly unit: Simulation;
  /** Arranged by its profile, with noise on the seconds. */
  readonly noisy: Simulation;
}

const VARIANTS = { own: {}, unit: { planProfile: {} }, noisy: { noise: 0.5, runs: 20, seed: 1 } } as const;

/** A column of ratios, with their mean and the worst. */
interface Column {
  readonly head: string;
  readonly of: (row: Row) => number;
  readonly digits: number;
}

const RATIOS: readonly Column[] = [
  { head: 'profile', of: ({ own }) => own.ratio, digits: 4 },
  { head: 'no profile', of: ({ unit }) => unit.ratio, digits: 4 },
  { head: 'noise 0.5', of: ({ noisy }) => noisy.ratio, digits: 4 },
  { head: 'level by level', of: ({ own }) => own.levelRatio, digits: 4 },
  { head: 'transitions a step', of: ({ own }) => own.transitions / own.steps, digits: 2 },
];

const folder =
  process.argv[2] ?? (hasShared('dags') ? shared('dags') : fileURLToPath(new URL('../workflows', import.meta.url)));
const rows: Row[] = [];
for (const file of readdirSync(folder).sort()) {
  const row = /\.ya?ml$/.test(file) ? await measure(join(folder, file)) : undefined;
  if (row) rows.push(row);
}
if (rows.length > 0) {
  printRatios();
  printCosts();
}

async function measure(file: string): Promise<Row | undefined> {
  const source = readFileSync(file, 'utf8');
  const profile = existsSync(profileFileOf(file)) ? profileAt(profileFileOf(file)) : {};
  const found: Partial<Record<keyof typeof VARIANTS, Simulation>> = {};
  for (const variant of ['own', 'unit', 'noisy'] as const) {
    const simulation = await run(file, source, { profile, ...VARIANTS[variant] });
    if (!simulation) return undefined;
    found[variant] = simulation;
  }
  const { own, unit, noisy } = found;
  return own && unit && noisy && { name: basename(file).replace(/(?:\.flow)?\.ya?ml$/, ''), own, unit, noisy };
}

function profileAt(file: string) {
  return readProfile(readFileSync(file, 'utf8'), file).profile ?? {};
}

async function run(file: string, source: string, options: SimulateOptions): Promise<Simulation | undefined> {
  const { simulation, failure, diagnostics } = await simulate(source, { file, ...options });
  if (simulation) return simulation;
  const why = failure ? `${failure.error}: ${failure.cause}` : diagnostics.map(({ message }) => message).join('; ');
  console.error(`${basename(file)} is left out: ${why}`);
  return undefined;
}

function printRatios(): void {
  line(['flow', 'steps', 'critical path', ...RATIOS.map(({ head }) => head), 'definition']);
  line(['---', ...Array.from({ length: RATIOS.length + 3 }, () => '--:')]);
  for (const row of rows) {
    const { name, own } = row;
    const ratios = RATIOS.map(({ of, digits }) => of(row).toFixed(digits));
    line([name, own.steps, `${own.criticalPathSeconds.toFixed(1)} s`, ...ratios, kilobytes(own.definitionBytes)]);
  }
  summary(`geometric mean of ${rows.length}`, geometricMean);
  summary('worst', (values) => Math.max(...values));
}

function summary(name: string, reduce: (values: readonly number[]) => number): void {
  line([name, '', '', ...RATIOS.map(({ of, digits }) => reduce(rows.map(of)).toFixed(digits)), '']);
}

function printCosts(): void {
  console.log('');
  line(['flow', 'transitions', 'Standard', 'Express', 'functions', 'cheaper', 'fits']);
  line(['---', '--:', '--:', '--:', '--:', '---', '---']);
  for (const { name, own } of rows) {
    const { standard, express, functions, cheaper } = own.cost;
    const fitting = [...(standard.fits ? ['Standard'] : []), ...(express.fits ? ['Express'] : [])];
    const usd = [standard.usd, express.usd, functions.usd].map((one) => `$${(one * 1000).toFixed(3)}`);
    const words = [cheaper === 'STANDARD' ? 'Standard' : 'Express', fitting.join(', ') || 'neither'];
    line([name, own.transitions, ...usd, ...words]);
  }
}

function line(cells: readonly (string | number)[]): void {
  console.log(`| ${cells.join(' | ')} |`);
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(0)} KB`;
}

function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}
