import type { NestedMachine } from '../asl/frame.ts';
import type { Branch, State, StateMachine } from '../asl/state-machine.ts';
import { branchesOf } from '../asl/walk-states.ts';
import { itemsOf } from '../asl/weight.ts';
import { isObject } from '../runtime/json.ts';
import { machineNamed } from './machines.ts';
import type { TrackedStep } from './step-record.ts';

/** A state of a machine, and the states that it is entered from. */
export interface GraphNode {
  readonly state: string;
  readonly before: GraphNode[];
}

/** What waits for what in a state machine, its branches laid out in it. A Map stands for what runs inside it, unless its iterations are steps. */
export interface WaitGraph {
  /** Stands for the execution's end: comes after all that ends it. */
  readonly end: GraphNode;
  /** A number for each state, greater than those of all that come before it; those of a loop are numbered from its start. */
  readonly order: ReadonlyMap<GraphNode, number>;
}

/** The graph of a state machine, with those that it starts in the places of the Tasks that start them. */
export function waitGraph(machine: StateMachine, nested: readonly NestedMachine[] = []): WaitGraph {
  const { ends } = layOut(machine, new Map(nested.map(({ name, stateMachine }) => [name, stateMachine])));
  const end: GraphNode = { state: '', before: [...ends] };
  return { end, order: orderOf(end) };
}

interface Laid {
  readonly start: GraphNode | undefined;
  readonly ends: readonly GraphNode[];
}

/** Where a state is entered and left: two places for one that others run inside of, with those between them. */
interface Doors {
  readonly enter: GraphNode;
  readonly leave: GraphNode;
}

type Machines = ReadonlyMap<string, StateMachine>;

/** The name of a step's state in the graph: with the number of the iteration, where steps share the state. */
export const placeInGraph = ({ state, index }: Pick<TrackedStep, 'state' | 'index'>): string =>
  index === undefined ? state : `${state} #${index}`;

function layOut({ StartAt, States }: Branch, machines: Machines, index?: number): Laid {
  const placed = (state: string): string => placeInGraph({ state, ...(index !== undefined && { index }) });
  const doors = new Map(Object.entries(States).map(([name, state]) => [name, doorsOf(placed(name), state, machines)]));
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

function doorsOf(state: string, definition: State, machines: Machines): Doors {
  const leave: GraphNode = { state, before: [] };
  const inside = insideOf(definition, machines);
  if (inside.length === 0) return { enter: leave, leave };
  const enter: GraphNode = { state: '', before: [] };
  for (const { start, ends } of inside) {
    start?.before.push(enter);
    leave.before.push(...ends);
  }
  return { enter, leave };
}

/** What runs inside a state: branches, steps that share a Map, or a state machine. */
function insideOf(definition: State, machines: Machines): readonly Laid[] {
  const runs = definition.Type === 'Map' ? Array.from({ length: itemsOf(definition) }, (_, at) => at) : [undefined];
  const inside = branchesOf(definition).flatMap((branch) => runs.map((at) => layOut(branch, machines, at)));
  const given = definition.Type === 'Task' ? definition.Arguments : undefined;
  const machine = isObject(given) ? machines.get(machineNamed(given.StateMachineArn) ?? '') : undefined;
  return machine ? [layOut(machine, machines)] : inside;
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
