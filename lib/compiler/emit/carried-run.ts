import type { TaskState } from '../../asl/state-machine.ts';
import type { States } from './continuation.ts';
import { type Frame, type Shared, sourceIn } from './frame.ts';
import { evaluated, jsonata, lookup, object, text, verbatim } from './jsonata/jsonata.ts';
import { OUTCOME_OVERHEAD } from './sizes/least-sizes.ts';
import { ANSWER, callOf } from './states/call.ts';
import { CARRY } from './states/emit-result.ts';

/** The key of a run's result in its outcome. */
const RESULT = 'result';

/**
 * The frame of an inner flow, whose end goes to a function where the result of a run would not fit beside the others of its
 * step: the function puts the result, which may be made of many spilled values, into one blob.
 */
export function carriedRun(frame: Frame, states: States, shared: Shared): Frame {
  const { runBytes, prefix, catchers, transition } = frame;
  if (runBytes === undefined) return frame;
  const carried = jsonata`$merge([$states.input, ${object([[RESULT, lookup(ANSWER, RESULT)]])}])`;
  const state: TaskState = {
    ...callOf(CARRY, {
      step: text(prefix.slice(0, -1)),
      input: evaluated(jsonata`$states.input`),
      reads: verbatim([RESULT]),
      spillAbove: Math.floor(runBytes - OUTCOME_OVERHEAD),
      execution: evaluated(frame.execution),
    }),
    ...(catchers.length > 0 && { Catch: catchers }),
    // A run that was skipped has no result.
    Output: evaluated(jsonata`$states.input.outcome = "success" ? ${carried} : $states.input`),
    ...transition,
  };
  const name = states.add(shared.states.take(`${prefix}carry`), state, sourceIn(frame, 'carry'));
  return { ...frame, transition: { Next: name } };
}
