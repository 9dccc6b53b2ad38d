import { type CloudFormationClient, paginateListStackResources } from '@aws-sdk/client-cloudformation';
import { findStack } from '../../executions/aws/find-stack.ts';
import { StackNotReady } from './stack-not-ready.ts';

/** The ARNs and names of what a stack and the stacks nested in it have; nothing where there is no such stack. */
export async function currentResources(client: CloudFormationClient, stack: string): Promise<ReadonlySet<string>> {
  const status = (await findStack(client, stack))?.StackStatus;
  if (status === undefined) return new Set();
  if (status.endsWith('_IN_PROGRESS')) {
    throw new StackNotReady(
      `The stack ${stack} is being changed (${status})`,
      'wait until the deployment has ended; a gradual one ends when all executions are started with the new version',
    );
  }
  return new Set(await resourcesOf(client, stack));
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
