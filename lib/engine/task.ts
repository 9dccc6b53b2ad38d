import type { Json, JsonObject } from '../runtime/json.ts';
import { Cancellation } from './cancellation.ts';
import type { Exit, StateCompiler } from './compiled.ts';
import { compileDataFlow } from './data-flow.ts';
import { failureDetails, StateFailure } from './failures.ts';
import { compileField } from './field.ts';
import { parseResource, type Resource } from './resource.ts';
import { compileGuard, guarded } from './retry.ts';
import { startExecution } from './start-execution.ts';
import { compileTemplate } from './template.ts';
import { TaskError } from './types.ts';
import type { Visit } from './visit.ts';

/** Task: makes a call, through the host's resolver. */
export const compileTask: StateCompiler = (name, section, loader) => {
  const resource = parseResource(section.text('Resource') ?? '');
  if (resource.arn === '') section.problem('wanted the ARN of what the task calls', 'Resource');
  const next = loader.transition(section);
  const flow = compileDataFlow(section);
  const guard = compileGuard(section, loader);
  const timeout = compileField(section, 'TimeoutSeconds', 'number');
  const heartbeat = compileField(section, 'HeartbeatSeconds', 'number');
  const credentials = section.language === 'JSONata' && section.value.Credentials;
  const role = credentials ? compileTemplate(credentials, section.site('Credentials')) : undefined;

  async function attempt(visit: Visit): Promise<Exit> {
    const given = flow.input(visit);
    const input = given instanceof Promise ? await given : given;
    const limits: JsonObject = {};
    if (timeout) limits.timeoutInSeconds = await timeout.evaluate(visit);
    if (heartbeat) limits.heartbeatInSeconds = await heartbeat.evaluate(visit);
    if (role) limits.taskCredentials = await role.render(visit);
    visit.measure(input, resource.arn);
    const result = await perform(visit, resource, input, limits);
    visit.succeed(result);
    const settled = flow.settle(visit, result);
    const { output, assigned } = settled instanceof Promise ? await settled : settled;
    return { output, assigned, next };
  }

  const isGuarded = guard.retriers.length > 0 || guard.catchers.length > 0;
  return {
    name,
    type: 'Task',
    hasToken: resource.hasToken,
    run: isGuarded ? (visit) => guarded(visit, guard, () => attempt(visit)) : attempt,
  };
};

/** Makes the call and records its events. */
async function perform(visit: Visit, resource: Resource, input: Json, limits: JsonObject): Promise<Json> {
  const { events, details } = resource;
  const given = events === 'Task' ? { parameters: input } : { input };
  visit.record(`${events}Scheduled`, { ...details, ...given, ...limits });
  visit.record(`${events}Started`, details);
  try {
    const result = (await call(visit, resource, input, limits.timeoutInSeconds)) ?? null;
    visit.branch.cancellation.check();
    visit.measure(result, resource.arn);
    visit.record(`${events}Succeeded`, { ...details, output: result });
    return result;
  } catch (thrown) {
    visit.branch.cancellation.check();
    const failure = thrown instanceof TaskError || thrown instanceof StateFailure ? thrown : undefined;
    if (failure === undefined || visit.branch.run.history.full) throw thrown;
    const type = failure.error === 'States.Timeout' ? 'TimedOut' : 'Failed';
    visit.record(`${events}${type}`, { ...details, ...failureDetails(failure) });
    throw thrown;
  }
}

function call(visit: Visit, resource: Resource, input: Json, timeoutSeconds: Json | undefined): Promise<Json> {
  const { branch, state, retryCount } = visit;
  const { run } = branch;
  const ask = (cancellation: Cancellation): Promise<Json> => {
    const request = {
      resource: resource.arn,
      arguments: input,
      stateName: state.name,
      attempt: retryCount,
      execution: { id: run.id, name: run.name },
      call: visit.id,
      signal: cancellation.signal,
    };
    const started = resource.startsExecution ? startExecution(visit, resource, request) : undefined;
    if (started !== undefined) return started;
    if (resource.isSubmitted) visit.record(`${resource.events}Submitted`, resource.details);
    return run.host.resolver(request);
  };
  return typeof timeoutSeconds === 'number' ? withTimeout(visit, timeoutSeconds * 1000, ask) : ask(branch.cancellation);
}

/** Stops a call that takes too long, and its timer when it does not. */
async function withTimeout(
  visit: Visit,
  ms: number,
  ask: (cancellation: Cancellation) => Promise<Json>,
): Promise<Json> {
  const cancellation = new Cancellation(visit.branch.cancellation);
  const answer = ask(cancellation);
  const timer = visit.clock.sleep(ms, cancellation.signal, { id: visit.id, limits: true }).then(() => {
    throw new StateFailure('States.Timeout');
  });
  try {
    return await Promise.race([answer, timer]);
  } finally {
    cancellation.abort();
  }
}
