import {
  type AttachedWork,
  type FusedStep,
  type FusedStepTimes,
  type Invocation,
  type OutputRead,
  readFusedStepTimes,
  type Slots,
} from './invocation.ts';
import { isObject, type Json } from './json.ts';
import { placeholder, readPlaceholder } from './placeholders.ts';
import { QUOTAS } from './quotas.ts';
import type { Plain, TemplatedInvocation } from './templated.ts';

/** The Resource of a Task that calls a function. */
export const INVOKE = 'arn:aws:states:::lambda:invoke';

/**
 * The Resource of a Task that calls the function of a component that waits. Its result is what completes the task: an answer
 * in the form of a function's.
 */
export const INVOKE_AND_WAIT = `${INVOKE}.waitForTaskToken`;

/** Whether a Task with this Resource calls a function. */
export const invokes = (resource: string): boolean => resource === INVOKE || resource === INVOKE_AND_WAIT;

/**
 * Seconds that a Task waits for a function beyond the function's own timeout, which Lambda counts from the start of the
 * component's code: for the call itself, and for a cold start, which takes up to 10 s and longer in a VPC. Our own choice.
 */
const TASK_MARGIN_SECONDS = 60;

/** The `TimeoutSeconds` of a Task whose function has a timeout of so many seconds. */
export const taskTimeout = (functionSeconds: number): number =>
  Math.ceil(Math.min(functionSeconds, QUOTAS.functionSeconds)) + TASK_MARGIN_SECONDS;

/** The Arguments of a Task that calls a component's function. */
export const callArguments = (component: string, payload: TemplatedInvocation): CallArguments => ({
  FunctionName: placeholder('component', component),
  Payload: payload,
});

/** See {@link callArguments}. */
export type CallArguments = { FunctionName: Plain; Payload: TemplatedInvocation };

/** The path of the component that a Task with the Resource {@link INVOKE} calls; undefined if it calls anything else. */
export function componentIn(taskArguments: Json | undefined): string | undefined {
  const called = isObject(taskArguments) ? readPlaceholder(taskArguments.FunctionName) : undefined;
  return called?.kind === 'component' && called.name.startsWith('/') ? called.name : undefined;
}

/**
 * Reads the `Invocation` from the Arguments of a Task that calls a component. Fields of the wrong type are left out, such
 * as expressions that have not been evaluated. `step` is the step's id if the Arguments do not name it.
 */
export function invocationIn(taskArguments: Json | undefined, step: string): Invocation {
  const payload = isObject(taskArguments) && isObject(taskArguments.Payload) ? taskArguments.Payload : {};
  const { spillAbove, covered, before, output, execution, childExecution, iteration, attempt, timeout, token } =
    payload;
  return {
    ...fusedStepIn(payload, step),
    ...(typeof spillAbove === 'number' && { spillAbove }),
    ...(covered === true && { covered }),
    ...(Array.isArray(before) && { before: before.map((one) => fusedStepIn(one, step)) }),
    ...(Array.isArray(output) && { output: output.flatMap(outputReadIn) }),
    ...(typeof execution === 'string' && { execution }),
    ...(typeof childExecution === 'string' && { childExecution }),
    ...(typeof iteration === 'string' && { iteration }),
    ...(typeof attempt === 'number' && { attempt }),
    ...(typeof timeout === 'number' && { timeout }),
    ...(typeof token === 'string' && { token }),
  };
}

function fusedStepIn(value: Json, fallback: string): FusedStep {
  const { step, input = null, reads, secrets, fused } = isObject(value) ? value : {};
  return {
    step: typeof step === 'string' ? step : fallback,
    input,
    ...(Array.isArray(reads) && { reads: reads.filter(isText) }),
    ...(Array.isArray(secrets) && { secrets: secrets.filter(isText) }),
    ...(Array.isArray(fused) && { fused: fused.flatMap(attachedWorkIn) }),
  };
}

function attachedWorkIn(value: Json): AttachedWork | readonly [] {
  const { step, path, does } = isObject(value) ? value : {};
  if (typeof step !== 'string' || typeof path !== 'string') return [];
  return { step, path, ...((does === 'store' || does === 'check-text') && { does }) };
}

function outputReadIn(value: Json): OutputRead | readonly [] {
  const { path, message, reader, lenient } = isObject(value) ? value : {};
  if (typeof message !== 'string') return [];
  return {
    message,
    ...(typeof path === 'string' && { path }),
    ...(typeof reader === 'string' && { reader }),
    ...(lenient === true && { lenient }),
  };
}

const isText = (value: Json): value is string => typeof value === 'string';

/** The parsed answer of a component's function. */
export interface Answer {
  /** Whether the step was skipped. */
  readonly skipped: boolean;
  /** Only for a fused chain. */
  readonly fusedStepTimes?: FusedStepTimes;
}

/** The result of a Task, from its function's answer. */
export const callResult = (answer: Slots): Json => ({ ExecutedVersion: '$LATEST', Payload: answer, StatusCode: 200 });

/** The input, arguments or output in an event of a history: AWS's has them as JSON text. */
export const readPayload = (payload: Json | undefined): Json | undefined =>
  typeof payload === 'string' ? JSON.parse(payload) : payload;

/** Reads the result of a Task that called a component, from an event of a history. */
export function readAnswer(output: Json | undefined): Answer {
  const result = readPayload(output);
  const slots = isObject(result) && isObject(result.Payload) ? result.Payload : {};
  return {
    skipped: slots.$skipped === true,
    ...(isObject(slots.$links) && { fusedStepTimes: readFusedStepTimes(slots.$links) }),
  };
}
