import type { Json } from '../../protocol/json.ts';
import type { Resource } from '../definition/resource.ts';
import { Cancellation } from '../execution/cancellation.ts';
import { HeartbeatTimeout, StateFailure } from '../execution/failures.ts';
import type { TaskTokens, WaitingTask } from '../execution/task-tokens.ts';
import type { Visit } from '../execution/visit.ts';
import type { TaskRequest } from '../types.ts';
import { callStartExecution } from './start-execution.ts';

/** How long a call may take, in seconds; undefined: as long as it likes. */
export interface CallLimits {
  readonly timeoutSeconds: number | undefined;
  readonly heartbeatSeconds: number | undefined;
}

/** Makes a task's call and gives its result. Rejects with a StateFailure or a TaskError. */
export function makeCall(visit: Visit, resource: Resource, input: Json, limits: CallLimits): Promise<Json> {
  const { tokens } = visit.branch.execution.host;
  const ask = (cancellation: Cancellation): Promise<Json> => {
    const request = requestOf(visit, resource, input, cancellation);
    if (request.token !== undefined && tokens) {
      const task = waitOn(visit, tokens, request.token);
      return callBack(visit, resource, request, { task, cancellation, heartbeatSeconds: limits.heartbeatSeconds });
    }
    return startOrAsk(visit, resource, request);
  };
  const { timeoutSeconds } = limits;
  return timeoutSeconds === undefined ? ask(visit.branch.cancellation) : withTimeout(visit, timeoutSeconds * 1000, ask);
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
    // In a fan-out each call has a signal of its own, which costs as much as all the rest, and few ask for it.
    get signal() {
      return cancellation.signal;
    },
  };
  return token === undefined ? request : Object.assign(request, { token });
}

/** A call that is over with its answer. */
function startOrAsk(visit: Visit, resource: Resource, request: TaskRequest): Promise<Json> {
  const started = resource.startsExecution ? callStartExecution(visit, resource, request) : undefined;
  if (started !== undefined) return started;
  if (resource.pattern !== 'requestResponse') visit.record(`${resource.events}Submitted`, resource.details);
  return visit.branch.execution.host.resolver(request);
}

/** A task that waits with its token, and when it last showed life. */
interface Waiting extends WaitingTask {
  readonly lastBeat: () => number;
}

/** What ends the waiting of a task but its answer. */
interface Wait {
  readonly task: Waiting;
  readonly cancellation: Cancellation;
  readonly heartbeatSeconds: number | undefined;
}

function waitOn({ clock }: Visit, tokens: TaskTokens, token: string): Waiting {
  let last = clock.now();
  const beat = () => {
    last = clock.now();
  };
  return Object.assign(tokens.wait(token, beat), { lastBeat: () => last });
}

/** A call whose own answer only says that it was made: the task's result comes with its token, at any time. */
async function callBack(
  visit: Visit,
  resource: Resource,
  request: TaskRequest,
  { task, cancellation, heartbeatSeconds }: Wait,
): Promise<Json> {
  const watch = new Cancellation(cancellation, { stopped: () => task.close() });
  const submit = async (): Promise<Json> => {
    const started = resource.startsExecution ? callStartExecution(visit, resource, request) : undefined;
    const output = (await (started ?? visit.branch.execution.host.resolver(request))) ?? null;
    if (task.isOpen) visit.record(`${resource.events}Submitted`, { ...resource.details, output });
    return task.answer;
  };
  const ends = [task.answer, submit()];
  if (heartbeatSeconds !== undefined) ends.push(heartbeats(visit, task, heartbeatSeconds * 1000, watch.signal));
  try {
    return await Promise.race(ends);
  } finally {
    watch.abort();
  }
}

/** Rejects when the task has shown no life for so long. */
async function heartbeats({ clock, id }: Visit, task: Waiting, ms: number, signal: AbortSignal): Promise<never> {
  for (;;) {
    const seen = task.lastBeat();
    await clock.sleep(seen + ms - clock.now(), signal, { id, isTimeout: true });
    if (task.lastBeat() === seen) throw new HeartbeatTimeout();
  }
}

/** Stops a call that takes too long, and its timer when it does not. */
async function withTimeout(
  visit: Visit,
  ms: number,
  ask: (cancellation: Cancellation) => Promise<Json>,
): Promise<Json> {
  const cancellation = new Cancellation(visit.branch.cancellation);
  const answer = ask(cancellation);
  const timer = visit.clock.sleep(ms, cancellation.signal, { id: visit.id, isTimeout: true }).then(() => {
    throw new StateFailure('States.Timeout');
  });
  try {
    return await Promise.race([answer, timer]);
  } finally {
    cancellation.abort();
  }
}
