import { parseSlotKey } from '../../protocol/invocation.ts';
import { pathInWords } from '../../protocol/path-words.ts';
import { builtinOf } from '../analyse/builtins.ts';
import { mapSteps, type PlannedStep } from '../plan/plan.ts';
import type { Change, PlanPass } from './pass.ts';

/** Functions return only the paths of their results that are read: see `reads` of an invocation. */
export const projectReads: PlanPass<'project-reads'> = {
  rewrites: 'plan',
  name: 'project-reads',
  title: 'functions return only the parts of their results that are read',
  rewrite: (plan) => {
    const steps = mapSteps(plan.steps, (planned) => ({
      ...planned,
      readings: planned.readings.filter(({ unread }) => !unread),
    }));
    return { plan: { ...plan, steps }, changes: [...steps.values()].flatMap(changeOf) };
  },
};

function changeOf({ step, readings, inner }: PlannedStep): readonly Change[] {
  const keys = new Set(readings.map(({ key }) => key));
  if (inner || builtinOf(step) || step.added || keys.has('$')) return [];
  const read = [...keys].map((key) => pathInWords(parseSlotKey(key).path));
  const what = read.length === 0 ? 'returns nothing' : `returns only ${[...new Set(read)].join(', ')}`;
  return [{ steps: [step.id], what }];
}
