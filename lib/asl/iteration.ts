import type { Expression } from '../flow/expression.ts';
import { inputField } from '../plan/builtins.ts';
import type { PlannedStep } from '../plan/plan.ts';
import { type PlanTree, partsOf } from '../plan/plan-tree.ts';
import type { FlowEmitter, Place } from './emit-flow.ts';
import { States } from './end.ts';
import { jsonataOf } from './expressions.ts';
import type { Frame } from './frame.ts';
import { fieldOf } from './give.ts';
import { caughtOutcome, faultOutcome } from './inner-failure.ts';
import { evaluated, type Jsonata, variable } from './jsonata.ts';
import type { Branch, Template } from './state-machine.ts';
import { mayOpen, takeInput } from './take-input.ts';

/** How many iterations of a Map may run at once, where the flow says it. */
export function concurrencyOf(emitter: FlowEmitter, planned: PlannedStep, { chain }: Place) {
  const limit = inputField(planned.step, 'max_concurrency');
  return limit && { MaxConcurrency: `{% ${jsonataOf(limit, emitter.scope(chain))} %}` };
}

/** The item of an iteration, as its states can read it. */
export interface Item {
  readonly value: Jsonata;
  /** Whether states in branches of a Parallel can too. */
  readonly inBranches: boolean;
}

/**
 * The states of an iteration of a Map, which end with the outcome of a run. They read the item where it is: one more
 * state, which puts it into a variable, comes first only where some could not, or where it may have to be opened.
 */
export function iteration(
  emitter: FlowEmitter,
  planned: PlannedStep,
  item: Item,
  frame: Partial<Pick<Frame, 'execution'>> = {},
): Branch {
  const states = new States();
  const failed = emitter.stateName(planned, 'failed');
  const catchers = [{ ErrorEquals: ['States.ALL'], Output: caughtOutcome(emitter.messageRoom(planned)), Next: failed }];
  const from = itemsOf(planned);
  const isRead = !mayOpen(emitter, planned, from) && (item.inBranches || !hasBranches(planned.inner?.tree));
  const name = isRead ? undefined : emitter.localName(planned, 'item');
  const inner = emitter.nested(planned, {
    ...frame,
    input: name === undefined ? item.value : variable(name),
    close: { End: true },
    catchers,
    fail: (into, fault) =>
      into.add(emitter.stateName(planned, 'fault'), { Type: 'Pass', Output: faultOutcome(fault), End: true }),
  });
  const start = inner?.emit(states) ?? failed;
  const next = name === undefined ? start : takeInput(emitter, planned, { name, from, start, states, catchers });
  if ((planned.inner && planned.inner.steps.size > 0) || next !== start) {
    states.add(failed, { Type: 'Pass', Output: '{% $states.input %}', End: true });
  }
  const first = name === undefined ? next : takeItem(emitter, planned, states, { [name]: evaluated(item.value) }, next);
  return { StartAt: first, States: states.toObject() };
}

function takeItem(
  emitter: FlowEmitter,
  planned: PlannedStep,
  states: States,
  Assign: { [name: string]: Template },
  Next: string,
): string {
  return states.add(emitter.stateName(planned, 'item'), { Type: 'Pass', Assign, Output: {}, Next });
}

/** What the items are made of, where their list is written out. */
function itemsOf(planned: PlannedStep): readonly Expression[] {
  const items = fieldOf(planned, 'items');
  return items.kind === 'list' ? items.items : [];
}

/** Whether some steps run in branches of a Parallel, or as iterations of a Map, which have items of their own. */
const hasBranches = (tree: PlanTree | undefined): boolean =>
  tree !== undefined && tree.kind !== 'step' && (BRANCHING.has(tree.kind) || partsOf(tree).some(hasBranches));

const BRANCHING: ReadonlySet<PlanTree['kind']> = new Set<PlanTree['kind']>(['parallel', 'fan-out']);
