import type { Branch } from '../../../asl/state-machine.ts';
import type { Expression } from '../../../flow/expression.ts';
import { ANY_FAILURE } from '../../../protocol/aws-errors.ts';
import { inputField } from '../../analyse/builtins.ts';
import { isGuarded } from '../../passes/share-guards.ts';
import type { Plan, PlannedStep } from '../../plan/plan.ts';
import { firstIn } from '../../plan/plan-tree.ts';
import { builtinAsStates, fieldOf } from '../builtin-states.ts';
import { States } from '../continuation.ts';
import type { FlowEmitter } from '../emit-flow.ts';
import type { EmitContext, Frame } from '../frame.ts';
import { jsonataOf } from '../jsonata/expressions.ts';
import { usesOfRest } from '../jsonata/input-reads.ts';
import { evaluated, type Jsonata, jsonata, variable } from '../jsonata/jsonata.ts';
import { endsInStep } from '../output.ts';
import { caughtOutcome, faultOutcome } from './inner-failure.ts';
import { mayNeedRehydration, rehydrateInput } from './rehydrate-input.ts';

/** How many iterations of a Map may run at once, where the flow says it. */
export function concurrencyOf(emitter: FlowEmitter, planned: PlannedStep, { scopePath }: EmitContext) {
  const limit = inputField(planned.step, 'max_concurrency');
  return limit && { MaxConcurrency: evaluated(jsonataOf(limit, emitter.scope(scopePath))) };
}

/**
 * The states of an iteration of a Map, which end with the outcome of a run. `item`: the item, in the input of the first
 * state. Where later states read it too, or it may have to be rehydrated, a state before them puts it into a variable.
 */
export function iteration(
  emitter: FlowEmitter,
  planned: PlannedStep,
  item: Jsonata,
  frame: Partial<Pick<Frame, 'execution'>> = {},
): Branch {
  const states = new States(emitter.shared.sources);
  const failed = emitter.stateName(planned, 'failed');
  const catchers = [
    { ErrorEquals: [ANY_FAILURE], Output: caughtOutcome(emitter.maxMessageLength(planned)), Next: failed },
  ];
  const failure = emitter.source('inner-failure', planned);
  const isReady = frame.execution !== undefined;
  const from = itemsOf(planned);
  const isReadDirectly =
    !mayNeedRehydration(emitter, planned, from) &&
    planned.inner !== undefined &&
    onlyFirstStateReadsInput(planned.inner);
  const name = isReadDirectly ? undefined : emitter.localName(planned, 'item');
  const inner = emitter.innerFlow(planned, {
    ...frame,
    input: name === undefined ? item : variable(name),
    transition: { End: true },
    catchers,
    fail: (into, fault, of) =>
      into.add(
        emitter.stateName(planned, 'fault'),
        { Type: 'Pass', Output: faultOutcome(fault), End: true },
        { ...failure, ...(of !== undefined && { step: of }) },
      ),
  });
  const start = inner?.emit(states) ?? failed;
  const next =
    name === undefined ? start : rehydrateInput(emitter, planned, { name, from, isReady, start, states, catchers });
  if (start === failed || states.catchesInto(failed)) {
    states.add(failed, { Type: 'Pass', Output: evaluated(jsonata`$states.input`), End: true }, failure);
  }
  if (name === undefined) return { StartAt: next, States: states.toObject() };
  const first = states.add(
    emitter.stateName(planned, 'item'),
    { Type: 'Pass', Assign: { [name]: evaluated(item) }, Output: {}, Next: next },
    emitter.source('take-input', planned),
  );
  return { StartAt: first, States: states.toObject() };
}

/** What the items are made of, where their list is written out. */
function itemsOf(planned: PlannedStep): readonly Expression[] {
  const items = fieldOf(planned, 'items');
  return items.kind === 'list' ? items.items : [];
}

/**
 * Whether only the first state of a flow reads the flow's input, which is that state's own input. Later states would need a
 * variable: that the context object has the item inside of a Map's states is not documented.
 */
function onlyFirstStateReadsInput(plan: Plan): boolean {
  const first = firstCall(plan);
  const others = [...plan.steps.values()].filter((planned) => planned !== first);
  return !usesOfRest(plan, others, isOnlyState(plan, first)).some((use) => use.reference.kind === 'input');
}

/** The step whose Task the flow begins with, where no check comes before it. */
function firstCall(plan: Plan): PlannedStep | undefined {
  const { flow, tree, steps } = plan;
  const first = steps.get(firstIn(tree) ?? '');
  if (!first || builtinAsStates(first) || isGuarded(first, plan) || first.laterDeciders.size > 0) return undefined;
  const isChecked = flow.inputSchema !== undefined || (flow.requires ?? []).length > 0;
  // An expression for its default is evaluated in another state.
  return isChecked || first.uses.fallback.length > 0 ? undefined : first;
}

const isOnlyState = (plan: Plan, first: PlannedStep | undefined): boolean =>
  first !== undefined && plan.tree?.kind === 'step' && endsInStep(plan);
