import type { Retrier, Template } from '../../../asl/state-machine.ts';
import { callArguments, INVOKE, INVOKE_AND_WAIT, taskTimeout } from '../../../protocol/component-task.ts';
import { QUOTAS } from '../../../protocol/quotas.ts';
import { defined, type Evaluated, type TemplatedInvocation, type Undefinable } from '../../../protocol/templated.ts';
import { evaluated, type Jsonata, jsonata, quote } from '../jsonata/jsonata.ts';
import { transportRetries } from './retry.ts';

/** The fields of a Task state that calls a component's function. */
export interface Call {
  readonly Type: 'Task';
  readonly Resource: string;
  readonly Arguments: Template;
  readonly Retry: readonly Retrier[];
  readonly TimeoutSeconds: number | Evaluated;
}

/** How a call differs from one that is for no step of the flow. */
export interface CallOptions {
  /** Further retriers. */
  readonly retry?: readonly Retrier[];
  /** Seconds that its function may take. @default as many as any function */
  readonly seconds?: number | undefined;
  /** Of a component that waits: how many seconds, from the call on, the task waits for its answer. @default it does not */
  readonly waits?: number | Evaluated | undefined;
}

/** What the function answers. */
export const ANSWER: Jsonata = jsonata`$states.result.Payload`;

/** The call of a component. `payload`: without the fields that are the same in each; `execution` @default the state's own. */
export const callOf = (
  component: string,
  payload: Undefinable<Omit<TemplatedInvocation, 'attempt' | 'token'>>,
  { retry = [], seconds = QUOTAS.functionSeconds, waits }: CallOptions = {},
): Call => ({
  Type: 'Task',
  Resource: waits === undefined ? INVOKE : INVOKE_AND_WAIT,
  Arguments: callArguments(
    component,
    defined<TemplatedInvocation>({
      ...payload,
      execution: payload.execution ?? evaluated(jsonata`$states.context.Execution.Id`),
      attempt: evaluated(jsonata`$states.context.State.RetryCount`),
      token: waits === undefined ? undefined : evaluated(jsonata`$states.context.Task.Token`),
    }),
  ),
  // A deployment replaces it where the function's own timeout is shorter.
  TimeoutSeconds: waits ?? taskTimeout(seconds),
  Retry: [...transportRetries, ...retry],
});

/** Whether a part of a value was spilled: its text has a marker. */
export const isSpilled = (value: Jsonata): Jsonata => jsonata`$contains($string(${value}), ${quote('"$blob":')})`;
