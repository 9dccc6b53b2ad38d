import type { Catcher, TaskState, Template } from '../../../asl/state-machine.ts';
import { parseSlotKey } from '../../../protocol/invocation.ts';
import { alternativesOf, parseJoined, type Segment } from '../../../protocol/path.ts';
import { builtinOf } from '../../analyse/builtins.ts';
import type { PlannedStep } from '../../plan/plan.ts';
import type { StateSource } from '../../source-map.ts';
import { transitionTo, type UnassignedSlots } from '../continuation.ts';
import type { FlowEmitter } from '../emit-flow.ts';
import type { EmitContext } from '../frame.ts';
import { evaluated, type Jsonata, jsonata, text, verbatim } from '../jsonata/jsonata.ts';
import { holdsValue } from '../sizes/fixed-bytes.ts';
import { assignResult } from './assign-result.ts';
import { ANSWER, callOf, isSpilled } from './call.ts';
import { segmentsEnterReference } from './spilled-paths.ts';

/** The component that returns its input: its wrapper hydrates what was spilled, and answers what is read of it. */
const NOOP = '/builtin/noop';

/** The component that returns its input as it travels, so that its wrapper only answers what is read of it. */
export const CARRY = '/builtin/carry';

/**
 * Emits the states that take a result which the state machine itself has made: `value`, an expression over the state's
 * input. Where something reads inside a part of it that may have been spilled, a Choice checks for that, and a function
 * reads the spilled parts; otherwise the Pass `name` takes it. Where the result would not fit the step's variable, a function
 * takes it in any case. Returns the first state.
 */
export function emitResult(
  emitter: FlowEmitter,
  planned: PlannedStep,
  context: EmitContext,
  { name, value }: { readonly name: string; readonly value: Jsonata },
): string {
  const { states } = context;
  const isOwn = name === context.name;
  if (emitter.frame.budget.carries(planned.step.id, 'result')) {
    return emitReading(emitter, planned, context, { name, input: evaluated(value), isOwn });
  }
  const source = emitter.source(isOwn ? 'step' : 'take-result', planned);
  states.add(name, { Type: 'Pass', ...assignResult(emitter, planned, context, value) }, source);
  if (!readsInsideSpilled(emitter, planned)) return name;
  const read = emitReading(emitter, planned, context, {
    name: emitter.stateName(planned, 'read'),
    input: evaluated(value),
    isOwn,
  });
  const rule = { Condition: evaluated(isSpilled(jsonata`$states.input`)), Next: read };
  return states.add(
    emitter.stateName(planned, 'spilled?'),
    { Type: 'Choice', Choices: [rule], Default: name },
    emitter.source('spill-check', planned),
  );
}

/** The states that take a result which is the output of the state before them. Returns the first state. */
export const emitResultFromInput = (emitter: FlowEmitter, planned: PlannedStep, context: EmitContext): string =>
  emitResult(emitter, planned, context, { name: emitter.stateName(planned, 'result'), value: jsonata`$states.input` });

/** Whether more than an expression is needed to take a step's result. */
export const needsResultStates = (emitter: FlowEmitter, planned: PlannedStep): boolean =>
  emitter.frame.budget.carries(planned.step.id, 'result') || readsInsideSpilled(emitter, planned);

interface ReadResult {
  /** The state's. */
  readonly name: string;
  /** What the function gets: the result. */
  readonly input: Template;
  /** Whether the state is the step's own. Where that has run before, this is no further visit to the step. */
  readonly isOwn: boolean;
}

/** A Task whose function takes a result, with its spilled parts where something reads inside them. */
const emitReading = (
  emitter: FlowEmitter,
  planned: PlannedStep,
  context: EmitContext,
  { name, input, isOwn }: ReadResult,
): string =>
  emitTaking(emitter, planned, context, {
    name,
    input,
    isOpened: readsInsideSpilled(emitter, planned),
    catchers: emitter.catchers(planned, context),
    source: emitter.source(isOwn ? 'step-rehydrate' : 'rehydrate', planned),
  });

/** What a function is to take as a step's result. */
export interface Taking extends Pick<ReadResult, 'name' | 'input'> {
  /** Whether the function reads what was spilled of it, because something reads inside that. */
  readonly isOpened: boolean;
  readonly catchers: readonly Catcher[];
  readonly source: StateSource;
}

/** Emits a Task whose function takes a value as a step's result. Returns its name. */
export function emitTaking(
  emitter: FlowEmitter,
  planned: PlannedStep,
  { scopePath, states, after }: EmitContext,
  { name, input, isOpened, catchers, source }: Taking,
): string {
  const { id } = planned.step;
  const unassigned: UnassignedSlots = (step) => (step === id ? ANSWER : undefined);
  const state: TaskState = {
    ...callOf(isOpened ? NOOP : CARRY, readingPayload(emitter, planned, input)),
    ...(catchers.length > 0 && { Catch: catchers }),
    ...('next' in after && emitter.assign(planned, scopePath, evaluated(ANSWER))),
    ...transitionTo(after, unassigned),
  };
  return states.add(name, state, source);
}

function readingPayload(emitter: FlowEmitter, planned: PlannedStep, input: Template): Parameters<typeof callOf>[1] {
  const keys = emitter.keys(planned);
  const { budget, prefix } = emitter.frame;
  const { id } = planned.step;
  return {
    step: text(`${prefix}${id}`),
    input,
    reads: verbatim([...keys]),
    spillAbove: keys.some(holdsValue) ? budget.spillAbove(id) : undefined,
  };
}

/** Whether a reader goes inside the result of a run of a `map`: where none does, it may be put into a blob as a whole. */
export const readsInsideResult = (emitter: FlowEmitter, planned: PlannedStep): boolean =>
  emitter.keys(planned).some((key) => {
    const path = parseJoined(parseSlotKey(key).path);
    return 'error' in path || alternativesOf(path).some(isInsideRun);
  });

/** Whether a path of the result of a `map` leads inside what a run gave: `results[0].result.a`, `values[0].a`. */
const isInsideRun = ([list, ...way]: readonly Segment[]): boolean =>
  (list === 'results' && way.length > 2) || (list === 'values' && way.length > 1);

/** Whether a reader goes inside a part of the result that may be only a marker in the state machine. */
export function readsInsideSpilled(emitter: FlowEmitter, planned: PlannedStep): boolean {
  const areCarried = emitter.frame.budget.carries(planned.step.id, 'runs');
  return emitter.keys(planned).some((key) => {
    const path = parseJoined(parseSlotKey(key).path);
    return !('error' in path) && alternativesOf(path).some((way) => isInside(planned, way, areCarried));
  });
}

/** `areCarried`: whether the result of each run may have been spilled as a whole, however the flow's output is written. */
function isInside(planned: PlannedStep, segments: readonly Segment[], areCarried: boolean): boolean {
  const { output, evaluation } = planned.inner?.flow ?? {};
  const inOutput = (way: readonly Segment[]): boolean => {
    if (areCarried) return way.length > 0;
    return output ? segmentsEnterReference(output, way) : evaluation !== undefined && way.length > 1;
  };
  switch (builtinOf(planned.step)) {
    case 'eval':
      return segments[0] === 'result' && segments[1] === 'result' && inOutput(segments.slice(2));
    case 'map':
      if (segments[0] === 'values') return inOutput(segments.slice(2));
      return segments[0] === 'results' && segments[2] === 'result' && inOutput(segments.slice(3));
    case 'iterate':
      return segments[0] === 'result' && (inOutput(segments) || inOutput(['next', ...segments.slice(1)]));
    default:
      return false;
  }
}
