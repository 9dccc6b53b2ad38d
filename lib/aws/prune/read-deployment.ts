import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { type IAMClient, paginateListRoles } from '@aws-sdk/client-iam';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import type { SFNClient } from '@aws-sdk/client-sfn';
import { rolePath } from '../../protocol/deployed.ts';
import type { Deployment } from './deployment.ts';
import { readFunctions } from './read-functions.ts';
import { readMachines } from './read-machines.ts';
import { currentResources } from './stack-resources.ts';

/** The clients of the services that hold a deployment. */
export interface Clients {
  readonly cloudFormation: CloudFormationClient;
  readonly iam: IAMClient;
  readonly lambda: LambdaClient;
  readonly sfn: SFNClient;
}

/**
 * Reads everything of a stack that there is. A stack that was deleted has nothing in its template.
 *
 * @param settleSeconds - how long the executions of a version that an alias pointed to before may not be listed yet
 * @throws StackNotReady while the stack is being changed
 */
export async function readDeployment(clients: Clients, stack: string, settleSeconds: number): Promise<Deployment> {
  // First the template: what is deployed meanwhile is then unknown here, rather than taken for former.
  const current = await currentResources(clients.cloudFormation, stack);
  const [machines, functions, roles] = await Promise.all([
    readMachines(clients.sfn, { stack, current, settleSeconds }),
    readFunctions(clients.lambda, stack),
    readRoles(clients, stack),
  ]);
  return { current, machines, functions, roles };
}

async function readRoles({ iam, lambda }: Clients, stack: string): Promise<readonly string[]> {
  const roles: string[] = [];
  const PathPrefix = rolePath(stack, await lambda.config.region());
  for await (const { Roles: page = [] } of paginateListRoles({ client: iam }, { PathPrefix }))
    roles.push(...page.flatMap(({ Arn: arn }) => arn ?? []));
  return roles;
}
