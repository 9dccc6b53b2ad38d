import { PASS_NAMES } from '../lib/compiler/passes/passes.ts';
import { type SimulateOptions, simulate } from '../lib/simulate/index.ts';
import { complete, guideSnippets, type Snippet } from '../test/guide.ts';

/**
 * How many states a run of each flow of the performance guide enters, and its number of steps. Run with
 * `npx tsx bench/guide.ts`; the guide has to be in the folder of reference data beside the repository.
 */

const VARIANTS: readonly { readonly head: string; readonly options: SimulateOptions }[] = [
  { head: 'without passes', options: { without: PASS_NAMES } },
  { head: 'compiled', options: {} },
  { head: 'chains fused', options: { with: ['fuse-chains'] } },
];

interface Row {
  readonly title: string;
  readonly steps: number;
  /** For each variant. */
  readonly transitions: readonly number[];
}

const rows: Row[] = [];
for (const snippet of guideSnippets()) if (snippet.source.includes('component:')) rows.push(await measure(snippet));
if (rows.length > 0) printRows();

async function measure(snippet: Snippet): Promise<Row> {
  const { source } = complete(snippet);
  const found = [];
  for (const { options } of VARIANTS) {
    const { simulation } = await simulate(source, options);
    if (!simulation) throw new Error(`"${snippet.title}" cannot be simulated.`);
    found.push(simulation);
  }
  return {
    title: snippet.title,
    steps: Math.max(...found.map(({ steps }) => steps)),
    transitions: found.map(({ transitions }) => transitions),
  };
}

function printRows(): void {
  line(['flow', 'steps', ...VARIANTS.map(({ head }) => head)]);
  line(['---', '--:', ...VARIANTS.map(() => '--:')]);
  for (const { title, steps, transitions } of rows) line([title, steps, ...transitions]);
  const steps = sum(rows.map((row) => row.steps));
  const all = VARIANTS.map((_, at) => sum(rows.map(({ transitions }) => transitions[at] ?? 0)));
  line([`all ${rows.length}`, steps, ...all]);
  line(['a step', '', ...all.map((one) => (one / steps).toFixed(3))]);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}

function line(cells: readonly (string | number)[]): void {
  console.log(`| ${cells.join(' | ')} |`);
}
