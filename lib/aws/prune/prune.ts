import { type Deleted, deleteParts } from './delete-parts.ts';
import { type Clients, readDeployment } from './read-deployment.ts';
import { type Superfluous, superfluousIn } from './superfluous.ts';

export type { Clients } from './read-deployment.ts';
export type { Deleted, Superfluous };
export { deleteParts };

/**
 * Seconds for which the version that an alias pointed to before stays: Step Functions lists executions with a delay, and none of
 * an Express workflow, which live for up to five minutes.
 */
const SETTLE_SECONDS = 600;

/** What of a stack and its earlier deployments nothing needs any more. @throws StackNotReady */
export const findSuperfluous = async (
  clients: Clients,
  stack: string,
  settleSeconds = SETTLE_SECONDS,
): Promise<readonly Superfluous[]> => superfluousIn(await readDeployment(clients, stack, settleSeconds));

/** Clients with the credentials and the region of the environment. */
export async function openClients(): Promise<Clients> {
  const [{ CloudFormationClient }, { IAMClient }, { LambdaClient }, { SFNClient }] = await Promise.all([
    import('@aws-sdk/client-cloudformation'),
    import('@aws-sdk/client-iam'),
    import('@aws-sdk/client-lambda'),
    import('@aws-sdk/client-sfn'),
  ]);
  return {
    cloudFormation: new CloudFormationClient({}),
    iam: new IAMClient({}),
    lambda: new LambdaClient({}),
    sfn: new SFNClient({}),
  };
}
