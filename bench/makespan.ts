import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { profileFileOf, readProfile } from '../lib/plan/profile.ts';
import { type Simulation, simulate } from '../lib/simulate/index.ts';
import { hasShared, shared } from '../test/shared.ts';

/**
 * How long the compiled state machines of a folder of flows take beside the critical path of each, on a virtual clock.
 * Run with `npx tsx bench/makespan.ts [FOLDER]`.
 */

const NOISE = { noise: 0.5, runs: 20, seed: 1 };

/** What is measured of a flow: by its profile, without it, with noise on its profile. */
interface Row {
  readonly name: string;
  readonly own: Simulation;
  readonly unit: Simulation;
  readonly noisy: Simulation;
}

/** The columns of ratios. */
const PICKS: readonly ((row: Omit<Row, 'name'>) => number)[] = [
  ({ own }) => own.ratio,
  ({ unit }) => unit.ratio,
  ({ noisy }) => noisy.ratio,
  ({ own }) => own.levelRatio,
];

const given = process.argv[2];
const folder = given ?? (hasShared('dags') ? shared('dags') : fileURLToPath(new URL('../workflows', import.meta.url)));
const files = readdirSync(folder).filter((name) => /\.ya?ml$/.test(name));

const rows: Row[] = [];
for (const file of files.sort()) {
  const row = await measure(join(folder, file));
  if (row) rows.push(row);
}
print(rows);

async function measure(file: string): Promise<Row | undefined> {
  const source = readFileSync(file, 'utf8');
  const path = profileFileOf(file);
  const { profile = {} } = existsSync(path) ? readProfile(readFileSync(path, 'utf8'), path) : {};
  const run = async (more: object): Promise<Simulation | undefined> => {
    const { simulation, failure, diagnostics } = await simulate(source, { file, profile, ...more });
    if (simulation) return simulation;
    const why = failure ? `${failure.error}: ${failure.cause}` : diagnostics.map(({ message }) => message).join('; ');
    console.error(`${basename(file)} is left out: ${why}`);
    return undefined;
  };
  const own = await run({});
  const unit = own && (await run({ planProfile: {} }));
  const noisy = unit && (await run(NOISE));
  return noisy && { name: basename(file).replace(/(?:\.flow)?\.ya?ml$/, ''), own, unit, noisy };
}

function print(all: readonly Row[]): void {
  const line = (cells: readonly (string | number)[]): void => console.log(`| ${cells.join(' | ')} |`);
  line([
    'flow',
    'steps',
    'critical path',
    'profile',
    'no profile',
    'noise 0.5',
    'level by level',
    'transitions a step',
    'definition',
  ]);
  line(['---', '--:', '--:', '--:', '--:', '--:', '--:', '--:', '--:']);
  for (const { name, own, unit, noisy } of all) {
    line([
      name,
      own.steps,
      `${own.criticalPathSeconds.toFixed(1)} s`,
      ...ratios({ own, unit, noisy }),
      (own.transitions / own.steps).toFixed(2),
      `${(own.definitionBytes / 1000).toFixed(0)} KB`,
    ]);
  }
  line([
    `geometric mean of ${all.length}`,
    '',
    '',
    ...columns(all, geometricMean),
    geometricMean(all.map(({ own }) => own.transitions / own.steps)).toFixed(2),
    '',
  ]);
  line([
    'worst',
    '',
    '',
    ...columns(all, (values) => Math.max(...values)),
    Math.max(...all.map(({ own }) => own.transitions / own.steps)).toFixed(2),
    '',
  ]);
}

function ratios(row: Omit<Row, 'name'>): readonly string[] {
  return PICKS.map((pick) => pick(row).toFixed(4));
}

function columns(all: readonly Row[], reduce: (values: readonly number[]) => number): readonly string[] {
  return PICKS.map((pick) => reduce(all.map(pick)).toFixed(4));
}

function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}
