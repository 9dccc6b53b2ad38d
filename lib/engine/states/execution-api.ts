import { randomUUID } from 'node:crypto';
import type { Json, JsonObject } from '../../protocol/json.ts';
import { QUOTAS } from '../../protocol/quotas.ts';
import type { Execution } from '../execution/execution.ts';
import type { ExecutionEnd } from '../execution/run-to-end.ts';
import { uuidFrom } from '../execution/uuid.ts';
import { TaskError } from '../types.ts';

/** The failure of a task whose request the API of Step Functions refuses: its Error is the exception's name. */
export const apiError = (code: string, what: string): TaskError =>
  new TaskError(
    `StepFunctions.${code}Exception`,
    `${what} (Service: AWSStepFunctions; Status Code: 400; Error Code: ${code}; Request ID: ${randomUUID()}; Proxy: null)`,
  );

/** The input of an execution from the Input argument. The API expects a JSON text, so a string is parsed; any other value is used as it is. */
export function inputFrom(argument: Json | undefined): Json {
  if (argument === undefined || argument === null) return {};
  if (typeof argument !== 'string') return argument;
  try {
    return JSON.parse(argument);
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    throw apiError('InvalidExecutionInput', `Invalid State Machine Execution Input: '${why}'`);
  }
}

/** Source: "name", StartExecution, AWS Step Functions API reference. */
const NAME = new RegExp(String.raw`^[^\s<>{}[\]?*"#%\\^|~\x60$&,;:/\p{Cc}]{1,${QUOTAS.name}}$`, 'u');

/** The name of an execution from the Name argument; a random UUID if it is absent. */
export function nameFrom(argument: Json | undefined, random: () => number): string {
  if (argument === undefined || argument === null) return uuidFrom(random);
  const name = typeof argument === 'string' ? argument : JSON.stringify(argument);
  if (NAME.test(name)) return name;
  throw apiError('InvalidName', `Invalid Name: '${name}'`);
}

/**
 * The response of DescribeExecution for an execution that has ended, as a task gets it: fields in alphabetical order,
 * times in milliseconds since the epoch. `asText`: whether Input and Output are JSON texts or JSON values.
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
    ...(cause !== undefined && { Cause: cause.slice(0, QUOTAS.cause) }),
    // An execution that timed out is described without its error.
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
