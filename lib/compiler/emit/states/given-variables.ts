import type { Catcher, ChoiceRule, PassState, Template } from '../../../asl/state-machine.ts';
import { fieldsOf, inputField } from '../../analyse/builtins.ts';
import { VARIABLES_FIELD, variablePaths } from '../../analyse/given-variables.ts';
import type { PlannedStep } from '../../plan/plan.ts';
import type { States } from '../continuation.ts';
import type { FlowEmitter } from '../emit-flow.ts';
import type { EmitContext } from '../frame.ts';
import { jsonataOf, templateOf } from '../jsonata/expressions.ts';
import { variableReads, variablesOf } from '../jsonata/input-reads.ts';
import { evaluated, type Jsonata, jsonata, text, variable } from '../jsonata/jsonata.ts';
import { INPUT, VARIABLES_BYTES } from '../sizes/payload-limits.ts';
import { variablesExpression } from '../variables-expression.ts';
import { isSpilled } from './call.ts';
import { failureRule } from './failure-rule.ts';
import { spillState } from './spill-state.ts';
import { pathEntersReference } from './spilled-paths.ts';

/** What a run gives to the variables of a step's inner flow: see {@link givenVariables}. */
export interface GivenVariables {
  /** The map of them, for the frame of the inner flow; absent where the flow reads none of them. */
  readonly frame: { readonly variables?: Jsonata };
  /** What the state before the inner flow assigns. */
  readonly assign: { readonly [name: string]: Template };
  /** Emits what comes between that state and `start`: see `rehydrateInput`. Returns the first state. */
  readonly rehydrated: (
    start: string,
    to: { readonly states: States; readonly catchers: readonly Catcher[] },
  ) => string;
}

/**
 * The variables of a step's inner flow that only a run knows. They are in one variable of the state machine, beside the
 * flow's input: assigned once, and read by all iterations. Where the flow reads inside of one that may have been spilled, a
 * function replaces it before the first iteration, not in each.
 */
export function givenVariables(emitter: FlowEmitter, planned: PlannedStep, { scopePath }: EmitContext): GivenVariables {
  const expression = variablesExpression(planned);
  const budget = emitter.frame.budget.inner(planned.step.id);
  const { inner } = planned;
  if (!expression || !budget || !inner) return { frame: {}, assign: {}, rehydrated: (start) => start };
  const name = emitter.localName(planned, 'variables');
  const value = variable(name);
  // What only operations read inside of a variable, a function answers where that was spilled: see `answerRule`.
  const entering = variablesOf(inner).flatMap(variablePaths);
  const isCarried = emitter.frame.budget.carries(planned.step.id, 'input');
  return {
    frame: { variables: value },
    assign: { [name]: templateOf(expression, emitter.scope(scopePath)) },
    rehydrated: (start, { states, catchers }) => {
      if (!isCarried && !entering.some((path) => pathEntersReference(expression, path))) return start;
      const reading = spillState({
        step: text(`${emitter.frame.prefix}${planned.step.id}`),
        value,
        budget: { reads: variableReads(inner), share: budget.share(INPUT), room: VARIABLES_BYTES },
        name,
        catchers,
        next: start,
      });
      const spill = states.add(
        emitter.stateName(planned, 'spill variables'),
        reading,
        emitter.source('rehydrate', planned),
      );
      if (isCarried) return spill;
      return states.add(
        emitter.stateName(planned, 'variables spilled?'),
        { Type: 'Choice', Choices: [{ Condition: evaluated(isSpilled(value)), Next: spill }], Default: start },
        emitter.source('spill-check', planned),
      );
    },
  };
}

/** Emits the states that take the variables of a step's inner flow, before the state `start`. Returns the first one. */
export function takeVariables(
  emitter: FlowEmitter,
  planned: PlannedStep,
  { states, start }: { readonly states: States; readonly start: string },
  { assign, rehydrated }: GivenVariables,
  catchers: readonly Catcher[],
): string {
  if (Object.keys(assign).length === 0) return start;
  const state: PassState = { Type: 'Pass', Assign: assign, Output: {}, Next: rehydrated(start, { states, catchers }) };
  return states.add(emitter.stateName(planned, 'variables'), state, emitter.source('take-input', planned));
}

/** The rule before a step that gives its flow variables which only a run knows, as a whole: they are a map. */
export function variablesRules(
  emitter: FlowEmitter,
  planned: PlannedStep,
  context: EmitContext,
): readonly ChoiceRule[] {
  const field = inputField(planned.step, VARIABLES_FIELD);
  if (!field || fieldsOf(field)) return [];
  const value = jsonataOf(field, emitter.scope(context.scopePath));
  const Condition = evaluated(jsonata`$type(${value}) != "object"`);
  return [failureRule(emitter, planned, context, Condition, '"variables" must be a map')];
}
