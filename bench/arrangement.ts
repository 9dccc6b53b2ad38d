import { arrange } from '../lib/compiler/arrange/series-parallel.ts';
import { bestSeconds } from '../test/compiler/arrange/best-tree.ts';
import { layers, normal, randomFrom } from '../test/compiler/arrange/graphs.ts';
import { criticalPath, levelled, makespan, nesting, parallelsIn } from '../test/compiler/arrange/trees.ts';

/**
 * How good the arrangement of random graphs is, which are much less regular than real flows: layers of steps, each of
 * which reads one to three of those before it, with seconds over two orders of magnitude. Makespans are multiples of the
 * critical path, which no tree reaches in most of these graphs. Run with `npx tsx bench/arrangement.ts`.
 */

/** For each kind of graph: how many are drawn, their steps, and the steps in a layer. */
const KINDS = [
  { count: 100, size: 12, width: 4 },
  { count: 50, size: 50, width: 6 },
  { count: 20, size: 200, width: 10 },
  { count: 5, size: 1_000, width: 20 },
  { count: 3, size: 10_000, width: 50 },
];

/** The largest graphs for which the best of all trees can be found. */
const SMALL = 12;

const RUNS = 20;

const line = (cells: readonly (string | number)[]): void => console.log(`| ${cells.join(' | ')} |`);
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The mean ratio of many runs, with noise on the seconds of each step. */
function noisy({ tree, graph }: Drawn): number {
  const random = randomFrom(1);
  return mean(
    Array.from({ length: RUNS }, () => {
      const durations = graph.durations.map((seconds) => seconds * Math.exp(0.5 * normal(random)));
      return makespan(tree, durations) / criticalPath(graph, durations);
    }),
  );
}

interface Drawn {
  readonly graph: ReturnType<typeof layers>;
  readonly tree: ReturnType<typeof arrange>;
  /** Milliseconds of processor time. */
  readonly ms: number;
}

function draw(size: number, width: number, seed: number): Drawn {
  const graph = layers(size, width, seed);
  const start = process.cpuUsage();
  const tree = arrange(graph);
  const { user, system } = process.cpuUsage(start);
  return { graph, tree, ms: (user + system) / 1000 };
}

line(['steps', 'level by level', 'arranged', 'best of all trees', 'noise 0.5', 'Parallels a step', 'nested', 'time']);
line(['--:', '--:', '--:', '--:', '--:', '--:', '--:', '--:']);
for (const { count, size, width } of KINDS) {
  const drawn = Array.from({ length: count }, (_, seed) => draw(size, width, seed));
  const beside = (seconds: (one: Drawn) => number): string =>
    mean(drawn.map((one) => seconds(one) / criticalPath(one.graph))).toFixed(3);
  line([
    size.toLocaleString('en'),
    beside(({ graph }) => levelled(graph)),
    beside(({ graph, tree }) => makespan(tree, graph.durations)),
    size <= SMALL ? beside(({ graph }) => bestSeconds(graph)) : '',
    mean(drawn.map(noisy)).toFixed(3),
    mean(drawn.map(({ tree }) => parallelsIn(tree) / size)).toFixed(2),
    Math.max(...drawn.map(({ tree }) => nesting(tree))),
    `${mean(drawn.map(({ ms }) => ms)).toFixed(1)} ms`,
  ]);
}
