import { type FusedStepTimes, readFusedStepTimes } from './invocation.ts';
import { isObject, type Json } from './json.ts';
import { namePath } from './path.ts';

/**
 * Where the invocation of a function failed, in addition to the step that it was called for. Empty: in that step's own
 * component.
 */
export interface FailurePlace {
  /** Only for a fused chain. */
  readonly link?: FailedFusedStep;
  /** The id of the attached work that failed: a step in `fused` of the `Invocation`. */
  readonly fused?: string;
  /** Where in the step's input the value is that is missing or does not fit: a path, "" for all of it. */
  readonly field?: string;
  /** The step succeeded, but its function found that the flow's output is missing a value. */
  readonly inOutput?: true;
}

/** The step of a fused chain that failed, with the times of this step and those before it. */
export interface FailedFusedStep {
  readonly step: string;
  readonly times: FusedStepTimes;
}

// Only the name, message and stack of a thrown error reach a state machine. The place is therefore written as the last
// line of the stack: this prefix, then JSON.
const PREFIX = '    in stepflow ';

/**
 * A stack with the failure's place as its last line. Replaces what the stack already has of such lines at its end, any
 * number of them: a component's own error may imitate them, and must not be taken for a place where none is written.
 */
export function stackWith(stack: string, place: FailurePlace): string {
  const lines = stack.split('\n');
  while (Object.keys(readTrace(lines).place).length > 0) lines.pop();
  const own = lines.join('\n');
  return Object.keys(place).length > 0 ? `${own}\n${PREFIX}${JSON.stringify(place)}` : own;
}

/** Splits a stack into the component's own lines and the place that {@link stackWith} wrote. */
export function readTrace(lines: readonly string[]): {
  readonly stack: readonly string[];
  readonly place: FailurePlace;
} {
  const last = lines.at(-1) ?? '';
  const place = last.startsWith(PREFIX) ? placeIn(last.slice(PREFIX.length)) : {};
  return { stack: Object.keys(place).length > 0 ? lines.slice(0, -1) : lines, place };
}

function placeIn(text: string): FailurePlace {
  const written = parsed(text);
  if (!isObject(written)) return {};
  const { link, fused, field, inOutput } = written;
  return {
    ...(isObject(link) &&
      typeof link.step === 'string' && { link: { step: link.step, times: readFusedStepTimes(link.times) } }),
    ...(typeof fused === 'string' && { fused }),
    ...(typeof field === 'string' && { field }),
    ...(inOutput === true && { inOutput }),
  };
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    return null; // the component's own line
  }
}

const known = new WeakMap<object, FailurePlace>();

/** Remembers the place of a failure until the wrapper writes it into the stack. */
export function inPlace<E extends Error>(failure: E, place: FailurePlace): E {
  known.set(failure, place);
  return failure;
}

/** Returns and forgets the place that {@link inPlace} remembered. */
export function takePlace(failure: unknown): FailurePlace {
  if (typeof failure !== 'object' || failure === null) return {};
  const place = known.get(failure) ?? {};
  known.delete(failure);
  return place;
}

/**
 * The message of a state machine whose input lacks a value that a step without a function needs. Failures that a state
 * machine itself raises have no stack, so the step is recognised by this exact text.
 */
export const missingInputText = (step: string, path: string): string =>
  `step "${step}": there is no ${namePath(path)} in the flow's input`;

/** What reads a value: the output, or a part of a step; and the field of that. */
export interface Reader {
  readonly part: 'output' | 'input' | 'skipIf' | 'default';
  /** The step; absent for the output. */
  readonly step?: string;
  readonly field?: string;
}

/** A reader at the end of a message, after ", in " or between ", which " and " reads". */
const READER =
  /, (?:in|which) (?:field ("(?:[^"\\]|\\.)*") of )?the (?:output|(input|skipIf|default) of step ("(?:[^"\\]|\\.)*"))(?: reads)?$/;

/** The reader that the message of a state machine's own failure names: such a failure has nothing else that tells it. */
export function readerIn(message: string): Reader | undefined {
  const found = READER.exec(message);
  if (!found) return undefined;
  const [, field, part, step] = found;
  return {
    part: part === 'input' || part === 'skipIf' || part === 'default' ? part : 'output',
    ...(step !== undefined && { step: JSON.parse(step) }),
    ...(field !== undefined && { field: JSON.parse(field) }),
  };
}
