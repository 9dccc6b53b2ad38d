import { DescribeExecutionCommand, type SFNClient } from '@aws-sdk/client-sfn';
import { type ReadMapRun, readHistory } from '../aws/read-history.ts';
import { isRunning } from '../executions.ts';
import { ExecutionError } from './execution-error.ts';
import type { MeasuredExecution } from './measured-execution.ts';

/**
 * A deployed execution that succeeded, with its history and those of the executions that it started: their events come after the event
 * that tells of the start.
 */
export interface ReadExecution extends MeasuredExecution {
  readonly mapRuns: readonly ReadMapRun[];
}

/**
 * Reads an execution, those nested in it, and the items of its distributed Maps.
 *
 * @throws ExecutionError if it has not succeeded: what did not run to its end measures nothing
 */
export async function readExecution(client: SFNClient, executionArn: string): Promise<ReadExecution> {
  const {
    status,
    startDate,
    stopDate,
    stateMachineArn = '',
  } = await client.send(new DescribeExecutionCommand({ executionArn }));
  if (isRunning(status ?? ''))
    throw new ExecutionError(`the execution ${executionArn} is still running`, 'wait for its end, or name another one');
  if (status !== 'SUCCEEDED')
    throw new ExecutionError(
      `the execution ${executionArn} has not succeeded (${status}), so that its times measure little`,
      'name one that succeeded, or give --last 1 for the latest that did',
    );
  const { events, mapRuns, weights } = await readHistory(client, executionArn);
  const startMs = startDate?.getTime() ?? 0;
  const stopMs = stopDate?.getTime() ?? startMs;
  return { arn: executionArn, stateMachineArn, startMs, stopMs, events, mapRuns, weights };
}
