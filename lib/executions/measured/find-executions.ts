import { type ExecutionListItem, paginateListExecutions, type SFNClient } from '@aws-sdk/client-sfn';

/** The latest executions of a state machine that succeeded, the latest first; it may have fewer than `most`. */
export async function latestSucceeded(
  client: SFNClient,
  stateMachineArn: string,
  most: number,
): Promise<readonly string[]> {
  const found: ExecutionListItem[] = [];
  const request = { stateMachineArn, statusFilter: 'SUCCEEDED' as const };
  for await (const { executions = [] } of paginateListExecutions({ client, pageSize: Math.min(most, 1000) }, request)) {
    found.push(...executions);
    if (found.length >= most) break;
  }
  return found.slice(0, most).flatMap(({ executionArn }) => executionArn ?? []);
}
