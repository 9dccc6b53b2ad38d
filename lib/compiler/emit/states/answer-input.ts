import type { ChoiceRule, TaskState, Template } from '../../../asl/state-machine.ts';
import type { ReadPath } from '../../../flow/expression.ts';
import { formatPath } from '../../../protocol/describe.ts';
import { type Operand, type Operation, operationText, readsIn } from '../../../protocol/operation.ts';
import { alternativesOf, joinPaths, parseJoined } from '../../../protocol/path.ts';
import { givenSegments } from '../../analyse/given-variables.ts';
import { OPERANDS } from '../../analyse/lower-operations.ts';
import type { Plan } from '../../plan/plan.ts';
import type { States } from '../continuation.ts';
import type { FlowEmitter } from '../emit-flow.ts';
import type { Frame } from '../frame.ts';
import { type InputSource, inputAt, inputSourceOf } from '../jsonata/input-path.ts';
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

/** Whether any of the operations needs a function. */
const conditionOf = (operations: readonly ReadPath[], source: InputSource, least: number): Jsonata =>
  any(
    operations.map(({ path }) =>
      path.operation
        ? needsFunction(path.operation, least, (own, written) => inputAt(source, { text: written, path: own }))
        : FALSE,
    ),
  );

/** The rule by which a flow goes to the function first, and the state that calls it. `input`: as the rule reads it. */
export function answerRule(
  emitter: FlowEmitter,
  answers: InputAnswers,
  input: Jsonata,
  states: States,
  start: string,
): { readonly rule: ChoiceRule; readonly state: string } {
  const { frame, shared } = emitter;
  const { prefix, budget, catchers, directInput } = frame;
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
  const condition = conditionOf(answers.operations, inputSourceOf({ ...frame, input }), shared.leastSpilled);
  const Assign = directInput && { [directInput.name]: evaluated(input) };
  return { rule: { Condition: evaluated(condition), ...(Assign && { Assign }), Next: state }, state };
}

/** What the function gets, and what is read of that for each operation, by its text. */
interface AnsweringCall {
  readonly input: Template;
  readonly keys: ReadonlyMap<string, string>;
}

/**
 * The function gets the input; or, if operations read what is given to variables, or a value that may be beside its parts, a
 * list of the input, of the variables and of such values.
 */
function callFor(operations: readonly ReadPath[], frame: Frame): AnsweringCall {
  const { input, variables, reads } = frame;
  const operands = operations.flatMap(({ path }) => (path.operation ? readsIn(path.operation) : []));
  const beside = operands.filter(({ path }) => {
    const given = givenSegments(path);
    return given ? reads.variables.isBesideParts({ segments: given }) : reads.input.isBesideParts(path);
  });
  if (beside.length === 0 && !operands.some(({ path }) => givenSegments(path)))
    return { input: neededOf(operations, input), keys: new Map(operations.map(({ text: key }) => [key, key])) };
  const source = inputSourceOf(frame);
  const wholes = new Map(beside.map(({ at, path }) => [at, inputAt(source, { text: at, path })]));
  const keys = operations.map(({ text: key, path }): [string, string] => [
    key,
    path.operation ? operationText(inList(path.operation, wholes)) : key,
  ]);
  const list = [evaluated(input), variables ? evaluated(variables) : null, evaluated(object([...wholes]))];
  return { input: list, keys: new Map(keys) };
}

/** An operation on a list of a flow's input, what is given to its variables, and a map of values of the input by their paths. */
const inList = ({ operator, operands }: Operation, wholes: ReadonlyMap<string, Jsonata>): Operation => ({
  operator,
  operands: operands.map((operand): Operand => {
    if ('operator' in operand) return inList(operand, wholes);
    if (!('at' in operand)) return operand;
    const at = placeInList(operand, wholes);
    const path = parseJoined(at);
    return { at, path: 'error' in path ? operand.path : path };
  }),
});

function placeInList({ at, path }: ReturnType<typeof readsIn>[number], wholes: ReadonlyMap<string, Jsonata>): string {
  if (wholes.has(at)) return formatPath([2, at]);
  const given = givenSegments(path);
  return given ? formatPath([1, ...given]) : joinPaths('[0]', at);
}

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
