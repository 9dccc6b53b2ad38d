import type { Branch, State, StateMachine } from '../asl/state-machine.ts';

/** A state of a machine, and the states that it is entered from. */
export interface GraphNode {
  readonly state: string;
  readonly before: GraphNode[];
}

/** What waits for what in a state machine, its branches laid out in it. What runs inside a Map is left out: the Map stands for it. */
export interface WaitGraph {
  /** Stands for the execution's end: comes after all that ends it. */
  readonly end: GraphNode;
  /** A number for each state, greater than those of all that come before it; those of a loop are numbered from its start. */
  readonly order: ReadonlyMap<GraphNode, number>;
}

/** The graph of a state machine. */
export function waitGraph(machine: StateMachine): WaitGraph {
  const { ends } = layOut(machine);
  const end: GraphNode = { state: '', before: [...ends] };
  return { end, order: orderOf(end) };
}

interface Laid {
  readonly start: GraphNode | undefined;
  readonly ends: readonly GraphNode[];
}

/** Where a state is entered and left: two places for a Parallel, with its branches between them. */
interface Doors {
  readonly enter: GraphNode;
  readonly leave: GraphNode;
}

function layOut({ StartAt, States }: Branch): Laid {
  const doors = new Map(Object.entries(States).map(([name, state]) => [name, doorsOf(name, state)]));
  const ends: GraphNode[] = [];
  for (const [name, state] of Object.entries(States)) {
    const leave = doors.get(name)?.leave;
    if (!leave) continue;
    const targets = targetsOf(state);
    for (const target of targets) doors.get(target)?.enter.before.push(leave);
    if (targets.length === 0 || 'End' in state) ends.push(leave);
  }
  return { start: doors.get(StartAt)?.enter, ends };
}

function doorsOf(state: string, definition: State): Doors {
  const leave: GraphNode = { state, before: [] };
  if (definition.Type !== 'Parallel') return { enter: leave, leave };
  const enter: GraphNode = { state: '', before: [] };
  for (const { start, ends } of definition.Branches.map(layOut)) {
    start?.before.push(enter);
    leave.before.push(...ends);
  }
  return { enter, leave };
}

/** The states that a state may go on to. */
function targetsOf(state: State): readonly string[] {
  const next = 'Next' in state && state.Next !== undefined ? [state.Next] : [];
  const choices = state.Type === 'Choice' ? [...state.Choices.map(({ Next }) => Next), state.Default ?? []].flat() : [];
  const caught = 'Catch' in state ? (state.Catch ?? []).map(({ Next }) => Next) : [];
  return [...next, ...choices, ...caught];
}

/** Numbers the nodes in the order in which a search backwards leaves them; on a stack of its own, since machines are long. */
function orderOf(end: GraphNode): ReadonlyMap<GraphNode, number> {
  const order = new Map<GraphNode, number>();
  const seen = new Set([end]);
  const stack = [{ node: end, left: [...end.before] }];
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const node = top.left.pop();
    if (node === undefined) {
      stack.pop();
      order.set(top.node, order.size);
    } else if (!seen.has(node)) {
      seen.add(node);
      stack.push({ node, left: [...node.before] });
    }
  }
  return order;
}
