import { isObject, type Json, type JsonObject } from '../../protocol/json.ts';
import type { Resource } from '../definition/resource.ts';
import { Execution } from '../execution/execution.ts';
import { runToEnd } from '../execution/run-to-end.ts';
import type { Visit } from '../execution/visit.ts';
import { EndlessExecutions, type NestedMachine, TaskError, type TaskRequest } from '../types.ts';
import { apiError, describeExecution, inputFrom, nameFrom } from './execution-api.ts';

/** The request of a task: its arguments, and the state machine that they name. */
interface StartRequest {
  readonly args: JsonObject;
  readonly arn: string;
  readonly nested: NestedMachine;
}

/**
 * Makes the call of a task that starts an execution. Resolves with the response of StartExecution or, with `.sync`, waits
 * for the execution to end and resolves with its description. Undefined if the host knows no such state machine.
 */
export function callStartExecution(visit: Visit, resource: Resource, request: TaskRequest): Promise<Json> | undefined {
  const args = isObject(request.arguments) ? request.arguments : {};
  const { StateMachineArn: arn } = args;
  if (typeof arn !== 'string') return undefined;
  const nested = visit.branch.execution.host.nestedMachines?.(arn, request);
  return nested && start(visit, resource, request.signal, { args, arn, nested });
}

async function start(visit: Visit, resource: Resource, signal: AbortSignal, request: StartRequest): Promise<Json> {
  const { execution } = visit.branch;
  const child = childOf(visit, request);
  // An execution runs at once up to its first wait, and those nested in it do: the stack would not suffice.
  if (child.depth % EXECUTIONS_A_STACK === 0) await undefined;
  const response = { ExecutionArn: child.id, StartDate: child.startMs };
  if (resource.pattern !== 'sync') {
    detach(child, request.nested);
    return response;
  }
  visit.record('TaskSubmitted', { ...resource.details, output: response });
  const end = await runToEnd(child, request.nested.machine, signal, abortCause(execution));
  if (end.status === 'SUCCEEDED') return describeExecution(child, request.arn, end, !resource.parsesOutput);
  throw new TaskError('States.TaskFailed', JSON.stringify(describeExecution(child, request.arn, end, true)));
}

/**
 * How deep executions may be nested in each other here; AWS, which has no such limit, would start them until the account may
 * have no more. The loops of flows need a fraction of it.
 */
const MAX_NESTED_EXECUTIONS = 1000;

const EXECUTIONS_A_STACK = 20;

/** A child execution, with its own history and variables. Its name must be new for its state machine. */
function childOf(visit: Visit, { args, nested }: StartRequest): Execution {
  const parent = visit.branch.execution;
  if (parent.depth >= MAX_NESTED_EXECUTIONS) throw tooDeep(nested.name);
  const type = nested.type ?? 'STANDARD';
  const host = { ...parent.host, type, stateMachineName: nested.name };
  const child = new Execution(host, nameFrom(args.Name, host.random), inputFrom(args.Input), parent, visit.pathOf(0));
  if (type === 'STANDARD' && args.Name !== undefined && args.Name !== null) takeName(child);
  return child;
}

const tooDeep = (name: string): EndlessExecutions =>
  new EndlessExecutions(
    `more than ${MAX_NESTED_EXECUTIONS} executions are nested in each other: the state machine "${name}" starts itself, directly or through others, and nothing ends that`,
  );

/** Keeps the id of an execution with a given name: a random one is new anyway, and a loop may start any number of executions. */
function takeName({ id, host }: Execution): void {
  const { ids } = host.executionTree;
  if (ids.has(id)) throw apiError('ExecutionAlreadyExists', `Execution Already Exists: '${id}'`);
  ids.add(id);
}

/** Starts an execution that its parent does not wait for: only the host stops it, and waits for it at the end. */
function detach(child: Execution, { machine }: NestedMachine): void {
  const { signal, detached } = child.host.executionTree;
  const end = runToEnd(child, machine, signal);
  // It is awaited later: until then a rejection must not end the process.
  end.catch(() => {});
  detached.push(end);
}

/** AWS's cause for an execution that was aborted because its parent stopped waiting for it. */
const abortCause = ({ id }: Execution): string =>
  `The Task state in AWS Step Functions execution [${id}] which was managing this resource was aborted`;
