import { DescribeExecutionCommand, ExecutionDoesNotExist, type SFNClient } from '@aws-sdk/client-sfn';
import pLimit from 'p-limit';
import { EXPRESS_SUFFIX } from '../../protocol/deployed.ts';
import type { Pause } from '../within-time.ts';
import { executionArnOf } from './services.ts';

/** Requests at a time. */
const REQUESTS = 8;

/** Milliseconds before each further search: Step Functions may not know yet what was started a moment ago. */
const PAUSES = [0, 700, 1500];

/** The flows that have an execution of this id: mostly one, as ids that nobody chose are unique. */
export async function flowsWithExecution(
  sfn: SFNClient,
  machines: ReadonlyMap<string, string>,
  id: string,
  pause: Pause,
): Promise<readonly string[]> {
  const limit = pLimit(REQUESTS);
  // Of Express executions Step Functions keeps no record.
  const standard = [...machines].filter(([, arn]) => !arn.endsWith(EXPRESS_SUFFIX));
  for (const ms of PAUSES) {
    if (ms > 0) await pause(ms);
    const found = await Promise.all(
      standard.map(([flow, stateMachineArn]) =>
        limit(async () => ((await exists(sfn, executionArnOf({ stateMachineArn }, id))) ? [flow] : [])),
      ),
    );
    if (found.flat().length > 0) return found.flat();
  }
  return [];
}

async function exists(sfn: SFNClient, executionArn: string): Promise<boolean> {
  try {
    await sfn.send(new DescribeExecutionCommand({ executionArn }));
    return true;
  } catch (error) {
    if (error instanceof ExecutionDoesNotExist) return false;
    throw error;
  }
}
