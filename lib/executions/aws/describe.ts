import {
  DescribeExecutionCommand,
  type DescribeExecutionOutput,
  ExecutionDoesNotExist,
  type StartSyncExecutionOutput,
} from '@aws-sdk/client-sfn';
import type { FlowResult } from '../../run/report/events.ts';
import { resultOf } from '../../run/report/outcome.ts';
import { type Described, isRunning } from '../executions.ts';
import { wholeOutput } from '../values.ts';
import { type AwsServices, type ExecutionPlace, noExecution, placeOf } from './services.ts';

/** Milliseconds between the questions for an execution that may have been started a moment ago: 2.5 seconds in all. */
export const PAUSES = [100, 200, 400, 800, 1000];

/** An execution's status; where it has ended, its flow's result with all spilled values read back. @throws Problem */
export async function describe(services: AwsServices, name: string, written: string): Promise<Described> {
  const place = placeOf(services.flows, name, written);
  return describeFound(services, place, await requireExecution(services, place));
}

/** An execution as Step Functions describes it. @throws Problem where there is none */
export async function requireExecution(
  services: Pick<AwsServices, 'sfn' | 'pause'>,
  place: ExecutionPlace,
): Promise<DescribeExecutionOutput> {
  const execution = await findExecution(services, place.executionArn);
  if (!execution) throw noExecution(place);
  return execution;
}

/**
 * An execution as Step Functions describes it; undefined if it knows none. It may take a moment until it knows one that was
 * just started: it is asked again for some seconds. Source: "DescribeExecution", AWS Step Functions API reference, which
 * calls it eventually consistent.
 */
export async function findExecution(
  { sfn, pause }: Pick<AwsServices, 'sfn' | 'pause'>,
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
  services: Pick<AwsServices, 'blobs' | 'largestResult'>,
  { flow, id }: { readonly flow: { readonly name: string }; readonly id: string },
  found: Found,
): Promise<Described> {
  const { status = 'RUNNING', executionArn = '', startDate, stopDate } = found;
  const result = isRunning(status) ? {} : await resultFrom(found, services);
  const duration = startDate && stopDate ? { durationMs: stopDate.getTime() - startDate.getTime() } : {};
  return { id, flow: flow.name, status, ...result, execution: { id: executionArn, ...duration } };
}

/** The result of a flow, from an execution that has ended. */
export async function resultFrom(
  { status, output, error, cause }: Found,
  { blobs, largestResult = Number.POSITIVE_INFINITY }: Pick<AwsServices, 'blobs' | 'largestResult'>,
): Promise<FlowResult> {
  if (status === 'SUCCEEDED') {
    const whole = await wholeOutput(JSON.parse(output ?? 'null'), blobs, largestResult);
    return resultOf({ status, output: whole }, undefined);
  }
  const ended = status === 'TIMED_OUT' || status === 'ABORTED' ? status : 'FAILED';
  return resultOf({ status: ended, ...(error && { error }), ...(cause && { cause }) }, undefined);
}
