import type { Json, JsonObject } from '../../protocol/json.ts';
import { QUOTAS } from '../../protocol/quotas.ts';
import type { Exit, StateCompiler } from '../definition/compiled.ts';
import { compileDataFlow } from '../definition/data-flow.ts';
import { compileField } from '../definition/field.ts';
import { parseResource, type Resource } from '../definition/resource.ts';
import { checkTask } from '../definition/task-fields.ts';
import { compileValue } from '../definition/value.ts';
import { failureDetails, StateFailure } from '../execution/failures.ts';
import type { Visit } from '../execution/visit.ts';
import { TaskError } from '../types.ts';
import { compileErrorHandling, withErrorHandling } from './error-handling.ts';
import { type CallLimits, makeCall } from './task-call.ts';

const SECONDS = { minimum: 1, maximum: QUOTAS.seconds };

/** Task: makes a call through the host's resolver. */
export const compileTask: StateCompiler = (name, section, loader) => {
  const resource = parseResource(section.text('Resource') ?? '');
  checkTask(section, resource);
  const next = loader.transition(section);
  const dataFlow = compileDataFlow(section);
  const errorHandling = compileErrorHandling(section, loader);
  const timeout = compileField(section, 'TimeoutSeconds', 'number', SECONDS);
  const heartbeat = compileField(section, 'HeartbeatSeconds', 'number', SECONDS);
  const role = compileValue(section, 'Credentials');

  async function attempt(visit: Visit): Promise<Exit> {
    const effectiveInput = dataFlow.effectiveInput(visit);
    const input = effectiveInput instanceof Promise ? await effectiveInput : effectiveInput;
    const limits = {
      timeoutSeconds: timeout && (await timeout.evaluate(visit, dataFlow.selectedInput(visit))),
      heartbeatSeconds: heartbeat && (await heartbeat.evaluate(visit, dataFlow.selectedInput(visit))),
    };
    const taskCredentials = role && (await role(visit, dataFlow.selectedInput(visit)));
    visit.checkPayload(input);
    const result = await perform(visit, resource, input, limits, taskCredentials);
    visit.setResult(result);
    const stateOutput = dataFlow.stateOutput(visit, result);
    const { output, assigned } = stateOutput instanceof Promise ? await stateOutput : stateOutput;
    return { output, assigned, next };
  }

  const isGuarded = errorHandling.retriers.length > 0 || errorHandling.catchers.length > 0;
  return {
    name,
    type: 'Task',
    waitsForToken: resource.pattern === 'waitForTaskToken',
    run: isGuarded ? (visit) => withErrorHandling(visit, errorHandling, attempt) : attempt,
  };
};

/** Makes the call and records its events. */
async function perform(
  visit: Visit,
  resource: Resource,
  input: Json,
  limits: CallLimits,
  taskCredentials?: Json,
): Promise<Json> {
  const { events, details } = resource;
  visit.record(`${events}Scheduled`, scheduled(resource, input, limits, taskCredentials));
  visit.record(`${events}Started`, details);
  try {
    const result = (await makeCall(visit, resource, input, limits)) ?? null;
    visit.branch.cancellation.check();
    visit.checkPayload(result, resource.dataLimitName);
    visit.record(`${events}Succeeded`, { ...details, output: result });
    return result;
  } catch (thrown) {
    visit.branch.cancellation.check();
    const failure = thrown instanceof TaskError || thrown instanceof StateFailure ? thrown : undefined;
    if (failure === undefined || visit.branch.execution.history.full) throw thrown;
    const type = failure.error === 'States.Timeout' ? 'TimedOut' : 'Failed';
    visit.record(`${events}${type}`, { ...details, ...failureDetails(failure) });
    throw thrown;
  }
}

function scheduled({ events, details }: Resource, input: Json, limits: CallLimits, taskCredentials?: Json): JsonObject {
  const event: JsonObject = events === 'Task' ? { ...details, parameters: input } : { ...details, input };
  if (limits.timeoutSeconds !== undefined) event.timeoutInSeconds = limits.timeoutSeconds;
  if (limits.heartbeatSeconds !== undefined) event.heartbeatInSeconds = limits.heartbeatSeconds;
  if (taskCredentials !== undefined) event.taskCredentials = taskCredentials;
  return event;
}
