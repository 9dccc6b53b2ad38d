import type { Json } from '../../protocol/json.ts';
import type { Resource } from '../definition/resource.ts';
import { Cancellation } from '../execution/cancellation.ts';
import { HeartbeatTimeout, StateFailure } from '../execution/failures.ts';
import type { TaskTokens, WaitingTask } from '../execution/task-tokens.ts';
import type { Visit } from '../execution/visit.ts';
import type { TaskRequest } from '../types.ts';
import { callStartExecution } from './start-execution.ts';

/** TimeoutSeconds and HeartbeatSeconds of a call; undefined: no limit. */
export interface CallLimits {
  readonly timeoutSeconds: number | undefined;
  readonly heartbeatSeconds: number | undefined;
}

/** Makes a task's call and resolves with its result. Rejects with a StateFailure or a TaskError. */
export function makeCall(visit: Visit, resource: Resource, input: Json, limits: CallLimits): Promise<Json> {
  const { tokens } = visit.branch.execution.host;
  const invoke = (cancellation: Cancellation): Promise<Json> => {
    const request = requestOf(visit, resource, input, cancellation);
    if (request.token !== undefined && tokens) {
      const task = waitForToken(visit, tokens, request.token);
      return callWithToken(visit, resource, request, { task, cancellation, heartbeatSeconds: limits.heartbeatSeconds });
    }
    return startOrInvoke(visit, resource, request);
  };
  const { timeoutSeconds } = limits;
  return timeoutSeconds === undefined
    ? invoke(visit.branch.cancellation)
    : withTimeout(visit, timeoutSeconds * 1000, invoke);
}

function requestOf(visit: Visit, { arn }: Resource, input: Json, cancellation: Cancellation): TaskRequest {
  const { branch, state, retryCount, token } = visit;
  const { execution } = branch;
  const request = {
    resource: arn,
    arguments: input,
    stateName: state.name,
    attempt: retryCount,
    execution: { id: execution.id, name: execution.name },
    callId: visit.id,
    // Created on demand: in a fan-out, the signals would cost as much as everything else, and few resolvers use them.
    get signal() {
      return cancellation.signal;
    },
  };
  return token === undefined ? request : Object.assign(request, { token });
}

/** A call whose answer is the task's result. */
function startOrInvoke(visit: Visit, resource: Resource, request: TaskRequest): Promise<Json> {
  const started = resource.startsExecution ? callStartExecution(visit, resource, request) : undefined;
  if (started !== undefined) return started;
  if (resource.pattern !== 'requestResponse') visit.record(`${resource.events}Submitted`, resource.details);
  return visit.branch.execution.host.resolver(request);
}

/** A task that waits for its task token, and the time of its last heartbeat. */
interface WaitingWithHeartbeat extends WaitingTask {
  readonly lastHeartbeat: () => number;
}

/** How a task waits for its task token. */
interface CallbackWait {
  readonly task: WaitingWithHeartbeat;
  readonly cancellation: Cancellation;
  readonly heartbeatSeconds: number | undefined;
}

function waitForToken({ clock }: Visit, tokens: TaskTokens, token: string): WaitingWithHeartbeat {
  let last = clock.now();
  const onHeartbeat = () => {
    last = clock.now();
  };
  return Object.assign(tokens.wait(token, onHeartbeat), { lastHeartbeat: () => last });
}

/** A call whose own answer only confirms it: the task's result arrives with its task token, at any time. */
async function callWithToken(
  visit: Visit,
  resource: Resource,
  request: TaskRequest,
  { task, cancellation, heartbeatSeconds }: CallbackWait,
): Promise<Json> {
  const waiting = new Cancellation(cancellation, { stopped: () => task.close() });
  const submit = async (): Promise<Json> => {
    const started = resource.startsExecution ? callStartExecution(visit, resource, request) : undefined;
    const output = (await (started ?? visit.branch.execution.host.resolver(request))) ?? null;
    if (task.isOpen) visit.record(`${resource.events}Submitted`, { ...resource.details, output });
    return task.answer;
  };
  const ends = [task.answer, submit()];
  if (heartbeatSeconds !== undefined) ends.push(heartbeatTimeout(visit, task, heartbeatSeconds * 1000, waiting.signal));
  try {
    return await Promise.race(ends);
  } finally {
    waiting.abort();
  }
}

/** Rejects when there was no heartbeat for `ms` milliseconds. */
async function heartbeatTimeout(
  { clock, id }: Visit,
  task: WaitingWithHeartbeat,
  ms: number,
  signal: AbortSignal,
): Promise<never> {
  for (;;) {
    const seen = task.lastHeartbeat();
    await clock.sleep(seen + ms - clock.now(), signal, { id, isTimeout: true });
    if (task.lastHeartbeat() === seen) throw new HeartbeatTimeout();
  }
}

/** Stops a call when it times out, and the timer when the call ends first. */
async function withTimeout(
  visit: Visit,
  ms: number,
  invoke: (cancellation: Cancellation) => Promise<Json>,
): Promise<Json> {
  const cancellation = new Cancellation(visit.branch.cancellation);
  const answer = invoke(cancellation);
  const timer = visit.clock.sleep(ms, cancellation.signal, { id: visit.id, isTimeout: true }).then(() => {
    throw new StateFailure('States.Timeout');
  });
  try {
    return await Promise.race([answer, timer]);
  } finally {
    cancellation.abort();
  }
}
