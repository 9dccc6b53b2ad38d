import { TaskError, type TaskRequest, type TaskResolver } from '../../engine/types.ts';
import type { CallComponent } from '../../protocol/call-component.ts';
import { writeCause } from '../../protocol/cause.ts';
import { callResult, componentIn, INVOKE_AND_WAIT, invocationIn, invokes } from '../../protocol/component-task.ts';
import { errorText, FlowError } from '../../protocol/errors.ts';
import type { Invocation, Slots } from '../../protocol/invocation.ts';
import { WAITING_KEY } from '../../protocol/waiting.ts';
import type { Handler, HostContext } from '../../runtime/wrapper.ts';
import type { InnerCalls } from '../durable/inner-calls.ts';

/** Finds a component's function for the calling step. `stateName` is absent for a call from another component. Rejects if there is none. */
export type FindHandler = (component: string, step: string, stateName?: string) => Promise<Handler>;

/** What invocations get from the host of the run. */
export interface Host extends Pick<HostContext, 'store' | 'log' | 'measured' | 'secrets' | 'files'> {
  /** Makes, or replays, calls from components to other components. @default makes all calls */
  readonly inner?: InnerCalls;
  /** Hides the secrets in what a component that ended its process said. @default there are none */
  readonly hideSecrets?: (text: string) => string;
  /** Waits for the answer to what a component has asked, by the key of its record. @default nobody answers */
  readonly answers?: { readonly wait: (key: string, signal: AbortSignal) => Promise<Slots> };
}

/** The path of the component that a task calls; undefined if it calls anything else. */
export const componentOf = ({ resource, arguments: taskArguments }: TaskRequest): string | undefined =>
  invokes(resource) ? componentIn(taskArguments) : undefined;

/** Calls component functions locally with the payloads, answers and errors of Lambda. */
export function componentResolver(find: FindHandler, host: Host): TaskResolver {
  return async (request) => {
    const component = componentOf(request);
    if (component === undefined) throw unsupported(request);
    const invocation = invocationOf(request);
    try {
      const handler = await find(component, invocation.step, request.stateName);
      const answer = await handler(invocation, hostOf(find, host, request.callId, request.signal));
      const record = invocation.token === undefined ? undefined : answer[WAITING_KEY];
      // A mock answers at once.
      if (typeof record !== 'string') return callResult(answer);
      if (!host.answers) throw unanswerable(request);
      return callResult(await host.answers.wait(record, request.signal));
    } catch (error) {
      throw asLambdaError(error, host.hideSecrets);
    }
  };
}

/** The host context of the invocation `id`, with which a component can call others. */
function hostOf(
  find: FindHandler,
  { inner, hideSecrets: _, answers: __, ...host }: Host,
  id: string,
  signal: AbortSignal,
): HostContext {
  const call: CallComponent = async (component, invocation, innerId) => {
    const make = async (): Promise<Slots> => {
      const handler = await find(component, invocation.step);
      const innerHost = hostOf(find, { ...host, ...(inner && { inner }) }, `${id} / ${innerId}`, signal);
      return handler(structuredClone(invocation), innerHost);
    };
    return inner && innerId !== undefined ? inner(id, innerId, make) : make();
  };
  return { ...host, id, call, signal };
}

/**
 * A copy of the invocation, so that a component cannot change the state machine's data. Its task token is the id of the call,
 * which a resumed run has again: so it finds the answer that was given while nothing ran.
 */
const invocationOf = ({
  resource,
  arguments: taskArguments,
  stateName,
  execution,
  attempt,
  callId,
}: TaskRequest): Invocation =>
  structuredClone({
    ...{ execution: execution.id, attempt, ...invocationIn(taskArguments, stateName) },
    ...(resource === INVOKE_AND_WAIT && { token: callId }),
  });

/** Converts a thrown error to the error that Lambda reports to a state machine. */
function asLambdaError(error: unknown, hide = (text: string): string => text): TaskError {
  const { name, message, stack } = errorText(error);
  return new TaskError(name, writeCause({ name, message: hide(message), stack: hide(stack) }));
}

const unanswerable = ({ stateName }: TaskRequest): Error =>
  new FlowError(
    'UNREACHABLE',
    `state "${stateName}" waits for an answer, which nobody can give here: give a mock for it`,
  );

function unsupported({ resource, stateName }: TaskRequest): TaskError {
  const message = `state "${stateName}" calls ${resource}, which cannot be called locally: give a mock for it`;
  return new TaskError('UNREACHABLE', writeCause({ name: 'UNREACHABLE', message }));
}
