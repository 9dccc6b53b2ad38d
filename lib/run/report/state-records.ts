import { type SourceMap, type StateRole, type StateSource, visitsStep } from '../../compiler/source-map.ts';
import { flowRunnerAt } from '../../flow/flow-runners.ts';
import type { StepName } from './events.ts';
import type { StepRecord } from './step-record.ts';

/** The records of the steps that run in a state. */
export interface StateRecords {
  /** Undefined if several steps share the state. */
  readonly only: StepRecord | undefined;
  /** Steps that share the state, by the index of their iteration of its Map. */
  readonly iterations: readonly (StepRecord | undefined)[];
  readonly all: ReadonlySet<StepRecord>;
}

/**
 * The records of steps by the names of their states. A visit to a step that is repeated, or fails, as a whole is one to the state
 * around its own.
 */
export function recordsByState(
  states: SourceMap['states'],
  byId: ReadonlyMap<string, StepRecord>,
): ReadonlyMap<string, StateRecords> {
  const wholes = stepsIn(states, 'whole');
  const own = Object.entries(states).filter(
    ([, source]) => visitsStep(source) && (source.role === 'whole' || !wholes.has(source.step ?? '')),
  );
  return new Map(own.map(([name, source]) => [name, recordsOf(source, byId)]));
}

function recordsOf(
  { step = '', iterations: ids = [] }: StateSource,
  byId: ReadonlyMap<string, StepRecord>,
): StateRecords {
  const only = byId.get(step);
  const iterations = ids.map((id) => byId.get(id));
  return { only, iterations, all: new Set([only, ...iterations].filter((record) => record !== undefined)) };
}

/** The ids of the steps that have a state of a role. */
const stepsIn = (states: SourceMap['states'], role: StateRole): ReadonlySet<string> =>
  new Set(Object.values(states).flatMap((source) => (source.role === role ? (source.step ?? []) : [])));

/**
 * The steps whose inner flows are states of the same state machine, but for those with a state around them, which is a Map or
 * repeats the step as a whole: a visit to such a step begins before its flow, and ends after it.
 */
export function stepsAroundStates(states: SourceMap['states'], steps: Iterable<StepName>): ReadonlySet<string> {
  const [begun, loops, wholes] = [stepsIn(states, 'take-input'), stepsIn(states, 'loop'), stepsIn(states, 'whole')];
  const ids = [...steps].flatMap(({ id, component }) => {
    const runner = flowRunnerAt(component);
    const isAround = runner !== undefined && runner !== 'map' && (begun.has(id) || loops.has(id));
    return isAround && !wholes.has(id) ? [id] : [];
  });
  return new Set(ids);
}
