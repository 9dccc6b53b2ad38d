import { type SourceMap, type StateSource, visitsStep } from '../../compiler/source-map.ts';
import type { StepRecord } from './step-record.ts';

/** The steps that run in a state. */
export interface StateRecords {
  /** Absent where several share it. */
  readonly only: StepRecord | undefined;
  /** Those that share it, by the numbers of their iterations of its Map. */
  readonly iterations: readonly (StepRecord | undefined)[];
  readonly all: ReadonlySet<StepRecord>;
}

/** What is known of the steps that run in states, by the names of these. */
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
