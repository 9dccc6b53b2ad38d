import { compile } from '../lib/compiler/compile.ts';
import { explain } from '../lib/explain/index.ts';
import { lintFile } from '../lib/lint/index.ts';
import { openFlow } from '../lib/project/open-flow.ts';
import { simulate } from '../lib/simulate/index.ts';
import { complete, guideSnippets } from '../test/guide.ts';
import { SHAPES, sourceOf as textOf } from './large-flows.ts';

/**
 * What `lint` finds in each flow of the performance guide, how long three of them take before and after `--fix`, and how long `lint`
 * and `explain` take of flows of 2,000 steps. Run with `npx tsx bench/lint.ts`; the guide has to be in the folder of reference data
 * beside the repository. `npx tsx bench/lint.ts large` prints only the last.
 */

const isLargeOnly = process.argv[2] === 'large';

for (const snippet of isLargeOnly ? [] : guideSnippets()) {
  if (!snippet.source.includes('component:')) continue;
  const { diagnostics } = await lintFile(sourceOf(complete(snippet).source));
  const codes = new Map<string, number>();
  for (const { code } of diagnostics) codes.set(code, (codes.get(code) ?? 0) + 1);
  const found = [...codes]
    .filter(([code]) => !/^no-/.test(code))
    .map(([code, times]) => `${code}${times > 1 ? ` × ${times}` : ''}`);
  console.log(`${snippet.title.padEnd(64)} ${found.join(', ') || '–'}`);
}

/** Flows with a schema for what the steps take, so that what is not taken is certain, and an output that stays the same. */
const MENDED: { readonly [name: string]: string } = {
  'a false dependency': `steps:
- { id: step1, component: /given/process, input: { data: { $input: $ } } }
- id: step2
  component: /given/check
  inputSchema: { type: object, properties: { original: {} } }
  input:
    original: { $input: $ }
    processed: { $step: step1 }
output: { processed: { $step: step1 }, checked: { $step: step2 } }
`,
  'a sequence of two': `steps:
- { id: process_1, component: /given/one, input: { data: { $input: data1 } } }
- id: process_2
  component: /given/one
  inputSchema: { type: object, properties: { data: {} } }
  input:
    data: { $input: data2 }
    previous: { $step: process_1 }
output: [{ $step: process_1 }, { $step: process_2 }]
`,
  'two extracts': `steps:
- { id: load, component: /given/load }
- id: field1
  component: /extract
  input: { data: { $step: load }, path: field1 }
- id: field2
  component: /extract
  input: { data: { $step: load }, path: field2 }
- id: use
  component: /given/use
  input:
    a: { $step: field1 }
    b: { $step: field2 }
`,
};

console.log();
for (const [name, source] of isLargeOnly ? [] : Object.entries(MENDED)) {
  const { text, fixed } = await lintFile(sourceOf(source), { fix: true });
  const [before, after] = await Promise.all([secondsOf(source), secondsOf(text)]);
  console.log(`${name}: ${fixed} mended, ${before} s before, ${after} s after`);
}

async function secondsOf(source: string): Promise<number> {
  const { simulation } = await simulate(source);
  if (!simulation) throw new Error('The flow cannot be simulated.');
  return simulation.makespanSeconds;
}

function sourceOf(source: string) {
  return { file: 'guide/flow.yaml', home: 'guide', source, project: 'guide' };
}

/** Steps of the large flows. */
const SIZE = 2_000;
const ROUNDS = 3;

console.log(`\n| flow of ${SIZE.toLocaleString('en')} steps | compile | lint | explain |\n| --- | --: | --: | --: |`);
for (const [name, draw] of Object.entries(SHAPES)) {
  const source = textOf(draw(SIZE));
  const times = [
    await processorSeconds(async () => compile(source)),
    await processorSeconds(() => lintFile(sourceOf(source))),
    await processorSeconds(() => explain(openFlow({ file: 'guide/flow.yaml', home: 'guide', source }))),
  ];
  console.log(`| ${[name, ...times.map((seconds) => `${seconds.toFixed(1)} s`)].join(' | ')} |`);
}

/** The best of several rounds: other work of the machine hardly changes processor time. */
async function processorSeconds(work: () => Promise<unknown>): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round += 1) {
    const start = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(start);
    least = Math.min(least, (user + system) / 1e6);
  }
  return least;
}
