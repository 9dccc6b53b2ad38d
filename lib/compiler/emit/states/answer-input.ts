import type { ChoiceRule, TaskState, Template } from '../../../asl/state-machine.ts';
import type { ReadPath } from '../../../flow/expression.ts';
import { formatPath } from '../../../protocol/describe.ts';
import { type Operand, type Operation, operationText } from '../../../protocol/operation.ts';
import { alternativesOf, joinPaths, parseJoined } from '../../../protocol/path.ts';
import { VARIABLES_OF_INPUT, variablesOfOperation } from '../../analyse/given-variables.ts';
import { OPERANDS } from '../../analyse/lower-operations.ts';
import type { Plan } from '../../plan/plan.ts';
import type { States } from '../continuation.ts';
import type { FlowEmitter } from '../emit-flow.ts';
import type { Frame } from '../frame.ts';
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
import { isExactOnMarkers, needsFunction } from '../jsonata/operations.ts';
import { holdsValue } from '../sizes/fixed-bytes.ts';
import { INPUT, PAYLOAD_BYTES } from '../sizes/payload-limits.ts';
import { ANSWER, callOf } from './call.ts';

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
  inputOperations(plan).filter(({ path }) => path.operation && !isExactOnMarkers(path.operation, least));

/** Where a rule reads the flow's input, and what is given to its variables. */
type Read = Pick<Frame, 'input' | 'variables'>;

/** Whether any of the operations needs a function. */
function conditionOf(
  operations: readonly ReadPath[],
  { input, variables }: Read,
  { flow }: Plan,
  least: number,
): Jsonata {
  return any(
    operations.map(({ path }) =>
      path.operation
        ? needsFunction(path.operation, least, (own, written) =>
            inputAt(input, flow.inputSchema, { text: written, path: own }, variables),
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
  const { input: given, keys } = callFor(answers.operations, frame);
  const share = Math.min(budget.share(INPUT), PAYLOAD_BYTES / (keys.size + 1));
  const task: TaskState = {
    ...callOf(OPERANDS, {
      step: text(`${prefix}input`),
      input: given,
      reads: verbatim([...keys.values()]),
      ...([...keys.keys()].some(holdsValue) && { spillAbove: Math.floor(share) }),
    }),
    ...(catchers.length > 0 && { Catch: catchers }),
    Assign: { [answers.name]: evaluated(answersOf(keys)) },
    Output: {},
    Next: start,
  };
  const state = states.add(shared.states.take(`${prefix}read input`), task, emitter.source('rehydrate'));
  const condition = conditionOf(answers.operations, { ...frame, input }, plan, shared.leastSpilled);
  const Assign = directInput && { [directInput.name]: evaluated(input) };
  return { rule: { Condition: evaluated(condition), ...(Assign && { Assign }), Next: state }, state };
}

/** What the function gets, and what is read of that for each operation, by its text. */
interface AnsweringCall {
  readonly input: Template;
  readonly keys: ReadonlyMap<string, string>;
}

/** The function gets the input; or, if operations read what is given to variables, a list of the input and of that. */
function callFor(operations: readonly ReadPath[], { input, variables }: Read): AnsweringCall {
  const readsVariables = operations.some(
    ({ path }) => path.operation && variablesOfOperation(path.operation).length > 0,
  );
  if (!variables || !readsVariables)
    return { input: neededOf(operations, input), keys: new Map(operations.map(({ text: key }) => [key, key])) };
  const keys = operations.map(({ text: key, path }): [string, string] => [
    key,
    path.operation ? operationText(inList(path.operation)) : key,
  ]);
  return { input: [evaluated(input), evaluated(variables)], keys: new Map(keys) };
}

/** An operation on a list of a flow's input and what is given to its variables. */
const inList = ({ operator, operands }: Operation): Operation => ({
  operator,
  operands: operands.map((operand): Operand => {
    if ('operator' in operand) return inList(operand);
    if (!('at' in operand)) return operand;
    const [first, ...segments] = operand.path.segments;
    const at = first === VARIABLES_OF_INPUT ? formatPath([1, ...segments]) : joinPaths('[0]', operand.at);
    const path = parseJoined(at);
    return { at, path: 'error' in path ? operand.path : path };
  }),
});

/** The answers by the texts of the operations. */
function answersOf(keys: ReadonlyMap<string, string>): Jsonata {
  const isSame = [...keys].every(([key, read]) => key === read);
  return isSame ? ANSWER : object([...keys].map(([key, read]) => [key, lookup(ANSWER, read)]));
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
