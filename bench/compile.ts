import { analyse } from '../lib/compiler/analyse/analysis.ts';
import { arrange } from '../lib/compiler/arrange/series-parallel.ts';
import { compile } from '../lib/compiler/compile.ts';
import { durationsFrom, type Profile } from '../lib/compiler/plan/durations.ts';
import { makePlan } from '../lib/compiler/plan/make-plan.ts';
import { readFlow } from '../lib/flow/read/read-flow.ts';
import { type Graph, randomNumbers, SHAPES, sourceOf } from './large-flows.ts';

/**
 * How long it takes to compile large flows, phase by phase, and how that grows: ten times the steps in ten times the
 * time is linear. Run with `npx tsx bench/compile.ts [SIZE…]`; sizes are 1,000, 10,000 and 20,000 steps by default.
 */

/** Why some phases take more than in proportion to the steps. */
const NOTES = `
read: mostly the \`yaml\` package. The nodes of a large flow outlive the young generation of the garbage collector, which
copies them twice.
arrange: cuts are sorted and divided level by level, n·log n; the search beyond that grows with the number of steps.
emit: a flow whose state machine would be above 940 KB, some 1,900 steps, is emitted twice: once to be measured, then as
several state machines. Below and above that size it is linear, except for the garbage collector.`;

/** Steps take from a tenth of a second to ten seconds, most of them about one. */
function secondsOf(size: number): readonly number[] {
  const random = randomNumbers();
  return Array.from({ length: size }, () => 10 ** (random() + random() - 1));
}

interface Times {
  readonly read: number;
  readonly plan: number;
  /** Included in `plan`. */
  readonly arrange: number;
  readonly whole: number;
}

function measure(graph: Graph): Times {
  const source = sourceOf(graph);
  const durations = secondsOf(graph.length);
  const steps = Object.fromEntries(durations.map((seconds, step) => [`step_${step}`, { seconds }]));
  const profile: Profile = { steps };
  const whole = best(() => compile(source, { profile }).stateMachine);
  const read = best(() => readFlow(source, 'bench.yaml').flow);
  const { flow } = readFlow(source, 'bench.yaml');
  if (!flow) throw new Error('The generated flow cannot be read.');
  const plan = best(() => {
    const analysis = analyse(flow, []);
    return analysis && makePlan(analysis, durationsFrom(profile, flow.steps));
  });
  const successors: number[][] = graph.map(() => []);
  for (const [step, before] of graph.entries()) for (const other of before) successors[other]?.push(step);
  return { read, plan, arrange: best(() => arrange({ durations, successors })), whole };
}

const ROUNDS = 5;

/** The best of several rounds, in milliseconds of processor time, which other work of the machine hardly changes. */
function best(work: () => unknown): number {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round += 1) {
    const start = process.cpuUsage();
    if (work() === undefined) throw new Error('The generated flow does not compile.');
    const { user, system } = process.cpuUsage(start);
    least = Math.min(least, (user + system) / 1000);
  }
  return least;
}

const line = (cells: readonly string[]): void => console.log(`| ${cells.join(' | ')} |`);

function print(name: string, size: number, times: Times, smaller: Times | undefined): void {
  const { read, plan, arrange: arranging, whole } = times;
  const ms = [read, plan, arranging, whole - read - plan, whole].map((value) => `${Math.max(0, value).toFixed(0)} ms`);
  line([name, size.toLocaleString('en'), ...ms, smaller ? (whole / smaller.whole).toFixed(1) : '']);
}

const given = process.argv.slice(2).map(Number);
const sizes = given.length > 0 ? given : [1_000, 10_000, 20_000];
line(['flow', 'steps', 'read', 'plan', 'of which arrange', 'emit', 'whole', `× ${sizes[0]?.toLocaleString('en')}`]);
line(['---', '--:', '--:', '--:', '--:', '--:', '--:', '--:']);
for (const [name, draw] of Object.entries(SHAPES)) {
  let smallest: Times | undefined;
  for (const size of sizes) {
    const times = measure(draw(size));
    print(name, size, times, smallest);
    smallest ??= times;
  }
}
console.log(NOTES);
