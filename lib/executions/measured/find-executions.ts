import { type CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { type ExecutionListItem, paginateListExecutions, type SFNClient } from '@aws-sdk/client-sfn';
import { machineDescription } from '../../protocol/deployed.ts';
import { ExecutionError } from './execution-error.ts';

/**
 * The ARN of the state machine of a flow, by the outputs of the `StepflowStack` that it was deployed with.
 *
 * @throws ExecutionError where no output has it
 */
export async function machineInStack(client: CloudFormationClient, stack: string, flowName: string): Promise<string> {
  const { Stacks: [found] = [] } = await client.send(new DescribeStacksCommand({ StackName: stack }));
  const outputs = found?.Outputs ?? [];
  const own = outputs.find(({ Description: text }) => text === machineDescription(flowName));
  // A flow in a folder of the stack's folder has that folder in its name.
  const [inFolder, another] = outputs.filter(({ Description: text }) => text?.endsWith(`/${flowName}`));
  const arn = (own ?? (another ? undefined : inFolder))?.OutputValue;
  if (arn !== undefined) return arn;
  throw new ExecutionError(
    `the stack ${stack} has no output with the state machine of ${flowName}`,
    'name the stack that the flow was deployed with as --stack, or its state machine as --state-machine ARN',
  );
}

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
