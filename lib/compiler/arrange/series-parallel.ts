import type { Arrangement } from './arranged.ts';
import { compose } from './compose.ts';
import { type Dag, wholeOf } from './dag.ts';
import { cutsAhead, type Search } from './look-ahead.ts';
import { noisyScenarios, oneScenario } from './scenarios.ts';

export type { Arrangement } from './arranged.ts';

// The effort that may be spent on looking ahead, by the number of nodes: a unit takes about half a microsecond. The smaller
// a graph, the more of its cuts can be tried; from some 1,000 nodes on, the time should be linear in the nodes.
const effortFor = (nodes: number): number => Math.max(250_000 - 200 * nodes, 50 * nodes);

// The least effort allowed per node: not every part uses its allowance, so that a node may use more than an even share.
const MIN_ALLOWANCE = 300;

/**
 * Arranges a graph as a series-parallel tree. Weakly connected components run in parallel. A connected part is cut in two,
 * the first half before the second: where no step then waits longer than the graph requires, else where the makespan
 * grows least: see `Cut` and {@link cutsAhead}. Durations that differ were measured, and vary from run to run: then noisy
 * scenarios count too.
 */
export function arrange(dag: Dag): Arrangement {
  const { durations } = dag;
  const most = effortFor(durations.length);
  // Nodes without a duration are not the flow's own steps: they do not show that durations were measured.
  const [first, ...others] = durations.filter((duration) => duration > 0);
  const measured = others.some((duration) => duration !== first);
  const search: Search = {
    scenarios: measured ? noisyScenarios(durations) : oneScenario(durations),
    effort: { spent: 0 },
    allowance: Math.max(MIN_ALLOWANCE, most / durations.length),
    most,
  };
  return compose(wholeOf(dag), { limit: 0, depth: 0, cuts: 0 }, search, cutsAhead(search)).tree;
}
