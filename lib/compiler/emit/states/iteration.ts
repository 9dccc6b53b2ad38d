import type { Branch, MapState, State, Template } from '../../../asl/state-machine.ts';
import type { Expression } from '../../../flow/expression.ts';
import { ANY_FAILURE } from '../../../protocol/aws-errors.ts';
import { isObject } from '../../../protocol/json.ts';
import { failsWithItem, inputField, writtenConcurrency } from '../../analyse/builtins.ts';
import { isGuarded } from '../../passes/share-guards.ts';
import type { Plan, PlannedStep } from '../../plan/plan.ts';
import { firstIn } from '../../plan/plan-tree.ts';
import { builtinAsStates, fieldOf } from '../builtin-states.ts';
import { States } from '../continuation.ts';
import type { FlowEmitter } from '../emit-flow.ts';
import { type EmitContext, type Frame, failState } from '../frame.ts';
import { jsonataOf } from '../jsonata/expressions.ts';
import { usesOfRest } from '../jsonata/input-reads.ts';
import { evaluated, type Jsonata, jsonata, lookup, variable } from '../jsonata/jsonata.ts';
import { endsInStep } from '../output.ts';
import { operationsToAnswer } from './answer-input.ts';
import { failItem } from './fail-map.ts';
import { caughtOutcome, faultOutcome } from './inner-failure.ts';
import { mayNeedRehydration, rehydrateInput } from './rehydrate-input.ts';

/**
 * How many iterations of a `map` may run at once: as many as the step says, else its share of the flow's calls. `most`: as
 * many as run at once anyway.
 */
export function concurrencyOf(
  emitter: FlowEmitter,
  planned: PlannedStep,
  { scopePath }: EmitContext,
  most = Number.POSITIVE_INFINITY,
): Pick<MapState, 'MaxConcurrency'> {
  const limit = inputField(planned.step, 'max_concurrency');
  if (!limit) return boundOf(emitter, planned, most);
  return { MaxConcurrency: writtenConcurrency(planned.step) ?? evaluated(jsonataOf(limit, emitter.scope(scopePath))) };
}

/** The bound of a Map, by its step or the first of its steps; none where no more than that run at once anyway. */
export function boundOf({ shared }: FlowEmitter, planned: PlannedStep, most: number): Pick<MapState, 'MaxConcurrency'> {
  const bound = shared.concurrency.get(planned) ?? most;
  return bound < most ? { MaxConcurrency: bound } : {};
}

/** A field of an item, in the input of an iteration's first state, as {@link selectorOf} makes it. */
const inItem = (field: string): Jsonata => lookup(jsonata`$states.input`, field);

/** What an iteration gets: the item, and which iteration it is. */
export const selectorOf = (
  emitter: FlowEmitter,
  { scopePath }: EmitContext,
): { item: Template; iteration: Template } => ({
  item: evaluated(jsonata`$states.context.Map.Item.Value`),
  iteration: evaluated(within(emitter.iteration(scopePath), jsonata`$states.context.Map.Item.Index`)),
});

/** One more number in the place of an iteration: see `Invocation`. */
export const within = (outer: Jsonata | undefined, number: Jsonata): Jsonata =>
  outer === undefined ? jsonata`"/" & $string(${number})` : jsonata`${outer} & "/" & $string(${number})`;

/**
 * The states of an iteration of a Map, which end with the outcome of a run. The first state has the item in its input. Where
 * later states read it too, or it may have to be rehydrated, a state before them puts it into a variable. `frame`: of an
 * iteration in an execution of its own.
 */
export function iteration(
  emitter: FlowEmitter,
  planned: PlannedStep,
  frame: Partial<Pick<Frame, 'variables' | 'execution' | 'isChild' | 'iteration'>> = {},
): Branch {
  const states = new States(emitter.shared.sources);
  const failed = emitter.stateName(planned, 'failed');
  const catching = {
    ErrorEquals: [ANY_FAILURE],
    Output: caughtOutcome(emitter.maxMessageLength(planned)),
    Next: failed,
  };
  const fails = failsWithItem(planned.step) === true;
  // The failure of an iteration in the same execution is that of its Map; in one of its own it is kept first.
  const isPassedOn = fails && frame.execution === undefined;
  const catchers = isPassedOn ? [] : [catching];
  const failure = emitter.source(isPassedOn ? 'fail' : 'inner-failure', planned);
  const isReady = frame.execution !== undefined;
  const from = itemsOf(planned);
  const isReadDirectly =
    !mayNeedRehydration(emitter, planned, from) &&
    planned.inner !== undefined &&
    onlyFirstStateReadsInput(planned.inner, emitter.shared.leastSpilled);
  const name = isReadDirectly ? undefined : emitter.localName(planned, 'item');
  const number = frame.iteration ? undefined : emitter.localName(planned, 'iteration');
  const inner = emitter.innerFlow(planned, {
    ...(number !== undefined && { iteration: variable(number) }),
    ...frame,
    input: name === undefined ? inItem('item') : variable(name),
    transition: { End: true },
    catchers,
    fail: (into, fault, of) =>
      into.add(
        emitter.stateName(planned, 'fault'),
        isPassedOn
          ? failState(fault, of ?? failure.step)
          : { Type: 'Pass', Output: faultOutcome(fault), ...(fails ? { Next: failed } : { End: true }) },
        { ...failure, ...(of !== undefined && { step: of }) },
      ),
  });
  const start = inner?.emit(states) ?? failed;
  const next =
    name === undefined
      ? start
      : rehydrateInput(emitter, planned, { name, from, isReady, start, states, catchers: () => catchers });
  if (start === failed || states.leadsTo(failed)) {
    const end: State = fails
      ? failItem(emitter, planned)
      : { Type: 'Pass', Output: evaluated(jsonata`$states.input`), End: true };
    states.add(failed, end, failure);
  }
  if (name === undefined) {
    if (number !== undefined)
      states.change(next, (state) => numbered(state, number, { isOnly: states.size === 1, failed }));
    return states.scope(next);
  }
  const assigned = { [name]: inItem('item'), ...(number !== undefined && { [number]: inItem('iteration') }) };
  const first = states.add(
    emitter.stateName(planned, 'item'),
    { Type: 'Pass', Assign: mapValues(assigned, evaluated), Output: {}, Next: next },
    emitter.source('take-input', planned),
  );
  return states.scope(first);
}

/**
 * The Task that an iteration begins with: it takes the number of the iteration from its input, where the others have the
 * variable `number`, which it assigns. `failed`: the state that ends the iteration after a failure.
 */
function numbered(
  state: State,
  number: string,
  { isOnly, failed }: { readonly isOnly: boolean; readonly failed: string },
): State {
  if (state.Type !== 'Task' || !isObject(state.Arguments) || !isObject(state.Arguments.Payload)) return state;
  const iteration = evaluated(inItem('iteration'));
  const Arguments = { ...state.Arguments, Payload: { ...state.Arguments.Payload, iteration } };
  if (isOnly) return { ...state, Arguments };
  const Assign = { [number]: iteration };
  const Catch = state.Catch?.map((catcher) =>
    catcher.Next === failed ? catcher : { ...catcher, Assign: { ...catcher.Assign, ...Assign } },
  );
  return { ...state, Arguments, ...(Catch && { Catch }), Assign: { ...state.Assign, ...Assign } };
}

const mapValues = <V, W>(values: { readonly [key: string]: V }, change: (value: V) => W): { [key: string]: W } =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [key, change(value)]));

/** What the items are made of, where their list is written out. */
function itemsOf(planned: PlannedStep): readonly Expression[] {
  const items = fieldOf(planned, 'items');
  return items.kind === 'list' ? items.items : [];
}

/**
 * Whether only the first state of a flow reads the flow's input, which is that state's own input. Later states would need a
 * variable: that the context object has the item inside of a Map's states is not documented.
 */
function onlyFirstStateReadsInput(plan: Plan, leastSpilled: number): boolean {
  const first = firstCall(plan, leastSpilled);
  // Without a state that takes the number of the iteration from its input, one has to put it into a variable.
  if (!first && plan.tree) return false;
  const others = [...plan.steps.values()].filter((planned) => planned !== first);
  return !usesOfRest(plan, others, isOnlyState(plan, first)).some((use) => use.reference.kind === 'input');
}

/** The step whose Task the flow begins with, where no check comes before it. */
function firstCall(plan: Plan, leastSpilled: number): PlannedStep | undefined {
  const { flow, tree, steps } = plan;
  const first = steps.get(firstIn(tree) ?? '');
  if (!first || builtinAsStates(first) || isGuarded(first, plan) || first.laterDeciders.size > 0) return undefined;
  const isAnswered = operationsToAnswer(plan, leastSpilled).length > 0;
  const isChecked = isAnswered || flow.inputSchema !== undefined || (flow.requires ?? []).length > 0;
  // An expression for its default is evaluated in another state.
  return isChecked || first.uses.fallback.length > 0 ? undefined : first;
}

const isOnlyState = (plan: Plan, first: PlannedStep | undefined): boolean =>
  first !== undefined && plan.tree?.kind === 'step' && endsInStep(plan);
