import { randomUUID } from 'node:crypto';
import type { Json, JsonObject } from '../../protocol/json.ts';
import { QUOTAS } from '../../protocol/quotas.ts';
import type { Execution } from '../execution/execution.ts';
import type { ExecutionEnd } from '../execution/run-to-end.ts';
import { uuidFrom } from '../execution/uuid.ts';
import { TaskError } from '../types.ts';

/** A request that the API of Step Functions refuses, as a task reports it: the Error has the exception's name. */
export const apiError = (code: string, what: string): TaskError =>
  new TaskError(
    `StepFunctions.${code}Exception`,
    `${what} (Service: AWSStepFunctions; Status Code: 400; Error Code: ${code}; Request ID: ${randomUUID()}; Proxy: null)`,
  );

/** The input of an execution. The API takes JSON as a text, so a text in Input is read, and anything else is written as one first. */
export function inputFrom(given: Json | undefined): Json {
  if (given === undefined || given === null) return {};
  if (typeof given !== 'string') return given;
  try {
    return JSON.parse(given);
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    throw apiError('InvalidExecutionInput', `Invalid State Machine Execution Input: '${why}'`);
  }
}

/** Source: "name", StartExecution, AWS Step Functions API reference. */
const NAME = new RegExp(String.raw`^[^\s<>{}[\]?*"#%\\^|~\x60$&,;:/\p{Cc}]{1,${QUOTAS.name}}$`, 'u');

/** The name of an execution; one of the host's random numbers where none is given. */
export function nameFrom(given: Json | undefined, random: () => number): string {
  if (given === undefined || given === null) return uuidFrom(random);
  const name = typeof given === 'string' ? given : JSON.stringify(given);
  if (NAME.test(name)) return name;
  throw apiError('InvalidName', `Invalid Name: '${name}'`);
}

/**
 * An execution that has ended, as a task gets it from DescribeExecution: names in the order of the alphabet, times in
 * milliseconds since the epoch. `asText`: whether Input and Output are JSON texts or JSON values.
 */
export function describeExecution(
  execution: Execution,
  machineArn: string,
  end: ExecutionEnd,
  asText: boolean,
): JsonObject {
  const { status, output, error, cause } = end;
  const payload = (value: Json): Json => (asText ? JSON.stringify(value) : value);
  return {
    ...(cause !== undefined && { Cause: cause }),
    // One that ran out of time is described without the error.
    ...(error !== undefined && status !== 'TIMED_OUT' && { Error: error }),
    ExecutionArn: execution.id,
    Input: payload(execution.input),
    InputDetails: { Included: true },
    Name: execution.name,
    ...(output !== undefined && { Output: payload(output), OutputDetails: { Included: true } }),
    RedriveCount: 0,
    ...redrive(status),
    StartDate: execution.startMs,
    StateMachineArn: machineArn,
    Status: status,
    StopDate: execution.host.clock.now(),
  };
}

const redrive = (status: ExecutionEnd['status']): JsonObject =>
  status === 'SUCCEEDED'
    ? { RedriveStatus: 'NOT_REDRIVABLE', RedriveStatusReason: 'Execution is SUCCEEDED and cannot be redriven' }
    : { RedriveStatus: 'REDRIVABLE' };
