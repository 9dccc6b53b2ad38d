import { isObject } from '../protocol/json.ts';
import { PLACEHOLDER_FIELDS, placeholdersIn, readPlaceholder } from '../protocol/placeholders.ts';
import { mostItemsOf, visitsOf } from './repetition.ts';
import { type Branch, DEFAULT_ATTEMPTS, type MapState, type State, type TaskState } from './state-machine.ts';
import { branchesOf, type NamedState } from './walk-states.ts';

/** What states use of the limits of a state machine. */
export interface Size {
  /** Bytes of their definition, with ARNs in place of `${…}`. */
  readonly bytes: number;
  /**
   * Events in the history of an execution that visits each of them, those of a loop and of an inline Map as often as it can
   * at most, and in which every state is repeated as often as the flow says: not for a failure of AWS's service.
   */
  readonly events: number;
}

/** Characters assumed for an ARN; those with the longest names of functions and state machines have some 150. */
const ARN = 170;

const knownSizes = new WeakMap<Branch, Size>();

/** The size of a state machine or branch, remembered like that of each branch in it. */
export function sizeOfBranch(machine: Branch): Size {
  const size = knownSizes.get(machine) ?? measure(machine);
  knownSizes.set(machine, size);
  return size;
}

function measure(machine: Branch): Size {
  const { States, ...rest } = machine;
  const { bytes, events } = sizeOfStates(Object.entries(States));
  return { bytes: jsonBytes({ ...rest, States: {} }) + bytes, events: EXECUTION + events };
}

/** The size of a state machine, measured as a whole: faster than {@link sizeOfBranch} where no branch is known yet. */
export function sizeOfMachine(machine: Branch): Size {
  return { bytes: bytesOfMachine(machine), events: eventsOfMachine(machine) };
}

function bytesOfMachine(machine: Branch): number {
  const text = JSON.stringify(machine);
  return Buffer.byteLength(text) + bytesOfArns(placeholdersIn(text));
}

/** Bytes of the definitions of several state machines together, as deployed. */
export const bytesOfMachines = (machines: readonly Branch[]): number =>
  machines.reduce((total, machine) => total + bytesOfMachine(machine), 0);

/** The size of some states. */
export const sizeOfStates = (states: readonly NamedState[]): Size =>
  sumOfSizes(states.map(([name, state]) => ({ bytes: jsonBytes(name) + 2 + bytesOf(state), events: eventsOf(state) })));

/** The total of several sizes. */
export const sumOfSizes = (sizes: readonly Size[]): Size => ({
  bytes: sizes.reduce((total, { bytes }) => total + bytes, 0),
  events: sizes.reduce((total, { events }) => total + events, 0),
});

function bytesOf(state: State): number {
  if (state.Type === 'Task') return jsonBytes(state) + missingArnBytes(state);
  const inside = branchesOf(state);
  if (inside.length === 0) return jsonBytes(state);
  const own = state.Type === 'Map' ? { ...state, ItemProcessor: {} } : { ...state, Branches: [] };
  return jsonBytes(own) + inside.reduce((total, branch) => total + sizeOfBranch(branch).bytes + 1, 0);
}

function missingArnBytes({ Arguments: args }: TaskState): number {
  if (!isObject(args)) return 0;
  return bytesOfArns(PLACEHOLDER_FIELDS.flatMap((field) => (readPlaceholder(args[field]) ? String(args[field]) : [])));
}

/** Bytes by which ARNs are longer than the placeholders that they replace. */
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

const eventsOf = (state: State): number => {
  const attempts = attemptsOf(state);
  const around = eventsOfVisit(state) + attempts * EVENTS_OF_ATTEMPT;
  return visitsOf(state) * (around + (1 + attempts) * eventsInside(state));
};

/** Events of one more attempt of a call: scheduled, started, failed. A Parallel and a Map have fewer of their own. */
export const EVENTS_OF_ATTEMPT = 3;

/** Failures of AWS's services: their attempts get the events that are left. */
const SERVICE = /^(Lambda|StepFunctions)\./;

/** How often a state is repeated at most, for other failures than those of AWS's services. */
function attemptsOf(state: State): number {
  const retriers = 'Retry' in state ? (state.Retry ?? []) : [];
  return retriers
    .filter(({ ErrorEquals }) => !ErrorEquals.every((error) => SERVICE.test(error)))
    .reduce((total, { MaxAttempts = DEFAULT_ATTEMPTS }) => total + MaxAttempts, 0);
}

/** Events of one visit to a state, without those of what is inside it. */
export function eventsOfVisit(state: State): number {
  const submitted = state.Type === 'Task' && /\.(sync|waitForTaskToken)/.test(state.Resource) ? 1 : 0;
  return EVENTS[state.Type] + submitted;
}

function eventsInside(state: State): number {
  // An iteration has a start and an end like an execution; a branch has neither.
  const [runs, withoutEvents] = state.Type === 'Map' ? [mostItemsOf(state) ?? itemsOf(state), 0] : [1, EXECUTION];
  return branchesOf(state).reduce((total, inner) => total + runs * (eventsOfMachine(inner) - withoutEvents), 0);
}

/** Events of one execution of a state machine at most, as {@link Size} has them. */
export function eventsOfMachine(machine: Branch): number {
  const events =
    knownEvents.get(machine) ??
    Object.values(machine.States).reduce((total, state) => total + eventsOf(state), EXECUTION);
  knownEvents.set(machine, events);
  return events;
}

const knownEvents = new WeakMap<Branch, number>();

/** How many items are written in a Map: those of a fan-out. Other Maps have none. */
export const itemsOf = ({ Items }: MapState): number => (Array.isArray(Items) ? Items.length : 0);

/** How many calls an execution makes at most, as {@link Size} has its events; a call that the flow repeats is one. */
export function callsOfMachine({ States }: Branch): number {
  return Object.values(States).reduce((total, state) => total + visitsOf(state) * callsOfVisit(state), 0);
}

function callsOfVisit(state: State): number {
  if (state.Type === 'Task') return 1;
  const runs = (1 + attemptsOf(state)) * (state.Type === 'Map' ? (mostItemsOf(state) ?? itemsOf(state)) : 1);
  // Nothing is called where a Map has no iteration in this history, however often the calls in it may be repeated.
  return runs === 0 ? 0 : runs * branchesOf(state).reduce((total, inner) => total + callsOfMachine(inner), 0);
}
