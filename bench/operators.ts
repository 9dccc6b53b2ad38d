import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { JsonObject } from '../lib/protocol/json.ts';
import { type Simulation, simulate } from '../lib/simulate/index.ts';
import { COMPARISON, withComparisonSteps } from './comparison-steps.ts';

/**
 * What operators save: the flows of examples/, and the same flows with a step in place of each outermost operator, compiled
 * and simulated. A step takes a second, one that only compares 5 ms; AWS's own time comes on top. Every step runs that its
 * example input lets run, and loops go round once. Run with `npx tsx bench/operators.ts`.
 */

const FOLDER = 'examples';

const PROFILE = {
  steps: {},
  components: { [COMPARISON]: { seconds: 0.005 }, '/builtin/operands': { seconds: 0.005 } },
};

interface Figures extends Pick<Simulation, 'transitions' | 'costUsd' | 'makespanSeconds'> {
  /** Steps whose state calls a function. */
  readonly functions: number;
}

async function measure(source: string, file: string): Promise<Figures> {
  const { simulation, compiled, diagnostics, failure } = await simulate(source, {
    file,
    profile: PROFILE,
    overhead: 'aws',
  });
  if (!simulation) {
    const reasons = diagnostics.filter(({ severity }) => severity === 'error').map(({ message }) => message);
    throw new Error(`${file}: ${[failure?.cause, ...reasons].join('; ')}`);
  }
  return { ...simulation, functions: compiled.steps.filter(({ calls }) => calls).length };
}

/** Loops end by conditions, of which a simulation knows nothing. */
const oneRound = (key: unknown, value: unknown): unknown => (key === 'max_iterations' ? 1 : value);

const line = (cells: readonly string[]): void => console.log(`| ${cells.join(' | ')} |`);

function print(name: string, ours: Figures, theirs: Figures): void {
  const pair = (show: (figures: Figures) => string): string[] => [show(ours), show(theirs)];
  line([
    name,
    ...pair(({ transitions }) => String(transitions)),
    ...pair(({ functions }) => String(functions)),
    ...pair(({ costUsd }) => `$${(costUsd * 1000).toFixed(3)}`),
    ...pair(({ makespanSeconds }) => `${makespanSeconds.toFixed(2)} s`),
  ]);
}

const sum = (all: readonly Figures[]): Figures => ({
  transitions: all.reduce((total, { transitions }) => total + transitions, 0),
  functions: all.reduce((total, { functions }) => total + functions, 0),
  costUsd: all.reduce((total, { costUsd }) => total + costUsd, 0),
  makespanSeconds: all.reduce((total, { makespanSeconds }) => total + makespanSeconds, 0),
});

const columns = ['transitions', 'functions', '1,000 runs', 'seconds'];
line(['flow', ...columns.flatMap((name) => [name, 'with steps'])]);
line(['---', ...columns.flatMap(() => ['--:', '--:'])]);
const measured: { readonly ours: Figures; readonly theirs: Figures }[] = [];
for (const name of readdirSync(FOLDER).filter((file) => file.endsWith('.yaml'))) {
  const file = `${FOLDER}/${name}`;
  const flow: JsonObject = parse(readFileSync(file, 'utf8'), oneRound, { merge: true });
  const ours = await measure(JSON.stringify(flow), file);
  const theirs = await measure(JSON.stringify(withComparisonSteps(flow)), file);
  measured.push({ ours, theirs });
  print(name.replace('.yaml', ''), ours, theirs);
}
print(`all ${measured.length}`, sum(measured.map(({ ours }) => ours)), sum(measured.map(({ theirs }) => theirs)));
