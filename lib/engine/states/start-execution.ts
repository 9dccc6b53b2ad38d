import { isObject, type Json, type JsonObject } from '../../protocol/json.ts';
import type { Resource } from '../definition/resource.ts';
import { Execution } from '../execution/execution.ts';
import { runToEnd } from '../execution/run-to-end.ts';
import type { Visit } from '../execution/visit.ts';
import { type NestedMachine, TaskError, type TaskRequest } from '../types.ts';
import { apiError, describeExecution, inputFrom, nameFrom } from './execution-api.ts';

/** What a task asks for: its arguments, and the state machine that they name. */
interface Asked {
  readonly given: JsonObject;
  readonly arn: string;
  readonly nested: NestedMachine;
}

/**
 * Makes the call of a task that starts a state machine. Gives what StartExecution answers, or with `.sync` waits for the
 * execution to end and gives its description. Undefined where the host knows no such state machine.
 */
export function callStartExecution(visit: Visit, resource: Resource, request: TaskRequest): Promise<Json> | undefined {
  const given = isObject(request.arguments) ? request.arguments : {};
  const { StateMachineArn: arn } = given;
  if (typeof arn !== 'string') return undefined;
  const nested = visit.branch.execution.host.nestedMachines?.(arn, request);
  return nested && start(visit, resource, request.signal, { given, arn, nested });
}

async function start(visit: Visit, resource: Resource, signal: AbortSignal, asked: Asked): Promise<Json> {
  const { execution } = visit.branch;
  const child = childOf(visit, asked);
  const response = { ExecutionArn: child.id, StartDate: child.startMs };
  if (resource.pattern !== 'sync') {
    detach(child, asked.nested);
    return response;
  }
  visit.record('TaskSubmitted', { ...resource.details, output: response });
  const end = await runToEnd(child, asked.nested.machine, signal, abortCause(execution));
  if (end.status === 'SUCCEEDED') return describeExecution(child, asked.arn, end, !resource.parsesOutput);
  throw new TaskError('States.TaskFailed', JSON.stringify(describeExecution(child, asked.arn, end, true)));
}

/** An execution with a history and variables of its own. No other of its state machine may have had its name. */
function childOf(visit: Visit, { given, nested }: Asked): Execution {
  const parent = visit.branch.execution;
  const type = nested.type ?? 'STANDARD';
  const host = { ...parent.host, type, stateMachineName: nested.name };
  const child = new Execution(host, nameFrom(given.Name, host.random), inputFrom(given.Input), parent, visit.pathOf(0));
  const { ids } = host.executionTree;
  if (type === 'STANDARD' && ids.has(child.id))
    throw apiError('ExecutionAlreadyExists', `Execution Already Exists: '${child.id}'`);
  ids.add(child.id);
  return child;
}

/** Starts an execution that nobody in the family waits for: only the host stops it, and waits for it at the end. */
function detach(child: Execution, { machine }: NestedMachine): void {
  const { signal, detached } = child.host.executionTree;
  const end = runToEnd(child, machine, signal);
  // The host awaits it later: until then a fault of its own must not end the process.
  end.catch(() => {});
  detached.push(end);
}

/** AWS's words for the end of an execution whose parent stopped waiting for it. */
const abortCause = ({ id }: Execution): string =>
  `The Task state in AWS Step Functions execution [${id}] which was managing this resource was aborted`;
