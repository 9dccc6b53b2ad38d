import { groupBy } from '../plan/group-by.ts';
import type { StepReport } from './events.ts';
import type { GraphNode, WaitGraph } from './wait-graph.ts';

interface Ran extends StepReport {
  readonly endMs: number;
}

/**
 * The chain of steps that a run's length comes from, first to last, by their ids: back from the run's end, each time to
 * the one that ended last of those that the state machine waited for there. A step of a parallel branch is never in
 * it for one of another branch, and neither is a step that was passed over. Of a Map the steps inside are left out.
 * `states` are the names of the steps' states in the graph, by their ids.
 */
export function criticalChain(
  steps: readonly StepReport[],
  states: ReadonlyMap<string, string>,
  graph: WaitGraph,
): readonly string[] {
  const stateOf = ({ id }: StepReport): string => states.get(id) ?? id;
  // Of a chain of steps, which have one state, the last that has run is the one that ended with it.
  const ran: RanByState = new Map(steps.filter(hasRun).map((step) => [stateOf(step), step]));
  const together = groupBy(steps.filter(hasRun), stateOf, ({ id }) => id);
  const chain: string[] = [];
  const taken = new Set<GraphNode>();
  const previous = (from: GraphNode): GraphNode | undefined => {
    const waitedFor = nearest(from, ran).filter((node) => !taken.has(node));
    return latest(waitedFor, ran, graph);
  };
  for (let at = previous(graph.end); at !== undefined; at = previous(at)) {
    taken.add(at);
    chain.unshift(...(together.get(at.state) ?? [at.state]));
  }
  return chain;
}

const hasRun = (step: StepReport): step is Ran => step.startMs !== null && step.endMs !== null;

type RanByState = ReadonlyMap<string, Ran>;

/** The steps that have run, on each way back from a node the first. */
function nearest(from: GraphNode, ran: RanByState): readonly GraphNode[] {
  const found: GraphNode[] = [];
  const seen = new Set(from.before);
  // A set may grow while it is walked.
  for (const node of seen) {
    if (ran.has(node.state)) found.push(node);
    else for (const before of node.before) seen.add(before);
  }
  return found;
}

function latest(nodes: readonly GraphNode[], ran: RanByState, { order }: WaitGraph): GraphNode | undefined {
  /** What tells two apart, the weightiest first: a failure ends the others, and one that is skipped holds up nobody. */
  const weights = (node: GraphNode): readonly number[] => {
    const step = ran.get(node.state);
    const status = step?.status === 'failed' ? 2 : Number(step?.status !== 'skipped');
    return [step?.endMs ?? 0, status, order.get(node) ?? 0];
  };
  return nodes.reduce<GraphNode | undefined>(
    (best, node) => (best === undefined || isMore(weights(node), weights(best)) ? node : best),
    undefined,
  );
}

/** Whether the first number in which two lists differ is greater in `one`. */
function isMore(one: readonly number[], other: readonly number[]): boolean {
  const at = one.findIndex((weight, index) => weight !== other[index]);
  return at >= 0 && (one[at] ?? 0) > (other[at] ?? 0);
}
