import {
  type CloudFormationClient,
  DescribeStacksCommand,
  paginateListStackResources,
} from '@aws-sdk/client-cloudformation';
import { StackNotReady } from './stack-not-ready.ts';

/** The ARNs and names of what a stack and the stacks nested in it have; nothing where there is no such stack. */
export async function currentResources(client: CloudFormationClient, stack: string): Promise<ReadonlySet<string>> {
  const status = await statusOf(client, stack);
  if (status === undefined) return new Set();
  if (status.endsWith('_IN_PROGRESS')) {
    throw new StackNotReady(
      `The stack ${stack} is being changed (${status})`,
      'wait until the deployment has ended; a gradual one ends when all executions are started with the new version',
    );
  }
  return new Set(await resourcesOf(client, stack));
}

async function statusOf(client: CloudFormationClient, stack: string): Promise<string | undefined> {
  try {
    const { Stacks: [found] = [] } = await client.send(new DescribeStacksCommand({ StackName: stack }));
    return found?.StackStatus;
  } catch (error) {
    // CloudFormation has no error of its own for a stack that there is not.
    if (error instanceof Error && error.name === 'ValidationError' && error.message.includes('does not exist'))
      return undefined;
    throw error;
  }
}

async function resourcesOf(client: CloudFormationClient, stack: string): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const { StackResourceSummaries: page = [] } of paginateListStackResources(
    { client },
    { StackName: stack },
  )) {
    for (const { PhysicalResourceId: id, ResourceType: type } of page) {
      if (id === undefined) continue;
      found.push(id);
      if (type === 'AWS::CloudFormation::Stack') found.push(...(await resourcesOf(client, id)));
    }
  }
  return found;
}
