import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import type { S3Client } from '@aws-sdk/client-s3';
import type { SFNClient } from '@aws-sdk/client-sfn';

/** The clients of the services that know of executions, and of the functions that they called. */
export interface ExecutionClients {
  readonly cloudFormation: CloudFormationClient;
  readonly lambda: LambdaClient;
  readonly logs: CloudWatchLogsClient;
  readonly s3: S3Client;
  readonly sfn: SFNClient;
}

/** How often a request is made that is throttled: histories take many of them. */
const ATTEMPTS = 10;

/** Which account and region are asked. */
export interface ClientOptions {
  /** @default that of the environment, or of the profile */
  readonly region?: string | undefined;
  /** A profile of the AWS configuration. @default that of the environment */
  readonly profile?: string | undefined;
}

/** Clients with the credentials of the environment. */
export async function openExecutionClients({ region, profile }: ClientOptions = {}): Promise<ExecutionClients> {
  const [{ CloudFormationClient }, { CloudWatchLogsClient }, { LambdaClient }, { S3Client }, { SFNClient }] =
    await Promise.all([
      import('@aws-sdk/client-cloudformation'),
      import('@aws-sdk/client-cloudwatch-logs'),
      import('@aws-sdk/client-lambda'),
      import('@aws-sdk/client-s3'),
      import('@aws-sdk/client-sfn'),
    ]);
  const options = {
    maxAttempts: ATTEMPTS,
    ...(region !== undefined && { region }),
    ...(profile !== undefined && { profile }),
  };
  // An emulator has no host name for each bucket or kind of request.
  const isEmulated = process.env.AWS_ENDPOINT_URL !== undefined;
  return {
    cloudFormation: new CloudFormationClient(options),
    lambda: new LambdaClient(options),
    logs: new CloudWatchLogsClient(options),
    s3: new S3Client({ ...options, forcePathStyle: isEmulated }),
    sfn: new SFNClient({ ...options, disableHostPrefix: isEmulated }),
  };
}
