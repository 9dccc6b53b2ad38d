import { formatPath } from '../protocol/describe.ts';
import { FlowError, shortened, toFlowError, withoutFrames } from '../protocol/errors.ts';
import { inPlace, stackWith, takePlace } from '../protocol/failure-place.ts';
import type { Computed } from '../protocol/operation.ts';
import type { Segment } from '../protocol/path.ts';
import type { Scrubber } from './secrets/scrub.ts';
import type { ValidationProblem } from './validation-problem.ts';

/** What a call ends with that has failed: short enough for a payload, without secrets, its place at the end of its stack. */
export function failureOf(error: unknown, scrubber: Scrubber): FlowError {
  const failure = shortened(scrubber.error(toFlowError(error)));
  // Replaces the place in the stack: it may be that of another step's failure, from a component that this one called.
  failure.stack = stackWith(failure.stack ?? '', takePlace(error));
  return failure;
}

/** A failure of a step whose input has no value at a path: something it reads is missing, or does not fit an operator. */
export function withoutValue(
  step: string,
  at: readonly Segment[],
  computed: Exclude<Computed, { readonly value: unknown }>,
): FlowError {
  const field = formatPath(at);
  const place = field === '' ? 'its input' : `"${field}" of its input`;
  const problem =
    'fault' in computed ? `${place}: ${computed.fault}` : `no value for ${place}: there is no ${computed.missing}`;
  return inPlace(withoutFrames(new FlowError('EXPRESSION_FAILURE', `step "${step}": ${problem}`)), { field });
}

/** A failure of a step whose input its component refuses. */
export function unfitInput(step: string, { problem, at }: ValidationProblem): FlowError {
  const text = `the input of step "${step}" does not fit: ${problem}`;
  return inPlace(withoutFrames(new FlowError('INVALID_INPUT', text)), { field: at });
}

/** A failure of a step whose result is not what its component declares. */
export function unfitResult(step: string, { problem }: ValidationProblem): FlowError {
  const text = `the result of step "${step}" does not fit its component's own output schema: ${problem}; correct the component`;
  return withoutFrames(new FlowError('COMPONENT_FAILED', text));
}
