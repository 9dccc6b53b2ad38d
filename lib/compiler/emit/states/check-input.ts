import type { ChoiceRule, ChoiceState } from '../../../asl/state-machine.ts';
import type { States } from '../continuation.ts';
import type { FlowEmitter } from '../emit-flow.ts';
import { flowInputFaults } from '../guard.ts';
import { FITS, problemOf } from '../jsonata/input-check.ts';
import { evaluated, jsonata } from '../jsonata/jsonata.ts';
import { answerRule } from './answer-input.ts';
import { GIVEN, spillRule } from './spill-direct-input.ts';

/**
 * Emits what comes before a flow's first state. A flow whose input does not fit its schema, or lacks what a step needs, fails;
 * what is too large of one that nothing has spilled is spilled; and a function does the operations on it that the state machine
 * cannot do. Returns the first state.
 */
export function checkInput(emitter: FlowEmitter, states: States, start: string): string {
  const { plan, prefix, fail, directInput, answers } = emitter.frame;
  const input = directInput ? GIVEN : emitter.frame.input;
  const faults = flowInputFaults(plan.flow.requires ?? [], input, prefix);
  const message = problemOf(plan.flow.inputSchema ?? true, input);
  const condition = jsonata`${message} != ""`;
  if (message !== FITS) faults.unshift({ condition, fault: { code: 'INVALID_INPUT', message } });
  if (faults.length === 0 && !directInput && !answers) return start;
  const rules: ChoiceRule[] = faults.map(({ condition, fault }) => ({
    Condition: evaluated(condition),
    Next: fail(states, fault),
  }));
  const answering = answers && answerRule(emitter, answers, input, states, start);
  if (directInput) rules.push(spillRule(emitter, directInput, states, answering?.state ?? start));
  if (answering) rules.push(answering.rule);
  const assigned = {
    ...(directInput && { [directInput.name]: evaluated(GIVEN) }),
    ...(answers && { [answers.name]: {} }),
  };
  const check: ChoiceState = {
    Type: 'Choice',
    Choices: rules,
    ...(Object.keys(assigned).length > 0 && { Assign: assigned }),
    Default: start,
  };
  return states.add(emitter.shared.states.take(`${prefix}input?`), check, emitter.source('input-check'));
}
