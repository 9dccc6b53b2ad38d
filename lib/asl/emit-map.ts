import { inputField } from '../plan/builtins.ts';
import type { PlannedStep } from '../plan/plan.ts';
import type { FlowEmitter, Place } from './emit-flow.ts';
import { States } from './end.ts';
import { jsonataOf } from './expressions.ts';
import { fieldOf, give } from './give.ts';
import { caughtOutcome, faultOutcome } from './inner-failure.ts';
import { evaluated, type Jsonata, quote, variable } from './jsonata.ts';
import type { Branch, ChoiceRule } from './state-machine.ts';

const counted = (outcome: string): Jsonata => `$count($states.result[outcome = ${quote(outcome)}])`;

const RESULT: Jsonata = `{"results": $states.result, "successful": ${counted('success')}, "failed": ${counted('failed')}, "skipped": ${counted('skipped')}}`;

/** Writes a `map` as a Map state, each of whose iterations ends with the outcome of a run of the inner flow. */
export function emitMap(emitter: FlowEmitter, planned: PlannedStep, place: Place): string {
  const { name, chain, states } = place;
  const limit = inputField(planned.step, 'max_concurrency');
  const catchers = emitter.catchers(planned, place);
  return states.add(name, {
    Type: 'Map',
    Items: evaluated(jsonataOf(fieldOf(planned, 'items'), emitter.scope(chain))),
    ...(limit && { MaxConcurrency: `{% ${jsonataOf(limit, emitter.scope(chain))} %}` }),
    ItemProcessor: { ProcessorConfig: { Mode: 'INLINE' }, ...iteration(emitter, planned) },
    ...(catchers.length > 0 && { Catch: catchers }),
    ...give(emitter, planned, place, RESULT),
  });
}

function iteration(emitter: FlowEmitter, planned: PlannedStep): Branch {
  const states = new States();
  const item = emitter.localName(planned, 'item');
  const failed = emitter.stateName(planned, 'failed');
  const inner = emitter.nested(planned, {
    input: variable(item),
    close: { End: true },
    catchers: [{ ErrorEquals: ['States.ALL'], Output: caughtOutcome(), Next: failed }],
    fail: (into, fault) =>
      into.add(emitter.stateName(planned, 'fault'), { Type: 'Pass', Output: faultOutcome(fault), End: true }),
  });
  const start = inner?.emit(states) ?? failed;
  if (planned.inner && planned.inner.steps.size > 0) {
    states.add(failed, { Type: 'Pass', Output: '{% $states.input %}', End: true });
  }
  const Assign = { [item]: '{% $states.input %}' };
  const first = states.add(emitter.stateName(planned, 'item'), { Type: 'Pass', Assign, Output: {}, Next: start });
  return { StartAt: first, States: states.toObject() };
}

/** Items that are no list are the step's own failure, which its `onError` may cover. */
export function itemsMustBeList(emitter: FlowEmitter, planned: PlannedStep, place: Place): readonly ChoiceRule[] {
  const items = fieldOf(planned, 'items');
  if (items.kind === 'list' || (items.kind === 'literal' && Array.isArray(items.value))) return [];
  const { chain, states } = place;
  const Condition = `{% $type(${jsonataOf(items, emitter.scope(chain))}) != "array" %}`;
  const instead = emitter.afterFailure(planned, place);
  if (instead) return [{ Condition, ...instead }];
  const message = quote(`step ${quote(planned.step.id)}: "items" must be a list`);
  return [{ Condition, Next: emitter.fail(states, chain, { code: 'INVALID_INPUT', message }) }];
}
