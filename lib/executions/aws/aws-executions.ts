import { type Executions, type FlowDescription, isRunning } from '../executions.ts';
import { Problem } from '../problem.ts';
import { describe, requireExecution, resultFrom } from './describe.ts';
import { list } from './list.ts';
import { type AwsServices, findFlow, placeOf } from './services.ts';

/** The executions of deployed flows: by Step Functions, with large values in S3. Loads what a request needs when it is made. */
export function awsExecutions(services: AwsServices): Executions {
  const { flows } = services;
  return {
    flows: () =>
      Object.entries(flows).map(([name, { type, description }]) => ({
        ...{ name, type },
        ...(description !== undefined && { description }),
      })),
    flow: (name) => describeFlow(services, name),
    start: async (request) => (await import('./start.ts')).start(services, request),
    describe: (flow, id) => describe(services, flow, id),
    wait: async (flow, id, ms) => (await import('./wait.ts')).waitFor(services, placeOf(flows, flow, id), ms),
    list: (flow, page = {}) => list(services, flow, page),
    stop: async (flow, id, reason) => (await import('./change.ts')).stop(services, flow, id, reason),
    redrive: async (flow, id) => (await import('./change.ts')).redrive(services, flow, id),
    history: async (flow, id, page = {}) => (await import('./history.ts')).history(services, flow, id, page),
    follow: async (flow, id, request = {}) => (await import('./follow.ts')).follow(services, flow, id, request),
    logs: async (flow, id, request) => (await import('./logs.ts')).logs(services, flow, id, request),
    result: (flow, id) => result(services, flow, id),
    waiting: async (flow, id) => (await import('./waiting.ts')).waiting(services, flow, id),
    respond: async (flow, id, request) => (await import('./waiting.ts')).respond(services, flow, id, request),
  };
}

async function describeFlow({ flows }: AwsServices, written: string): Promise<FlowDescription> {
  const { name, type, facts, details } = findFlow(flows, written);
  const [{ description, inputSchema }, { outputSchema, examples }] = await Promise.all([facts(), details()]);
  return {
    ...{ name, type },
    ...(description !== undefined && { description }),
    ...(inputSchema !== undefined && { inputSchema }),
    ...(outputSchema !== undefined && { outputSchema }),
    examples,
  };
}

async function result(services: AwsServices, flow: string, id: string) {
  const place = placeOf(services.flows, flow, id);
  const found = await requireExecution(services, place);
  if (!isRunning(found.status ?? 'RUNNING')) return resultFrom(found, services);
  throw new Problem('NOT_ENDED', `Execution "${place.id}" is still running; wait for its end, or ask for its status`);
}
