import type { Branch } from '../../../asl/state-machine.ts';
import type { Expression } from '../../../flow/expression.ts';
import { ANY_FAILURE } from '../../../protocol/aws-errors.ts';
import { inputField } from '../../analyse/builtins.ts';
import type { PlannedStep } from '../../plan/plan.ts';
import type { EmitContext, FlowEmitter } from '../emit-flow.ts';
import { States } from '../end.ts';
import { onlyFirstStateReadsInput } from '../first-reader.ts';
import type { Frame } from '../frame.ts';
import { jsonataOf } from '../jsonata/expressions.ts';
import { evaluated, type Jsonata, variable } from '../jsonata/jsonata.ts';
import { fieldOf } from './assign-result.ts';
import { caughtOutcome, faultOutcome } from './inner-failure.ts';
import { mayNeedRehydration, rehydrateInput } from './rehydrate-input.ts';

/** How many iterations of a Map may run at once, where the flow says it. */
export function concurrencyOf(emitter: FlowEmitter, planned: PlannedStep, { scopePath }: EmitContext) {
  const limit = inputField(planned.step, 'max_concurrency');
  return limit && { MaxConcurrency: `{% ${jsonataOf(limit, emitter.scope(scopePath))} %}` };
}

/**
 * The states of an iteration of a Map, which end with the outcome of a run. `item`: the item, of the input of the first
 * state. That reads it where it is; one more state, which puts it into a variable, comes first only where others read it
 * too, or where it may have to be opened.
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
  const from = itemsOf(planned);
  const isAtHand =
    !mayNeedRehydration(emitter, planned, from) &&
    planned.inner !== undefined &&
    onlyFirstStateReadsInput(planned.inner);
  const name = isAtHand ? undefined : emitter.localName(planned, 'item');
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
  const next = name === undefined ? start : rehydrateInput(emitter, planned, { name, from, start, states, catchers });
  if ((planned.inner && planned.inner.steps.size > 0) || next !== start) {
    states.add(failed, { Type: 'Pass', Output: '{% $states.input %}', End: true }, failure);
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
