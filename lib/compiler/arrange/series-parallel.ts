import type { Arrangement } from './arranged.ts';
import { compose } from './compose.ts';
import { type Dag, wholeOf } from './dag.ts';
import { cutsAhead, type Search } from './look-ahead.ts';
import { noisyScenarios, oneScenario } from './scenarios.ts';

export type { Arrangement } from './arranged.ts';

// What may be spent on looking ahead, by the number of nodes: a unit takes about half a microsecond. The smaller a
// graph, the more of its cuts can be tried; from some 1,000 nodes on, time is to grow with the nodes only.
const effortFor = (nodes: number): number => Math.max(250_000 - 200 * nodes, 50 * nodes);

// Not every part uses what it may: so each node may cost more than its share of the whole, and at least this.
const LEAST_ALLOWANCE = 300;

/**
 * Arranges a graph as a series-parallel tree. Parts without edges between them stand side by side; a connected part is
 * cut where no step waits longer than the graph asks for, else where the least is lost: see `Cut` and {@link cutsAhead}.
 * Where durations differ, they were measured, and will be a little different in each run: then scenarios count too.
 */
export function arrange(dag: Dag): Arrangement {
  const { durations } = dag;
  const most = effortFor(durations.length);
  // What takes no time is no step, and says nothing of the others.
  const [first, ...others] = durations.filter((duration) => duration > 0);
  const measured = others.some((duration) => duration !== first);
  const search: Search = {
    scenarios: measured ? noisyScenarios(durations) : oneScenario(durations),
    effort: { spent: 0 },
    allowance: Math.max(LEAST_ALLOWANCE, most / durations.length),
    most,
  };
  return compose(wholeOf(dag), { limit: 0, depth: 0, cuts: 0 }, search, cutsAhead(search)).tree;
}
