import type { ChoiceRule, TaskState, Template } from '../../../asl/state-machine.ts';
import type { ReadPath } from '../../../flow/expression.ts';
import { alternativesOf } from '../../../protocol/path.ts';
import type { Plan } from '../../plan/plan.ts';
import type { States } from '../continuation.ts';
import type { FlowEmitter } from '../emit-flow.ts';
import { inputAt } from '../jsonata/input-path.ts';
import { inputOperations } from '../jsonata/input-reads.ts';
import {
  any,
  evaluated,
  FALSE,
  type Jsonata,
  jsonata,
  lookup,
  object,
  text,
  variable,
  verbatim,
} from '../jsonata/jsonata.ts';
import { bind } from '../jsonata/locals.ts';
import { isOfMarker, mayBeEscaped, travellingField } from '../jsonata/lookalike.ts';
import { needsFunction } from '../jsonata/operations.ts';
import { holdsValue } from '../sizes/fixed-bytes.ts';
import { INPUT, PAYLOAD_BYTES } from '../sizes/payload-limits.ts';
import { ANSWER, callOf } from './call.ts';

/** The component that returns its input: its wrapper reads what was spilled, and answers what is read of it. */
const OPERANDS = '/builtin/operands';

/**
 * What operations make of a flow's input where the state machine cannot do them itself: the input has only a marker of a value,
 * or a number with more digits than JSONata writes. A function answers them then, before the flow's first step.
 */
export interface InputAnswers {
  /** The variable that holds the answers, by the texts of the operations; empty where the state machine does them. */
  readonly name: string;
  readonly operations: readonly ReadPath[];
}

/** The operations on a flow's input that a function may have to do. `least`: bytes above which a value may have been spilled. */
export const operationsToAnswer = (plan: Plan, least: number): readonly ReadPath[] =>
  inputOperations(plan).filter((path) => conditionOf([path], jsonata`$states.input`, plan, least) !== FALSE);

/** Whether any of the operations needs a function. */
function conditionOf(operations: readonly ReadPath[], input: Jsonata, { flow }: Plan, least: number): Jsonata {
  return any(
    operations.map(({ path }) =>
      path.operation
        ? needsFunction(path.operation, least, (own, written) =>
            inputAt(input, flow.inputSchema, { text: written, path: own }),
          )
        : FALSE,
    ),
  );
}

/** The rule by which a flow goes to the function first, and the state that calls it. `input`: as the rule reads it. */
export function answerRule(
  emitter: FlowEmitter,
  answers: InputAnswers,
  input: Jsonata,
  states: States,
  start: string,
): { readonly rule: ChoiceRule; readonly state: string } {
  const { frame, shared } = emitter;
  const { plan, prefix, budget, catchers, directInput } = frame;
  const keys = answers.operations.map((path) => path.text);
  const share = Math.min(budget.share(INPUT), PAYLOAD_BYTES / (keys.length + 1));
  const task: TaskState = {
    ...callOf(OPERANDS, {
      step: text(`${prefix}input`),
      input: neededOf(answers.operations, frame.input),
      reads: verbatim(keys),
      ...(keys.some(holdsValue) && { spillAbove: Math.floor(share) }),
    }),
    ...(catchers.length > 0 && { Catch: catchers }),
    Assign: { [answers.name]: evaluated(ANSWER) },
    Output: {},
    Next: start,
  };
  const state = states.add(shared.states.take(`${prefix}read input`), task, emitter.source('rehydrate'));
  const condition = conditionOf(answers.operations, input, plan, shared.leastSpilled);
  const Assign = directInput && { [directInput.name]: evaluated(input) };
  return { rule: { Condition: evaluated(condition), ...(Assign && { Assign }), Next: state }, state };
}

/** The fields of the input that the operations read; all of it where they read all, or a field has no fixed name. */
function neededOf(operations: readonly ReadPath[], input: Jsonata): Template {
  const ways = operations.flatMap(({ path }) => alternativesOf(path));
  const fields = new Set(ways.map(([first]) => first));
  const named = [...fields].filter((field) => typeof field === 'string');
  if (named.length < fields.size || named.some(mayBeEscaped)) return evaluated(input);
  return evaluated(object(named.map((field) => [field, travellingField(input, field)])));
}

/** The value of an operation: the function's answer, where there is one, else what the state machine makes of the input. */
export function answered(answers: InputAnswers, path: ReadPath, own: Jsonata): Jsonata {
  if (!answers.operations.some(({ text: known }) => known === path.text)) return own;
  const given = jsonata`$not(${isOfMarker('$known', '$missing')}) ? $known`;
  return bind('$known', lookup(variable(answers.name), path.text), jsonata`$exists($known) ? (${given}) : ${own}`);
}
