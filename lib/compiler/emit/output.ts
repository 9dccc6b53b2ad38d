import type { ChoiceRule, ChoiceState, PassState, Template } from '../../asl/state-machine.ts';
import { travellingKey } from '../../protocol/markers.ts';
import type { Plan } from '../plan/plan.ts';
import { lastIn } from '../plan/plan-tree.ts';
import { type Continuation, noUnassignedSlots, type States, scopeEnd, type UnassignedSlots } from './continuation.ts';
import { type Frame, type Shared, scopeAt, sourceIn } from './frame.ts';
import { mayMiss, missingIn, skippedIn } from './jsonata/answers.ts';
import type { ExpressionScope } from './jsonata/expression-scope.ts';
import { jsonataOf, templateOf } from './jsonata/expressions.ts';
import {
  choose,
  constant,
  evaluated,
  FALSE,
  type Jsonata,
  jsonata,
  list,
  object,
  text,
  verbatim,
} from './jsonata/jsonata.ts';
import { missingText } from './jsonata/missing-text.ts';

const SUCCESS = text('success');
const SKIPPED_OUTCOME = { outcome: 'skipped' };

/**
 * The end of a flow. The last state gives the output where nothing of it can be missing or the last step's function checks
 * for that. Otherwise a Choice checks first, so that the failure has its code.
 */
export function endOfFlow(frame: Frame, states: States, shared: Shared): Continuation {
  const { plan, prefix, transition } = frame;
  const name = (text: string): string => shared.states.take(`${prefix}${text}`);
  if (!endsInStep(plan)) return { next: checkedOutput(frame, states, name) };
  const output = (unassigned: UnassignedSlots): Template => outcomeOf(plan, scopeAt(frame, [], unassigned));
  return scopeEnd(output, transition, { name: () => name('output'), source: sourceIn(frame, 'output') }, states);
}

/**
 * Whether the last state gives the output: nothing of it can be missing, or the last step's function checks for that. The last
 * step may have been moved into a nested state machine.
 */
export const endsInStep = ({ flow, output, tree, steps }: Plan): boolean =>
  steps.get(lastIn(tree) ?? '')?.checks !== undefined || !output.some((use) => mayMiss(use, flow.inputSchema));

function outcomeOf(plan: Plan, scope: ExpressionScope): Template {
  const { output } = plan.flow;
  if (!output) return { outcome: SUCCESS, result: sinksOf(plan, scope) };
  const skipped = skippedIn(plan.output, scope);
  if (skipped === FALSE) return { outcome: SUCCESS, result: templateOf(output, scope) };
  const success = object([
    ['outcome', constant('success')],
    ['result', jsonataOf(output, scope)],
  ]);
  return evaluated(choose(skipped, constant(SKIPPED_OUTCOME), success));
}

/** The output of a flow that declares none: the results of the steps that no other step reads; a skipped one has none. */
function sinksOf(plan: Plan, scope: ExpressionScope): Template {
  if (plan.sinks.length === 0) return {};
  const results = plan.sinks.map(({ id, value, uses }): Jsonata => {
    return choose(skippedIn(uses, scope), jsonata`{}`, object([[travellingKey(id), jsonataOf(value, scope)]]));
  });
  return evaluated(jsonata`$merge(${list(results)})`);
}

function checkedOutput(frame: Frame, states: States, name: (text: string) => string): string {
  const { plan, transition, fail } = frame;
  const { output } = plan.flow;
  const uses = plan.output;
  const scope = scopeAt(frame, [], noUnassignedSlots);
  const success: Template = { outcome: SUCCESS, result: output ? templateOf(output, scope) : null };
  const source = sourceIn(frame, 'output');
  const well = states.add(name('output'), { Type: 'Pass', Output: success, ...transition }, source);
  const missing = fail(states, { code: 'EXPRESSION_FAILURE', message: missingText(uses, 'the output', scope) });
  const choices: ChoiceRule[] = [{ Condition: evaluated(missingIn(uses, scope)), Next: missing }];
  const skipped = skippedIn(uses, scope);
  if (skipped !== FALSE) {
    const skipping: PassState = { Type: 'Pass', Output: verbatim(SKIPPED_OUTCOME), ...transition };
    const Next = states.add(name('output is skipped'), skipping, source);
    choices.unshift({ Condition: evaluated(skipped), Next });
  }
  const check: ChoiceState = { Type: 'Choice', Choices: choices, Default: well };
  return states.add(name('output?'), check, sourceIn(frame, 'output-check'));
}
