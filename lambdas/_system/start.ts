import { isDeepStrictEqual } from 'node:util';
import {
  type DescribeExecutionOutput,
  ExecutionAlreadyExists,
  StartExecutionCommand,
  StartSyncExecutionCommand,
} from '@aws-sdk/client-sfn';
import { hydrate } from '../../lib/runtime/index.ts';
import { type Described, describeFound, findExecution } from './describe.ts';
import { executionName } from './execution-name.ts';
import { Problem, SOON } from './problem.ts';
import { readInput } from './read-input.ts';
import { type DeployedFlow, executionArnOf, findFlow, type Services, startArnOf } from './services.ts';
import { withinTime } from './time.ts';

/** A request to start a flow: `body` is its input, in JSON. */
export interface StartRequest {
  readonly flow: string;
  readonly body: string;
  /** Requests with the same key and the same input start one execution. */
  readonly idempotencyKey?: string;
  /** Whether an Express flow is only started, too. @default false: its result is waited for */
  readonly isAsync?: boolean;
  /** Milliseconds that a result may be waited for. */
  readonly patience: number;
}

/** An execution to start: its state machine's ARN, its name, its input. */
interface Execution {
  readonly stateMachineArn: string;
  readonly name: string;
  readonly input: string;
}

/**
 * Starts an execution of a flow. That of an Express flow is waited for: nothing else will ever tell its result. An execution
 * that the idempotency key has started before is described as it is now. @throws Problem
 */
export async function start(services: Services, request: StartRequest): Promise<Described> {
  const flow = findFlow(services.flows, request.flow);
  const { idempotencyKey: key } = request;
  if (flow.type === 'EXPRESS' && key !== undefined) throw noKeys(flow.name);
  const name = executionName(key);
  const input = await readInput(request.body, flow, services.blobs);
  const execution = { stateMachineArn: startArnOf(flow), name, input };
  if (flow.type === 'EXPRESS' && !request.isAsync)
    return startAndWait(services, flow.name, execution, request.patience);
  try {
    const { executionArn = '' } = await services.sfn.send(new StartExecutionCommand(execution));
    return { id: name, flow: flow.name, status: 'RUNNING', execution: { id: executionArn } };
  } catch (error) {
    if (!(error instanceof ExecutionAlreadyExists)) throw error;
    return startedBefore(services, flow, { ...execution, key });
  }
}

/** Step Functions itself only takes a repeated start well while the first execution runs; this does at any time. */
async function startedBefore(
  services: Services,
  flow: DeployedFlow & { readonly name: string },
  { name, input, key }: Execution & { readonly key: string | undefined },
): Promise<Described> {
  const before = await findExecution(services, executionArnOf(flow, name));
  if (!before) throw notYetKnown(key);
  if (await hasInput(before, input, services.blobs)) {
    return describeFound(services, { id: name, flow: flow.name }, before);
  }
  throw new Problem(
    'IDEMPOTENCY_CONFLICT',
    `The idempotency key "${key}" has started an execution with another input; send the same input, or another key`,
  );
}

/** Whether an execution began with the value of an input. After another deployment, other parts of it may be in blobs. */
async function hasInput(
  { input: before = '' }: DescribeExecutionOutput,
  input: string,
  blobs: Services['blobs'],
): Promise<boolean> {
  if (before === input) return true;
  const [first, second] = await Promise.all([before, input].map((text) => hydrate(JSON.parse(text || 'null'), blobs)));
  return isDeepStrictEqual(first, second);
}

/** The answer of an Express execution, or the refusal to wait for it any longer; it then goes on without us. */
async function startAndWait(
  services: Services,
  flow: string,
  execution: Execution,
  patience: number,
): Promise<Described> {
  const waiting = new AbortController();
  const result = services.sfn.send(new StartSyncExecutionCommand(execution), { abortSignal: waiting.signal });
  const found = await withinTime(services, patience, result, () => {
    waiting.abort();
    return tooSlow(flow, execution.name, patience);
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
  );

const notYetKnown = (key: string | undefined): Problem =>
  new Problem(
    'RESOURCE_UNAVAILABLE',
    `The idempotency key "${key}" has started an execution that Step Functions cannot describe yet; send the request again in a few seconds`,
    { retryAfter: SOON },
  );
