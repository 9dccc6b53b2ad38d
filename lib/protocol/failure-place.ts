import { type LinkTimes, linkTimesOf } from './invocation.ts';
import { isObject, type Json } from './json.ts';

/**
 * Where the invocation of a function failed, as far as the step that it was called for does not say. Empty: in that
 * step's own component.
 */
export interface FailurePlace {
  /** Of a chain: the step that failed, and what became of that and of those before it. */
  readonly link?: FailedLink;
  /** The step without a function of its own that failed: one of `fused` of the `Invocation`. */
  readonly fused?: string;
  /** Nothing failed but the flow's output, for which the last step's function looks: the step itself went well. */
  readonly inOutput?: true;
}

/** The step of a chain that failed, and the milliseconds that it and those before it took: see {@link LinkTimes}. */
export interface FailedLink {
  readonly step: string;
  readonly times: LinkTimes;
}

// Of an error that a function throws, only name, message and the lines of the stack reach a state machine. So its place
// is the last of these lines: this word, and the place as JSON.
const WORD = '    in stepflow ';

/** A stack with the place of the failure as its last line, in place of any other that it had. */
export function stackWith(stack: string, place: FailurePlace): string {
  const own = readTrace(stack.split('\n')).stack.join('\n');
  return Object.keys(place).length > 0 ? `${own}\n${WORD}${JSON.stringify(place)}` : own;
}

/** A stack taken apart: the component's own lines, and the place that {@link stackWith} has written. */
export function readTrace(lines: readonly string[]): {
  readonly stack: readonly string[];
  readonly place: FailurePlace;
} {
  const last = lines.at(-1) ?? '';
  const place = last.startsWith(WORD) ? placeIn(last.slice(WORD.length)) : {};
  return { stack: Object.keys(place).length > 0 ? lines.slice(0, -1) : lines, place };
}

function placeIn(text: string): FailurePlace {
  const written = parsed(text);
  if (!isObject(written)) return {};
  const { link, fused, inOutput } = written;
  return {
    ...(isObject(link) &&
      typeof link.step === 'string' && { link: { step: link.step, times: linkTimesOf(link.times) } }),
    ...(typeof fused === 'string' && { fused }),
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

/** The place that {@link inPlace} has remembered, once. */
export function takePlace(failure: unknown): FailurePlace {
  if (!(failure instanceof Error)) return {};
  const place = known.get(failure) ?? {};
  known.delete(failure);
  return place;
}

/**
 * What a state machine says where its input lacks what a step without a function of its own needs. A state machine's own
 * failures have no stack: which step this one is of is told by the very sentence, which the compiler knows.
 */
export const missingInputText = (step: string, path: string): string =>
  `step "${step}": there is no "${path}" in the flow's input`;
