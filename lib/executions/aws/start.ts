import { ExecutionAlreadyExists, StartExecutionCommand, StartSyncExecutionCommand } from '@aws-sdk/client-sfn';
import { executionName } from '../execution-name.ts';
import { type Described, isRunning, type StartRequest } from '../executions.ts';
import { Problem, SOON } from '../problem.ts';
import { readInput } from '../read-input.ts';
import { isSameInput } from '../values.ts';
import { withinTime } from '../within-time.ts';
import { describeFound, findExecution } from './describe.ts';
import { type AwsServices, executionArnOf, findFlow, type NamedFlow, startArnOf } from './services.ts';
import { waitFor } from './wait.ts';

/** An execution to start: its state machine's ARN, its name, its input. */
interface Execution {
  readonly stateMachineArn: string;
  readonly name: string;
  readonly input: string;
}

/** Starts an execution of a flow, and waits for its result as long as the request asks for. @throws Problem */
export async function start(services: AwsServices, request: StartRequest): Promise<Described> {
  const flow = findFlow(services.flows, request.flow);
  const { wait, patience } = request;
  if (flow.type === 'EXPRESS') return startExpress(services, flow, request);
  const started = await startStandard(services, flow, request);
  const ms = Math.min(wait ?? 0, patience);
  if (ms <= 0 || !isRunning(started.status)) return started;
  return waitFor(services, { flow, id: started.id, executionArn: executionArnOf(flow, started.id) }, ms);
}

async function startStandard(services: AwsServices, flow: NamedFlow, request: StartRequest): Promise<Described> {
  const { idempotencyKey: key } = request;
  const execution = await toStart(services, flow, request);
  try {
    return await begin(services, flow, execution);
  } catch (error) {
    if (!(error instanceof ExecutionAlreadyExists)) throw error;
    return startedBefore(services, flow, { ...execution, key });
  }
}

async function startExpress(services: AwsServices, flow: NamedFlow, request: StartRequest): Promise<Described> {
  const { idempotencyKey: key, isAsync = false, patience, wait = patience } = request;
  if (key !== undefined) throw noKeys(flow.name);
  const execution = await toStart(services, flow, request);
  if (isAsync || wait <= 0) return begin(services, flow, execution);
  return startAndWait(services, flow, execution, Math.min(wait, patience));
}

async function toStart(
  { blobs }: AwsServices,
  flow: NamedFlow,
  { body, source, idempotencyKey }: StartRequest,
): Promise<Execution> {
  const input = await readInput(body, await flow.facts(), blobs, source);
  return { stateMachineArn: startArnOf(flow), name: executionName(idempotencyKey), input };
}

async function begin({ sfn }: AwsServices, flow: NamedFlow, execution: Execution): Promise<Described> {
  const { executionArn = '' } = await sfn.send(new StartExecutionCommand(execution));
  return { id: execution.name, flow: flow.name, status: 'RUNNING', execution: { id: executionArn } };
}

/** Step Functions itself only takes a repeated start well while the first execution runs; this does at any time. */
async function startedBefore(
  services: AwsServices,
  flow: NamedFlow,
  { name, input, key }: Execution & { readonly key: string | undefined },
): Promise<Described> {
  const before = await findExecution(services, executionArnOf(flow, name));
  if (!before) throw notYetKnown(key);
  if (await isSameInput(before.input ?? '', input, services.blobs))
    return describeFound(services, { id: name, flow }, before);
  throw new Problem(
    'IDEMPOTENCY_CONFLICT',
    `The idempotency key "${key}" has started an execution with another input; send the same input, or another key`,
    { parameter: 'idempotencyKey' },
  );
}

/** The answer of an Express execution, or the refusal to wait for it any longer; it then goes on without us. */
async function startAndWait(
  services: AwsServices,
  flow: NamedFlow,
  execution: Execution,
  ms: number,
): Promise<Described> {
  const waiting = new AbortController();
  const result = services.sfn.send(new StartSyncExecutionCommand(execution), { abortSignal: waiting.signal });
  const found = await withinTime(services.pause, ms, result, () => {
    waiting.abort();
    return tooSlow(flow.name, execution.name, ms);
  });
  return describeFound(services, { id: execution.name, flow }, found);
}

const tooSlow = (flow: string, id: string, ms: number): Problem =>
  new Problem(
    'NO_RESULT_IN_TIME',
    `Flow "${flow}" has not ended within ${Math.round(ms / 1000)} seconds, and the API waits no longer; its execution "${id}" goes on, for five minutes at most, and nothing but its log group will tell how it ends: set the flow's metadata.aws.type to STANDARD to ask for its result later`,
  );

const noKeys = (flow: string): Problem =>
  new Problem(
    'INVALID_REQUEST',
    `Flow "${flow}" is an Express workflow, which may start twice for one key; leave the key out, or set the flow's metadata.aws.type to STANDARD`,
    { parameter: 'idempotencyKey' },
  );

const notYetKnown = (key: string | undefined): Problem =>
  new Problem(
    'RESOURCE_UNAVAILABLE',
    `The idempotency key "${key}" has started an execution that Step Functions cannot describe yet; send the request again in a few seconds`,
    { retryAfter: SOON },
  );
