import { TaskError, type TaskRequest, type TaskResolver } from '../../engine/types.ts';
import type { CallComponent } from '../../protocol/call-component.ts';
import { writeCause } from '../../protocol/cause.ts';
import { callResult, componentIn, INVOKE, invocationIn } from '../../protocol/component-task.ts';
import type { Invocation, Slots } from '../../protocol/invocation.ts';
import type { Handler, HostContext } from '../../runtime/wrapper.ts';
import type { InnerCalls } from '../durable/inner-calls.ts';

/** Finds the function of a component for the step that calls it, in a state or inside of another one's call; rejects where there is none. */
export type FindHandler = (component: string, step: string, stateName?: string) => Promise<Handler>;

/** Where an invocation's blobs, secrets and files are, and where its log goes. */
export interface Host extends Pick<HostContext, 'store' | 'log' | 'secrets' | 'files'> {
  /** Makes the calls that components make of others. @default makes each */
  readonly inner?: InnerCalls;
}

/** The path of the component that a task calls; undefined where it calls anything else. */
export const componentOf = ({ resource, arguments: given }: TaskRequest): string | undefined =>
  resource === INVOKE ? componentIn(given) : undefined;

/** Calls component functions in this process, as Lambda would: the same payload, the same answer, the same errors. */
export function componentResolver(find: FindHandler, host: Host): TaskResolver {
  return async (request) => {
    const component = componentOf(request);
    if (component === undefined) throw notOurs(request);
    const invocation = invocationOf(request);
    try {
      const handler = await find(component, invocation.step, request.stateName);
      const answer = await handler(invocation, hostOf(find, host, request.callId, request.signal));
      return callResult(answer);
    } catch (error) {
      throw asLambdaError(error);
    }
  };
}

/** What the invocation `id` is given beside its payload; a component that runs flows itself calls others by it. */
function hostOf(find: FindHandler, { inner, ...host }: Host, id: string, signal: AbortSignal): HostContext {
  const call: CallComponent = async (component, invocation, innerId) => {
    const make = async (): Promise<Slots> => {
      const handler = await find(component, invocation.step);
      const within = hostOf(find, { ...host, ...(inner && { inner }) }, `${id} / ${innerId}`, signal);
      return handler(structuredClone(invocation), within);
    };
    return inner && innerId !== undefined ? inner(id, innerId, make) : make();
  };
  return { ...host, id, call, signal };
}

/** A copy, as a function gets one: what a component does to its input stays with it. */
const invocationOf = ({ arguments: given, stateName, execution, attempt }: TaskRequest): Invocation =>
  structuredClone({ execution: execution.id, attempt, ...invocationIn(given, stateName) });

/** A thrown error as a state machine gets it from Lambda. */
function asLambdaError(error: unknown): TaskError {
  const thrown = error instanceof Error ? error : new Error(String(error));
  return new TaskError(thrown.name, writeCause(thrown));
}

function notOurs({ resource, stateName }: TaskRequest): TaskError {
  const message = `state "${stateName}" calls ${resource}, which this machine cannot: give a mock for it`;
  return new TaskError('UNREACHABLE', writeCause({ name: 'UNREACHABLE', message }));
}
