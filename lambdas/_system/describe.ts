import {
  DescribeExecutionCommand,
  type DescribeExecutionOutput,
  ExecutionDoesNotExist,
  type StartSyncExecutionOutput,
} from '@aws-sdk/client-sfn';
import type { FlowResult } from '../../lib/run/report/events.ts';
import { resultOf } from '../../lib/run/report/outcome.ts';
import { readExecutionName } from './execution-name.ts';
import { Problem } from './problem.ts';
import { readResult } from './read-result.ts';
import { executionArnOf, findFlow, type Services } from './services.ts';

/** An execution's status, and its flow's result once it has ended. */
export type Described = { readonly id: string; readonly flow: string; readonly status: string } & (
  | FlowResult
  | object
) & {
    readonly execution: { readonly id: string; readonly durationMs?: number };
  };

/** Milliseconds between the questions for an execution that may have been started a moment ago: 2.5 seconds in all. */
const PAUSES = [100, 200, 400, 800, 1000];

/** An execution's status; where it has ended, its flow's result with all spilled values read back. @throws Problem */
export async function describe(services: Services, name: string, written: string): Promise<Described> {
  const flow = findFlow(services.flows, name);
  if (flow.type === 'EXPRESS') throw notObservable(flow.name);
  const id = readExecutionName(written);
  const execution = await findExecution(services, executionArnOf(flow, id));
  if (!execution) throw noExecution(flow.name, id);
  return describeFound(services, { id, flow: flow.name }, execution);
}

/**
 * An execution as Step Functions describes it; undefined if it knows none. It may take a moment until it knows one that was
 * just started: it is asked again for some seconds. Source: "DescribeExecution", AWS Step Functions API reference, which
 * calls it eventually consistent.
 */
export async function findExecution(
  { sfn, pause }: Pick<Services, 'sfn' | 'pause'>,
  executionArn: string,
): Promise<DescribeExecutionOutput | undefined> {
  for (const ms of [0, ...PAUSES]) {
    if (ms > 0) await pause(ms);
    try {
      return await sfn.send(new DescribeExecutionCommand({ executionArn }));
    } catch (error) {
      if (!(error instanceof ExecutionDoesNotExist)) throw error;
    }
  }
  return undefined;
}

/** An execution as Step Functions describes it, or has waited for it. */
type Found = Pick<
  DescribeExecutionOutput | StartSyncExecutionOutput,
  'executionArn' | 'status' | 'output' | 'error' | 'cause' | 'startDate' | 'stopDate'
>;

/** What is answered of an execution. */
export async function describeFound(
  { blobs }: Pick<Services, 'blobs'>,
  place: { readonly id: string; readonly flow: string },
  found: Found,
): Promise<Described> {
  const { status = 'RUNNING', executionArn = '', startDate, stopDate } = found;
  const result = isRunning(status) ? {} : await resultFrom(found, blobs);
  const duration = startDate && stopDate ? { durationMs: stopDate.getTime() - startDate.getTime() } : {};
  return { ...place, status, ...result, execution: { id: executionArn, ...duration } };
}

/** Whether an execution of this status has no result yet. */
export const isRunning = (status: string): boolean => status === 'RUNNING' || status === 'PENDING_REDRIVE';

async function resultFrom(execution: Found, blobs: Services['blobs']): Promise<FlowResult> {
  const { status, output, error, cause } = execution;
  if (status === 'SUCCEEDED') {
    return resultOf({ status, output: await readResult(JSON.parse(output ?? 'null'), blobs) }, undefined);
  }
  const ended = status === 'TIMED_OUT' || status === 'ABORTED' ? status : 'FAILED';
  return resultOf({ status: ended, ...(error && { error }), ...(cause && { cause }) }, undefined);
}

const noExecution = (flow: string, id: string): Problem =>
  new Problem(
    'EXECUTION_NOT_FOUND',
    `Flow "${flow}" has no execution "${id}"; AWS forgets an execution 90 days after its end`,
  );

const notObservable = (flow: string): Problem =>
  new Problem(
    'NOT_OBSERVABLE',
    `Flow "${flow}" is an Express workflow: the request that starts it is answered with its result, and AWS keeps no record of it; start it again, or set the flow's metadata.aws.type to STANDARD`,
  );
