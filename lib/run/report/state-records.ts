import { type SourceMap, type StateSource, visitsStep } from '../../compiler/source-map.ts';
import type { StepRecord } from './step-record.ts';

/** The records of the steps that run in a state. */
export interface StateRecords {
  /** Undefined if several steps share the state. */
  readonly only: StepRecord | undefined;
  /** Steps that share the state, by the index of their iteration of its Map. */
  readonly iterations: readonly (StepRecord | undefined)[];
  readonly all: ReadonlySet<StepRecord>;
}

/** The records of steps by the names of their states. */
export function recordsByState(
  states: SourceMap['states'],
  byId: ReadonlyMap<string, StepRecord>,
): ReadonlyMap<string, StateRecords> {
  const own = Object.entries(states).filter(([, source]) => visitsStep(source));
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
