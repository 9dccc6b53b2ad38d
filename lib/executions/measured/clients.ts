import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import type { SFNClient } from '@aws-sdk/client-sfn';

/** The clients of the services that know of executions, and of the functions that they called. */
export interface ExecutionClients {
  readonly cloudFormation: CloudFormationClient;
  readonly lambda: LambdaClient;
  readonly logs: CloudWatchLogsClient;
  readonly sfn: SFNClient;
}

/** How often a request is made that is throttled: histories take many of them. */
const ATTEMPTS = 10;

/** Clients with the credentials of the environment. `region`: by default, that of the environment. */
export async function openExecutionClients(region?: string): Promise<ExecutionClients> {
  const [{ CloudFormationClient }, { CloudWatchLogsClient }, { LambdaClient }, { SFNClient }] = await Promise.all([
    import('@aws-sdk/client-cloudformation'),
    import('@aws-sdk/client-cloudwatch-logs'),
    import('@aws-sdk/client-lambda'),
    import('@aws-sdk/client-sfn'),
  ]);
  const options = { maxAttempts: ATTEMPTS, ...(region !== undefined && { region }) };
  return {
    cloudFormation: new CloudFormationClient(options),
    lambda: new LambdaClient(options),
    logs: new CloudWatchLogsClient(options),
    sfn: new SFNClient(options),
  };
}
