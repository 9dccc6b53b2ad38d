import type { ChoiceRule } from '../../../asl/state-machine.ts';
import { alternativesOf, type Path } from '../../../protocol/path.ts';
import type { InputBudget } from '../../../runtime/spill/spill-input.ts';
import { usesOf } from '../../analyse/uses.ts';
import type { States } from '../continuation.ts';
import type { FlowEmitter } from '../emit-flow.ts';
import { all, evaluated, type Jsonata, jsonata, not, quote, text } from '../jsonata/jsonata.ts';
import { bind } from '../jsonata/locals.ts';
import { amongSpilled, hasSpilledPart } from '../jsonata/lookalike.ts';
import { regex } from '../jsonata/syntax.ts';
import type { Budget } from '../sizes/budget.ts';
import { INPUT, PAYLOAD_BYTES, type PayloadLimit } from '../sizes/payload-limits.ts';
import { spillState } from './spill-state.ts';

/** The input of an execution that may be started with a large one, by a caller that spills nothing. */
export interface DirectInput extends InputBudget {
  /** The variable that holds the input, after what is large of it has been spilled. */
  readonly name: string;
}

/** Bytes that may be taken of a payload that has the input besides: fewer than the payload's reserve. */
const TAKEN = 4000;

/** Whether an input that AWS accepts may be too large for a place where it is read, because of what else is there. */
export const mayBeTooLarge = ({ payloadLimits }: Budget): boolean =>
  payloadLimits.some((limit) => limit.values.includes(INPUT) && !fitsAnyInput(limit));

/** Whether parts of the input are all that a payload has, each once. */
function fitsAnyInput({ availableBytes, values, of = [] }: PayloadLimit): boolean {
  if (availableBytes < PAYLOAD_BYTES - TAKEN || values.some((source) => source !== INPUT)) return false;
  if (values.length === 1) return true;
  const uses = of.flatMap((expression) => usesOf(expression)).filter(({ test }) => test === undefined);
  const reads = uses.flatMap(({ reference }) => (reference.kind === 'input' ? [fieldsOf(reference.path.path)] : []));
  const fields = reads.flat();
  return reads.length === values.length && !fields.includes(undefined) && new Set(fields).size === fields.length;
}

/** The fields of the input that a path may lead to; undefined for the whole of it. */
const fieldsOf = (path: Path): readonly (string | undefined)[] => [
  ...new Set(alternativesOf(path).map(([first]) => (first === undefined ? undefined : String(first)))),
];

/** The rule by which an execution with an input that is too large first calls a function that spills parts of it. */
export function spillRule(emitter: FlowEmitter, direct: DirectInput, states: States, start: string): ChoiceRule {
  const { name, ...budget } = direct;
  const { shared, frame } = emitter;
  const spilling = spillState({
    step: text('input'),
    value: GIVEN,
    budget,
    direct: true,
    name,
    catchers: frame.catchers,
    next: start,
  });
  const Next = states.add(shared.states.take('spill input'), spilling, emitter.source('rehydrate'));
  // What has been spilled already was made to fit.
  const condition = amongSpilled(all([exceeds(budget.share), not(hasSpilledPart(GIVEN))]));
  return { Condition: evaluated(condition), Next };
}

/** The execution's input, in its first state. */
export const GIVEN: Jsonata = jsonata`$states.input`;

/** All that a character takes beyond ASCII, for each of its UTF-16 units. */
const THREE_BYTES = quote('---');

/** Whether the input may have more bytes of JSON than that. None of its characters has more than 4, so a short one is not looked through. */
function exceeds(bytes: number): Jsonata {
  const ofText = jsonata`$length($replace($text, ${regex('[^\\x00-\\x7F]')}, ${THREE_BYTES}))`;
  const long = jsonata`$length($text) > ${Math.floor(bytes / 4)} and ${ofText} > ${bytes}`;
  return bind('$text', jsonata`$string(${GIVEN})`, long);
}
