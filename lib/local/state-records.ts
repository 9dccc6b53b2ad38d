import { groupBy } from '../plan/group-by.ts';
import type { StepRecord } from './step-record.ts';

/** The steps that are called by a state. */
export interface StateRecords {
  /** Absent where several share it. */
  readonly only: StepRecord | undefined;
  /** Those that share it, by the numbers of their iterations of its Map. */
  readonly iterations: ReadonlyMap<number, StepRecord>;
  readonly all: ReadonlySet<StepRecord>;
}

/** What states call, by their names. */
export function statesOf(records: readonly StepRecord[]): ReadonlyMap<string, StateRecords> {
  const named = records.flatMap((record) => {
    const { state, also = [] } = record.step;
    return [state, ...also].map((name) => ({ name, record }));
  });
  const groups = groupBy(
    named,
    ({ name }) => name,
    ({ record }) => record,
  );
  return new Map([...groups].map(([name, group]) => [name, recordsOf(group)]));
}

function recordsOf(group: readonly StepRecord[]): StateRecords {
  const iterations = new Map(
    group.flatMap((record) => (record.step.index === undefined ? [] : [[record.step.index, record] as const])),
  );
  return { only: iterations.size === 0 ? group[0] : undefined, iterations, all: new Set(group) };
}
