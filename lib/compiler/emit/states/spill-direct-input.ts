import type { ChoiceRule, TaskState } from '../../../asl/state-machine.ts';
import { alternativesOf, type Path } from '../../../protocol/path.ts';
import type { InputBudget } from '../../../runtime/spill/spill-input.ts';
import { usesOf } from '../../analyse/uses.ts';
import type { States } from '../continuation.ts';
import type { FlowEmitter } from '../emit-flow.ts';
import { all, evaluated, type Jsonata, lookup, not } from '../jsonata/jsonata.ts';
import { bind } from '../jsonata/locals.ts';
import type { Budget } from '../sizes/budget.ts';
import { INPUT, PAYLOAD_BYTES, type PayloadLimit } from '../sizes/payload-limits.ts';
import { ANSWER, callOf, isSpilled } from './call.ts';
import { SPILL } from './rehydrate-input.ts';

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
  const { name, reads, share, room } = direct;
  const { shared, frame } = emitter;
  const spilling: TaskState = {
    ...callOf(SPILL, {
      step: 'input',
      input: { value: evaluated(GIVEN), reads: [...reads], share, room, direct: true },
      reads: ['$'],
    }),
    ...(frame.catchers.length > 0 && { Catch: frame.catchers }),
    Assign: { [name]: evaluated(lookup(ANSWER, '$')) },
    Output: {},
    Next: start,
  };
  const Next = states.add(shared.states.take('spill input'), spilling, emitter.source('rehydrate'));
  return { Condition: evaluated(all([exceeds(share), not(isSpilled(GIVEN))])), Next };
}

/** The execution's input, in its first state. */
export const GIVEN: Jsonata = '$states.input';

/**
 * Whether the input may have more bytes of JSON than that. A character has at most 4 bytes; where that could be too many, each
 * UTF-16 unit beyond ASCII is counted as 3.
 */
const exceeds = (bytes: number): Jsonata =>
  bind(
    '$text',
    `$string(${GIVEN})`,
    `$length($text) > ${Math.floor(bytes / 4)} and $length($replace($text, /[^\\x00-\\x7F]/, "---")) > ${bytes}`,
  );
