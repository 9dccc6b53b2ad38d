import { boundItems } from '../../../asl/repetition.ts';
import type { ChoiceRule, MapState } from '../../../asl/state-machine.ts';
import { QUOTAS } from '../../../protocol/quotas.ts';
import type { Evaluated } from '../../../protocol/templated.ts';
import { inputField, writtenItems } from '../../analyse/builtins.ts';
import type { PlannedStep } from '../../plan/plan.ts';
import { fieldOf } from '../builtin-states.ts';
import type { FlowEmitter } from '../emit-flow.ts';
import type { EmitContext } from '../frame.ts';
import { jsonataOf } from '../jsonata/expressions.ts';
import { evaluated, type Jsonata, jsonata, lookup, object, quote } from '../jsonata/jsonata.ts';
import { bind } from '../jsonata/locals.ts';
import { assignResult } from './assign-result.ts';
import { emitDistributedMap } from './emit-distributed-map.ts';
import { emitResultFromInput, needsResultStates } from './emit-result.ts';
import { emitTask } from './emit-task.ts';
import { concurrencyOf, iteration, selectorOf } from './iteration.ts';

const countOf = (outcome: string): Jsonata => jsonata`$count($states.result[outcome = ${quote(outcome)}])`;

const RESULT: Jsonata = object([
  ['results', jsonata`$states.result`],
  ['successful', countOf('success')],
  ['failed', countOf('failed')],
  ['skipped', countOf('skipped')],
]);

/** Emits a `map` as a Map state. Each iteration ends with the outcome of a run of the inner flow. */
export function emitMap(emitter: FlowEmitter, planned: PlannedStep, context: EmitContext): string {
  const { name, scopePath, states } = context;
  const most = emitter.frame.budget.inlineMost(planned);
  const known = writtenItems(planned.step);
  if (most === 0 || (known ?? 0) > most) return emitManyItems(emitter, planned, context);
  const catchers = emitter.catchers(planned, context);
  const ending = needsResultStates(emitter, planned)
    ? { Output: evaluated(RESULT), Next: emitResultFromInput(emitter, planned, context) }
    : assignResult(emitter, planned, context, RESULT);
  const state: MapState = {
    Type: 'Map',
    Items: evaluated(jsonataOf(fieldOf(planned, 'items'), emitter.scope(scopePath))),
    ...concurrencyOf(emitter, planned, context, Math.min(known ?? QUOTAS.inlineConcurrency, QUOTAS.inlineConcurrency)),
    ItemSelector: selectorOf(emitter, context),
    ItemProcessor: { ProcessorConfig: { Mode: 'INLINE' }, ...iteration(emitter, planned) },
    ...(catchers.length > 0 && { Catch: catchers }),
    ...ending,
  };
  return states.add(name, boundItems(state, known ?? most), emitter.source('step', planned));
}

/** The rules before a Map: they check what is only known at run time. */
export const mapRules = (emitter: FlowEmitter, planned: PlannedStep, context: EmitContext): readonly ChoiceRule[] => [
  ...concurrencyRules(emitter, planned, context),
  ...itemsRules(emitter, planned, context),
];

/** A concurrency of another value than the component's schema allows is a failure of the step, as in the component. */
function concurrencyRules(emitter: FlowEmitter, planned: PlannedStep, context: EmitContext): readonly ChoiceRule[] {
  const limit = inputField(planned.step, 'max_concurrency');
  // A literal was checked with the flow.
  if (limit === undefined || limit.kind === 'literal') return [];
  const isCount = jsonata`$type($value) = "number" ? $value >= 1 and $floor($value) = $value : false`;
  const value = jsonataOf(limit, emitter.scope(context.scopePath));
  const Condition = evaluated(jsonata`$not(${bind('$value', value, isCount)})`);
  return [failureRule(emitter, planned, context, Condition, '"max_concurrency" must be an integer of at least 1')];
}

/**
 * Many items, or a list that was spilled, go through a distributed Map. Items that are not a list are a failure of the
 * step.
 */
function itemsRules(emitter: FlowEmitter, planned: PlannedStep, context: EmitContext): readonly ChoiceRule[] {
  const most = emitter.frame.budget.inlineMost(planned);
  if (writtenItems(planned.step) !== undefined || most === 0) return [];
  const value = jsonataOf(fieldOf(planned, 'items'), emitter.scope(context.scopePath));
  const many = jsonata`$count($items) > ${most}`;
  const isSpilled = jsonata`$exists(${lookup('$items', '$blob')})`;
  const isMany = bind('$items', value, jsonata`$type($items) = "array" ? ${many} : ${isSpilled}`);
  return [
    { Condition: evaluated(isMany), Next: emitManyItems(emitter, planned, context) },
    failureRule(emitter, planned, context, evaluated(jsonata`$type(${value}) != "array"`), '"items" must be a list'),
  ];
}

/** Express workflows have no distributed Map: there one function runs the flow for each item. */
const emitManyItems = (emitter: FlowEmitter, planned: PlannedStep, context: EmitContext): string =>
  emitter.shared.express
    ? emitTask(emitter, planned, { ...context, name: emitter.stateName(planned, 'many') })
    : emitDistributedMap(emitter, planned, context);

/** A rule for a failure of the step, which its `onError` may cover. */
function failureRule(
  emitter: FlowEmitter,
  planned: PlannedStep,
  context: EmitContext,
  Condition: Evaluated,
  what: string,
): ChoiceRule {
  const instead = emitter.afterFailure(planned, context);
  if (instead) return { Condition, ...instead };
  const message = quote(`step ${quote(planned.step.id)}: ${what}`);
  return { Condition, Next: emitter.fail(planned, context, { code: 'INVALID_INPUT', message }) };
}
