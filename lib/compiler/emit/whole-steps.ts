import { builtinOf, writtenItems } from '../analyse/builtins.ts';
import type { Plan, PlannedStep } from '../plan/plan.ts';
import { type PlanTree, partsOf } from '../plan/plan-tree.ts';
import { builtinAsStates, knownRounds } from './builtin-states.ts';
import { stateNames } from './names.ts';

/** Events that a step which is repeated as a whole may add to a history; with more, it has an execution for each attempt. */
export const MOST_EVENTS_AS_WHOLE = 500;

/** Events of a step, roughly: its Task has five, its guard and its Parallel two each. */
export const STEP_EVENTS = 10;

/** Items of a list that is not written out: the most that an inline Map has. */
const ITEMS = 100;

/**
 * Puts each `map`, `eval` and `iterate` that has a timeout, or is to be repeated, into a scope of its own: the only branch of a
 * Parallel, which takes a Retry and a Catch. Neither a Map nor a Parallel takes a timeout, so with one the step becomes a
 * nested state machine, which a Task starts.
 */
export const withWholeSteps = (plan: Plan, type: 'STANDARD' | 'EXPRESS'): Plan =>
  withWholes(plan, { type, prefix: `${plan.flow.name}--`, names: stateNames() });

interface Naming {
  readonly type: 'STANDARD' | 'EXPRESS';
  readonly prefix: string;
  readonly names: ReturnType<typeof stateNames>;
}

function withWholes(plan: Plan, naming: Naming): Plan {
  const changed = new Map<string, PlannedStep>();
  for (const [id, planned] of plan.steps) {
    const inner = planned.inner && withWholes(planned.inner, { ...naming, prefix: `${naming.prefix}${id}-` });
    const isWhole = isRunAsWhole(planned);
    if (inner !== planned.inner || isWhole)
      changed.set(id, { ...planned, ...(inner && { inner }), ...(isWhole && ({ isWhole } as const)) });
  }
  if (changed.size === 0) return plan;
  const steps = new Map([...plan.steps, ...changed]);
  return { ...plan, steps, ...(plan.tree && { tree: withScopes(plan.tree, steps, naming) }) };
}

/** Whether a step has states of its own, and a timeout or retries. */
const isRunAsWhole = (planned: PlannedStep): boolean => {
  const { onError, timeout } = planned.step;
  const builtin = builtinAsStates(planned);
  if (builtin === undefined || builtin === 'sleep') return false;
  return timeout !== undefined || onError.action === 'retry';
};

function withScopes(tree: PlanTree, steps: Plan['steps'], naming: Naming): PlanTree {
  const inside = (part: PlanTree): PlanTree => withScopes(part, steps, naming);
  switch (tree.kind) {
    case 'step': {
      const planned = steps.get(tree.id);
      return planned?.isWhole ? { kind: 'parallel', branches: [bodyOf(tree, planned, naming)], whole: tree.id } : tree;
    }
    case 'sequence':
      return { ...tree, parts: partsOf(tree).map(inside) };
    case 'parallel':
      return { ...tree, branches: partsOf(tree).map(inside) };
    default:
      return tree;
  }
}

/** The states of a step, or the nested state machine that has them. */
function bodyOf(body: PlanTree, planned: PlannedStep, { type, prefix, names }: Naming): PlanTree {
  const { id, timeout } = planned.step;
  const isNested = timeout !== undefined || attemptsOf(planned) * eventsOf(planned) > MOST_EVENTS_AS_WHOLE;
  if (!isNested || type === 'EXPRESS') return body;
  const name = names.take(`${prefix}${id}-whole`.replace(/[^A-Za-z0-9_-]/g, '-'));
  return { kind: 'nested', name, body, ...(timeout !== undefined && { seconds: Math.ceil(timeout) }) };
}

/** How often a step is called at most. */
export const attemptsOf = ({ step: { onError } }: PlannedStep): number =>
  onError.action === 'retry' ? 1 + onError.maxRetries : 1;

/** The most events of a step, roughly, with those of its inner flow. */
function eventsOf(planned: PlannedStep): number {
  const { inner, step } = planned;
  const runs = { map: writtenItems(planned.step) ?? ITEMS, iterate: knownRounds(planned) ?? Number.POSITIVE_INFINITY };
  const builtin = builtinOf(step);
  const times = builtin === 'map' || builtin === 'iterate' ? runs[builtin] : 1;
  const own = [...(inner?.steps.values() ?? [])].reduce((sum, one) => sum + eventsOf(one), 0);
  return STEP_EVENTS + (inner ? times * own : 0);
}
