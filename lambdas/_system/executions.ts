import { createHash, randomUUID } from 'node:crypto';
import {
  DescribeExecutionCommand,
  type DescribeExecutionOutput,
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  type SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { LIVE_ALIAS } from '../../lib/protocol/deployed.ts';
import { QUOTAS } from '../../lib/protocol/quotas.ts';
import { checkInput } from '../../lib/run/input/check-input.ts';
import type { FlowResult } from '../../lib/run/report/events.ts';
import { resultOf } from '../../lib/run/report/outcome.ts';
import { type BlobStore, type InputBudget, isFlowError, type Json, spillInput } from '../../lib/runtime/index.ts';
import { Problem } from './problem.ts';
import { readResult } from './read-result.ts';

/** A deployed flow, as the function knows it. */
export interface DeployedFlow {
  readonly stateMachineArn: string;
  readonly type: 'STANDARD' | 'EXPRESS';
  readonly inputSchema?: Json;
  readonly inputBudget: InputBudget;
}

/** What starting and describing executions needs. */
export interface Services {
  readonly flows: { readonly [name: string]: DeployedFlow };
  readonly sfn: Pick<SFNClient, 'send'>;
  readonly blobs: Pick<BlobStore, 'get' | 'put'>;
}

/** A request to start a flow: `body` is its input, in JSON. */
export interface StartRequest {
  readonly flow: string;
  readonly body: string;
  /** Requests with the same key and the same input start one execution. */
  readonly idempotencyKey?: string;
}

/** A started execution. */
export interface Started {
  readonly id: string;
  readonly flow: string;
  readonly status: 'RUNNING';
  readonly execution: { readonly id: string };
}

/** An execution's status, and its flow's result once it has ended. */
export type Described = { readonly id: string; readonly flow: string; readonly status: string } & (
  | FlowResult
  | object
) & {
    readonly execution: { readonly id: string; readonly durationMs?: number };
  };

/** Starts an execution. @throws Problem */
export async function start({ flows, sfn, blobs }: Services, request: StartRequest): Promise<Started> {
  const flow = findFlow(flows, request.flow);
  const name = executionName(request, flow);
  const input = await readInput(request.body, flow, blobs);
  const command = new StartExecutionCommand({ stateMachineArn: startArnOf(flow), name, input });
  try {
    const { executionArn = '' } = await sfn.send(command);
    return started(request.flow, name, executionArn);
  } catch (error) {
    if (!(error instanceof ExecutionAlreadyExists)) throw error;
    return await startedBefore(sfn, flow, request, name, input);
  }
}

const started = (flow: string, id: string, arn: string): Started => ({
  id,
  flow,
  status: 'RUNNING',
  execution: { id: arn },
});

/** Step Functions itself only takes a repeated start well while the first execution runs; this does at any time. */
async function startedBefore(
  sfn: Services['sfn'],
  flow: DeployedFlow,
  request: StartRequest,
  name: string,
  input: string,
): Promise<Started> {
  const executionArn = executionArnOf(flow, name);
  const before = await sfn.send(new DescribeExecutionCommand({ executionArn }));
  if (before.input === input) return started(request.flow, name, executionArn);
  throw new Problem(
    'IDEMPOTENCY_CONFLICT',
    `The idempotency key "${request.idempotencyKey}" has started an execution with another input; send the same input, or another key`,
  );
}

/** An execution's status; where it has ended, its flow's result with all spilled values read back. @throws Problem */
export async function describe({ flows, sfn, blobs }: Services, name: string, id: string): Promise<Described> {
  const flow = findFlow(flows, name);
  if (flow.type === 'EXPRESS') throw notObservable(name);
  const executionArn = executionArnOf(flow, id);
  const execution = await sfn.send(new DescribeExecutionCommand({ executionArn })).catch((error: unknown) => {
    throw error instanceof ExecutionDoesNotExist ? noExecution(name, id) : error;
  });
  const status = execution.status ?? 'RUNNING';
  const result = status === 'RUNNING' || status === 'PENDING_REDRIVE' ? {} : await resultFrom(execution, blobs);
  return { id, flow: name, status, ...result, execution: { id: executionArn, ...duration(execution) } };
}

async function resultFrom(execution: DescribeExecutionOutput, blobs: Services['blobs']): Promise<FlowResult> {
  const { status, output, error, cause } = execution;
  if (status === 'SUCCEEDED') {
    return resultOf({ status, output: await readResult(JSON.parse(output ?? 'null'), blobs) }, undefined);
  }
  const ended = status === 'TIMED_OUT' || status === 'ABORTED' ? status : 'FAILED';
  return resultOf({ status: ended, ...(error && { error }), ...(cause && { cause }) }, undefined);
}

const duration = ({ startDate, stopDate }: DescribeExecutionOutput): { durationMs?: number } =>
  startDate && stopDate ? { durationMs: stopDate.getTime() - startDate.getTime() } : {};

function findFlow(flows: Services['flows'], name: string): DeployedFlow {
  const flow = Object.hasOwn(flows, name) ? flows[name] : undefined;
  if (flow) return flow;
  const known = Object.keys(flows).map((flow) => `"${flow}"`);
  throw new Problem('FLOW_NOT_FOUND', `There is no flow "${name}"; there are ${known.join(', ') || 'none'}`);
}

/** The input as the state machine gets it, what is large of it in blobs. @throws Problem where it is not JSON, does not fit the flow's schema or is too large */
async function readInput(body: string, flow: DeployedFlow, blobs: Services['blobs']): Promise<string> {
  const text = body.trim() === '' ? '{}' : body;
  const input = parse(text);
  const diagnostics = checkInput(input, flow.inputSchema, { file: 'body', text });
  if (diagnostics.length > 0)
    throw new Problem('INVALID_INPUT', diagnostics.map(({ message }) => message).join('; '), diagnostics);
  try {
    return JSON.stringify(await spillInput(input, flow.inputBudget, blobs));
  } catch (error) {
    if (!isFlowError(error)) throw error;
    throw new Problem('INPUT_TOO_LARGE', error.message);
  }
}

function parse(text: string): Json {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Problem('INVALID_INPUT', `The body is not JSON (${why}); send the flow's input as a JSON document`);
  }
}

/** Characters that need no thought in an execution's name. */
const PLAIN_NAME = new RegExp(`^[A-Za-z0-9_-]{1,${QUOTAS.name}}$`);

/** The key itself where it can be a name, so that it is found again in the console; else its hash. */
function executionName({ flow: name, idempotencyKey: key }: StartRequest, flow: DeployedFlow): string {
  if (key === undefined) return randomUUID();
  if (flow.type === 'EXPRESS') {
    throw new Problem(
      'INVALID_REQUEST',
      `Flow "${name}" is an Express workflow, which may start twice for one key; leave the key out, or set the flow's metadata.aws.type to STANDARD`,
    );
  }
  return PLAIN_NAME.test(key) ? key : createHash('sha256').update(key).digest('hex');
}

/** Executions are started with the version that the latest deployment published, or during a gradual one the previous one. */
const startArnOf = ({ stateMachineArn }: DeployedFlow): string => `${stateMachineArn}:${LIVE_ALIAS}`;

/** The ARN of an execution names neither version nor alias. */
const executionArnOf = ({ stateMachineArn }: DeployedFlow, id: string): string =>
  `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${id}`;

const noExecution = (flow: string, id: string): Problem =>
  new Problem(
    'EXECUTION_NOT_FOUND',
    `Flow "${flow}" has no execution "${id}"; AWS forgets an execution 90 days after its end`,
  );

const notObservable = (flow: string): Problem =>
  new Problem(
    'NOT_OBSERVABLE',
    `Flow "${flow}" is an Express workflow, of whose executions AWS keeps no record; read its log group, or set the flow's metadata.aws.type to STANDARD`,
  );
