import type { ChoiceRule, MapState } from '../../../asl/state-machine.ts';
import type { PlannedStep } from '../../plan/plan.ts';
import type { EmitContext, FlowEmitter } from '../emit-flow.ts';
import { jsonataOf } from '../jsonata/expressions.ts';
import { evaluated, type Jsonata, lookup, quote } from '../jsonata/jsonata.ts';
import { bind } from '../jsonata/locals.ts';
import { knownItems } from '../sizes/budget.ts';
import { assignResult, fieldOf } from './assign-result.ts';
import { distribute } from './emit-distributed-map.ts';
import { emitResult, readsInside } from './emit-result.ts';
import { emitTask } from './emit-task.ts';
import { concurrencyOf, iteration } from './iteration.ts';

const counted = (outcome: string): Jsonata => `$count($states.result[outcome = ${quote(outcome)}])`;

const RESULT: Jsonata = `{"results": $states.result, "successful": ${counted('success')}, "failed": ${counted('failed')}, "skipped": ${counted('skipped')}}`;

/** Writes a `map` as a Map state, each of whose iterations ends with the outcome of a run of the inner flow. */
export function emitMap(emitter: FlowEmitter, planned: PlannedStep, place: EmitContext): string {
  const { name, chain, states } = place;
  if ((knownItems(planned) ?? 0) > emitter.frame.budget.inlineMost(planned)) return emitMany(emitter, planned, place);
  const catchers = emitter.catchers(planned, place);
  const given = readsInside(emitter, planned)
    ? { Output: evaluated(RESULT), Next: settleResult(emitter, planned, place) }
    : assignResult(emitter, planned, place, RESULT);
  const state: MapState = {
    Type: 'Map',
    Items: evaluated(jsonataOf(fieldOf(planned, 'items'), emitter.scope(chain))),
    ...concurrencyOf(emitter, planned, place),
    ItemProcessor: { ProcessorConfig: { Mode: 'INLINE' }, ...iteration(emitter, planned, '$states.input') },
    ...(catchers.length > 0 && { Catch: catchers }),
    ...given,
  };
  return states.add(name, state, emitter.source('step', planned));
}

const settleResult = (emitter: FlowEmitter, planned: PlannedStep, place: EmitContext): string =>
  emitResult(emitter, planned, place, { name: emitter.stateName(planned, 'result'), value: '$states.input' });

/**
 * The rules before a Map whose items are only known when the flow runs. Many items, or a list that was spilled, go
 * another way; what is no list is the step's own failure, which its `onError` may cover.
 */
export function itemsMustBeList(emitter: FlowEmitter, planned: PlannedStep, place: EmitContext): readonly ChoiceRule[] {
  if (knownItems(planned) !== undefined) return [];
  const value = jsonataOf(fieldOf(planned, 'items'), emitter.scope(place.chain));
  const many = `$count($items) > ${emitter.frame.budget.inlineMost(planned)}`;
  const isSpilled = `$exists(${lookup('$items', '$blob')})`;
  const isMany = bind('$items', value, `$type($items) = "array" ? ${many} : ${isSpilled}`);
  return [
    { Condition: `{% ${isMany} %}`, Next: emitMany(emitter, planned, place) },
    noList(emitter, planned, place, value),
  ];
}

/** An Express execution has no distributed Map: there one function runs the flow for each item. */
const emitMany = (emitter: FlowEmitter, planned: PlannedStep, place: EmitContext): string =>
  emitter.shared.express
    ? emitTask(emitter, planned, { ...place, name: emitter.stateName(planned, 'many') })
    : distribute(emitter, planned, place);

function noList(emitter: FlowEmitter, planned: PlannedStep, place: EmitContext, items: Jsonata): ChoiceRule {
  const Condition = `{% $type(${items}) != "array" %}`;
  const instead = emitter.afterFailure(planned, place);
  if (instead) return { Condition, ...instead };
  const message = quote(`step ${quote(planned.step.id)}: "items" must be a list`);
  return { Condition, Next: emitter.fail(planned, place, { code: 'INVALID_INPUT', message }) };
}
