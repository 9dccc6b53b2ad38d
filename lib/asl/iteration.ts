import { inputField } from '../plan/builtins.ts';
import type { PlannedStep } from '../plan/plan.ts';
import type { FlowEmitter, Place } from './emit-flow.ts';
import { States } from './end.ts';
import { jsonataOf } from './expressions.ts';
import type { Frame } from './frame.ts';
import { fieldOf } from './give.ts';
import { caughtOutcome, faultOutcome } from './inner-failure.ts';
import { variable } from './jsonata.ts';
import type { Branch, Template } from './state-machine.ts';
import { takeInput } from './take-input.ts';

/** How many iterations of a Map may run at once, where the flow says it. */
export function concurrencyOf(emitter: FlowEmitter, planned: PlannedStep, { chain }: Place) {
  const limit = inputField(planned.step, 'max_concurrency');
  return limit && { MaxConcurrency: `{% ${jsonataOf(limit, emitter.scope(chain))} %}` };
}

/** The states of an iteration of a Map, which end with the outcome of a run. `taken`: the item, of the iteration's input. */
export function iteration(
  emitter: FlowEmitter,
  planned: PlannedStep,
  taken: Template,
  frame: Partial<Pick<Frame, 'execution'>> = {},
): Branch {
  const states = new States();
  const item = emitter.localName(planned, 'item');
  const failed = emitter.stateName(planned, 'failed');
  const catchers = [{ ErrorEquals: ['States.ALL'], Output: caughtOutcome(emitter.messageRoom(planned)), Next: failed }];
  const inner = emitter.nested(planned, {
    ...frame,
    input: variable(item),
    close: { End: true },
    catchers,
    fail: (into, fault) =>
      into.add(emitter.stateName(planned, 'fault'), { Type: 'Pass', Output: faultOutcome(fault), End: true }),
  });
  const start = inner?.emit(states) ?? failed;
  const items = fieldOf(planned, 'items');
  const from = items.kind === 'list' ? items.items : [];
  const Next = takeInput(emitter, planned, { name: item, from, start, states, catchers });
  if ((planned.inner && planned.inner.steps.size > 0) || Next !== start) {
    states.add(failed, { Type: 'Pass', Output: '{% $states.input %}', End: true });
  }
  const Assign = { [item]: taken };
  const first = states.add(emitter.stateName(planned, 'item'), { Type: 'Pass', Assign, Output: {}, Next });
  return { StartAt: first, States: states.toObject() };
}
