import { isObject } from '../protocol/json.ts';
import { PLACEHOLDER_FIELDS, placeholdersIn, readPlaceholder } from '../protocol/placeholders.ts';
import type { Branch, MapState, State, TaskState } from './state-machine.ts';
import { branchesOf, type NamedState } from './walk-states.ts';

/** What states take of what a state machine may have. */
export interface Size {
  /** Bytes of their definition, with room for ARNs in the places of `${…}`. */
  readonly bytes: number;
  /** Events in the history of an execution that visits each of them once, and in which no call has to be repeated. */
  readonly events: number;
}

/** Characters that an ARN is taken to have: with the longest names of functions and state machines some 150. */
const ARN = 170;

const knownSizes = new WeakMap<Branch, Size>();

/** The weight of a state machine, or of a branch. */
export function sizeOfBranch(machine: Branch): Size {
  const weight = knownSizes.get(machine) ?? measure(machine);
  knownSizes.set(machine, weight);
  return weight;
}

function measure(machine: Branch): Size {
  const { States, ...rest } = machine;
  const { bytes, events } = sizeOfStates(Object.entries(States));
  return { bytes: jsonBytes({ ...rest, States: {} }) + bytes, events: EXECUTION + events };
}

/** Weighs a whole state machine at once, without what its parts weigh. */
export function sizeOfMachine(machine: Branch): Size {
  const text = JSON.stringify(machine);
  return { bytes: Buffer.byteLength(text) + bytesOfArns(placeholdersIn(text)), events: eventsOfMachine(machine) };
}

/** The weight of some states. */
export const sizeOfStates = (states: readonly NamedState[]): Size =>
  sumOfSizes(states.map(([name, state]) => ({ bytes: jsonBytes(name) + 2 + bytesOf(state), events: eventsOf(state) })));

/** What several take together. */
export const sumOfSizes = (weights: readonly Size[]): Size => ({
  bytes: weights.reduce((total, { bytes }) => total + bytes, 0),
  events: weights.reduce((total, { events }) => total + events, 0),
});

function bytesOf(state: State): number {
  if (state.Type === 'Task') return jsonBytes(state) + missingArnBytes(state);
  const inside = branchesOf(state);
  if (inside.length === 0) return jsonBytes(state);
  const own = state.Type === 'Map' ? { ...state, ItemProcessor: {} } : { ...state, Branches: [] };
  return jsonBytes(own) + inside.reduce((total, branch) => total + sizeOfBranch(branch).bytes + 1, 0);
}

function missingArnBytes({ Arguments: given }: TaskState): number {
  if (!isObject(given)) return 0;
  return bytesOfArns(
    PLACEHOLDER_FIELDS.flatMap((field) => (readPlaceholder(given[field]) ? String(given[field]) : [])),
  );
}

/** What ARNs have more than the placeholders in whose places they come. */
const bytesOfArns = (texts: readonly string[]): number =>
  texts.reduce((total, { length }) => total + Math.max(0, ARN - length), 0);

const jsonBytes = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

// Source: "HistoryEvent", AWS Step Functions API reference.
/** ExecutionStarted and its end. */
const EXECUTION = 2;
const EVENTS: { readonly [T in State['Type']]: number } = {
  Pass: 2,
  Choice: 2,
  Wait: 2,
  Succeed: 2,
  Fail: 1,
  /** Entered, Scheduled, Started, Succeeded, Exited. */
  Task: 5,
  /** Entered, Started, Succeeded, Exited. */
  Parallel: 4,
  Map: 4,
};

function eventsOf(state: State): number {
  const submitted = state.Type === 'Task' && /\.(sync|waitForTaskToken)/.test(state.Resource) ? 1 : 0;
  return EVENTS[state.Type] + submitted + eventsInside(state);
}

/** How many iterations a Map runs is only known where its items are written out; of others none is counted. */
function eventsInside(state: State): number {
  // An iteration has a start and an end as an execution has; a branch has neither.
  const [runs, absent] = state.Type === 'Map' ? [itemsOf(state), 0] : [1, EXECUTION];
  return branchesOf(state).reduce((total, inner) => total + runs * (eventsOfMachine(inner) - absent), 0);
}

function eventsOfMachine(machine: Branch): number {
  const events =
    knownEvents.get(machine) ??
    Object.values(machine.States).reduce((total, state) => total + eventsOf(state), EXECUTION);
  knownEvents.set(machine, events);
  return events;
}

const knownEvents = new WeakMap<Branch, number>();

/** How many items are written out in a Map: those of steps that share it. */
export const itemsOf = ({ Items }: MapState): number => (Array.isArray(Items) ? Items.length : 0);
