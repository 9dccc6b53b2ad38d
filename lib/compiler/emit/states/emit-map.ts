import { boundItems } from '../../../asl/repetition.ts';
import type { ChoiceRule, MapState } from '../../../asl/state-machine.ts';
import { QUOTAS } from '../../../protocol/quotas.ts';
import { failsWithItem, inputField, writtenItems } from '../../analyse/builtins.ts';
import type { PlannedStep } from '../../plan/plan.ts';
import { fieldOf } from '../builtin-states.ts';
import type { FlowEmitter } from '../emit-flow.ts';
import type { EmitContext } from '../frame.ts';
import { itemOf } from '../jsonata/code.ts';
import { jsonataOf } from '../jsonata/expressions.ts';
import { choose, evaluated, type Jsonata, jsonata, lookup, object, quote } from '../jsonata/jsonata.ts';
import { bind, fn } from '../jsonata/locals.ts';
import { listsRead } from '../result-lists.ts';
import { assignResult } from './assign-result.ts';
import { emitDistributedMap } from './emit-distributed-map.ts';
import { emitResultFromInput, needsResultStates } from './emit-result.ts';
import { emitTask } from './emit-task.ts';
import { failureRule } from './failure-rule.ts';
import { givenVariables, takeVariables, variablesRules } from './given-variables.ts';
import { concurrencyOf, iteration, selectorOf } from './iteration.ts';

const countOf = (outcome: string): Jsonata => jsonata`$count($states.result[outcome = ${quote(outcome)}])`;

/** What a run gave; null where it gave nothing. */
const givenBy = (outcome: Jsonata): Jsonata =>
  bind('$value', lookup(outcome, 'result'), jsonata`$exists($value) ? $value : null`);

/** What the runs gave. A sequence of fewer than two values is no list in JSONata. */
const VALUES: Jsonata = choose(
  jsonata`$count($states.result) > 1`,
  jsonata`$map($states.result, ${fn(['$element'], givenBy('$element'))})`,
  choose(jsonata`$count($states.result) = 0`, jsonata`[]`, itemOf(givenBy(jsonata`$states.result[0]`), true)),
);

/** The result of a Map, with the lists that are read of it. */
function resultOf(emitter: FlowEmitter, planned: PlannedStep): Jsonata {
  const read = listsRead(emitter.keys(planned));
  return object([
    ...(read.has('results') ? [['results', jsonata`$states.result`] as const] : []),
    ...(read.has('values') ? [['values', VALUES] as const] : []),
    ['successful', countOf('success')],
    ['failed', countOf('failed')],
    ['skipped', countOf('skipped')],
  ]);
}

/** Emits a `map` as a Map state. Each iteration ends with the outcome of a run of the inner flow. */
export function emitMap(emitter: FlowEmitter, planned: PlannedStep, context: EmitContext): string {
  const { name, scopePath, states } = context;
  const most = emitter.frame.budget.inlineMost(planned);
  const known = writtenItems(planned.step);
  if (most === 0 || (known ?? 0) > most) return emitManyItems(emitter, planned, context);
  const catchers = emitter.catchers(planned, context, failsWithItem(planned.step));
  const given = givenVariables(emitter, planned, context);
  const result = resultOf(emitter, planned);
  const ending = needsResultStates(emitter, planned)
    ? { Output: evaluated(result), Next: emitResultFromInput(emitter, planned, context) }
    : assignResult(emitter, planned, context, result);
  const state: MapState = {
    Type: 'Map',
    Items: evaluated(jsonataOf(fieldOf(planned, 'items'), emitter.scope(scopePath))),
    ...concurrencyOf(emitter, planned, context, Math.min(known ?? QUOTAS.inlineConcurrency, QUOTAS.inlineConcurrency)),
    ItemSelector: selectorOf(emitter, context),
    ItemProcessor: { ProcessorConfig: { Mode: 'INLINE' }, ...iteration(emitter, planned, given.frame) },
    ...(catchers.length > 0 && { Catch: catchers }),
    ...ending,
  };
  const start = states.add(name, boundItems(state, known ?? most), emitter.source('step', planned));
  return takeVariables(emitter, planned, { states, start }, given, emitter.catchers(planned, context));
}

/** The rules before a Map: they check what is only known at run time. */
export const mapRules = (emitter: FlowEmitter, planned: PlannedStep, context: EmitContext): readonly ChoiceRule[] => [
  ...concurrencyRules(emitter, planned, context),
  ...variablesRules(emitter, planned, context),
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
