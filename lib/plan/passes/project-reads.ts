import { parseSlotKey } from '../../runtime/invocation.ts';
import { builtinOf } from '../builtins.ts';
import type { Plan, PlannedStep, Reading } from '../plan.ts';
import type { Change, PassReport } from './pass.ts';

/** What functions answer of their results, where that is not all: see `reads` of an invocation. */
export function reportProjection(plan: Plan): PassReport {
  const title = 'functions answer only what is read of their results';
  return { name: 'project-reads', title, changes: changesIn(plan, ''), saved: {} };
}

function changesIn({ steps }: Plan, prefix: string): readonly Change[] {
  return [...steps.values()].flatMap(({ step, readings, inner }) => {
    const id = `${prefix}${step.id}`;
    if (inner) return changesIn(inner, `${id}.`);
    const keys = new Set(readings.map(({ key }) => key));
    if (builtinOf(step) || step.added || keys.has('$')) return [];
    const read = [...keys].map((key) => parseSlotKey(key).path);
    const what = read.length === 0 ? 'answers nothing' : `answers no more than ${[...new Set(read)].join(', ')}`;
    return [{ steps: [id], what }];
  });
}

/** A plan in which whoever reads anything of a step's result gets all of it besides. */
export function withWholeResults(plan: Plan): Plan {
  return { ...plan, steps: new Map([...plan.steps].map(([id, planned]) => [id, withWhole(planned)])) };
}

function withWhole(planned: PlannedStep): PlannedStep {
  const { readings, inner } = planned;
  const readers = new Set(readings.map(({ reader }) => reader));
  const whole = [...readers].map((reader): Reading => ({ reader, key: '$' }));
  return { ...planned, readings: [...readings, ...whole], ...(inner && { inner: withWholeResults(inner) }) };
}
