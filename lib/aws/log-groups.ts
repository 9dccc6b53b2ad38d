import { ArnFormat, Names, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { sha256 } from '../runtime/stores/blobs.ts';
import { markAsPart, retain, rootOf } from './retained.ts';

/** How logs are kept. */
export interface LogOptions {
  /**
   * How long.
   * @default RetentionDays.ONE_MONTH
   */
  readonly retention?: logs.RetentionDays | undefined;
  /**
   * The key that encrypts them.
   * @default - a key of CloudWatch Logs
   */
  readonly encryptionKey?: kms.IKey | undefined;
  /**
   * What happens to the logs of functions where a later deployment has others.
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy | undefined;
}

/** What is logged, and the first part of the group's name where AWS wants one. */
const KINDS = {
  functions: { id: 'FunctionLog', prefix: undefined },
  api: { id: 'Log', prefix: undefined },
  // Deliveries to groups with this prefix need no room in the account's resource policy for logs. Source: "Logging using
  // CloudWatch Logs", AWS Step Functions developer guide.
  executions: { id: 'ExecutionLog', prefix: '/aws/vendedlogs/states/' },
  // Likewise: "Enable logging to CloudWatch from certain AWS services", Amazon CloudWatch Logs user guide.
  requests: { id: 'AccessLog', prefix: '/aws/vendedlogs/apigateway/' },
} as const;

/** Where the log groups are that a stack and the stacks nested in it share. */
export function logsOf(scope: Construct): Construct {
  const stack = rootOf(Stack.of(scope));
  const existing = stack.node.tryFindChild(LOGS);
  return existing instanceof Construct ? existing : new Construct(stack, LOGS);
}

const LOGS = 'StepflowLogs';

/**
 * The log group of a kind in `scope`, shared by all that log there with the same options. One group for many functions loses
 * nothing: a stream is named by its function and version, and an entry of an execution by the execution. It can be
 * searched at once, and stays while a former function still writes to it.
 */
export function sharedLogGroup(scope: Construct, kind: keyof typeof KINDS, options: LogOptions = {}): logs.LogGroup {
  const { retention = logs.RetentionDays.ONE_MONTH, encryptionKey, removalPolicy } = options;
  const { id: plain, prefix } = KINDS[kind];
  const isUsual = retention === logs.RetentionDays.ONE_MONTH && !encryptionKey;
  const id = isUsual ? plain : `${plain}${sha256(`${retention} ${encryptionKey?.node.path ?? ''}`).slice(0, 8)}`;
  const existing = scope.node.tryFindChild(id);
  if (existing instanceof logs.LogGroup) return existing;
  if (encryptionKey) allowLogs(scope, encryptionKey);
  const created = new logs.LogGroup(scope, id, {
    ...(prefix !== undefined && { logGroupName: nameFor(scope, prefix, isUsual ? '' : id.slice(plain.length)) }),
    ...(encryptionKey && { encryptionKey }),
    retention,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  if (kind === 'functions') {
    // Versions of functions that are left behind write to the group that they began with.
    retain(created, removalPolicy);
    markAsPart(created);
  }
  return created;
}

const nameFor = (scope: Construct, prefix: string, end: string): string =>
  `${prefix}${Names.uniqueResourceName(scope, { maxLength: 80 })}${end && `-${end}`}`;

/** Source: "Encrypt log data in CloudWatch Logs using AWS KMS", Amazon CloudWatch Logs user guide. */
function allowLogs(scope: Construct, key: kms.IKey): void {
  const stack = Stack.of(scope);
  const groups = stack.formatArn({
    service: 'logs',
    resource: 'log-group',
    resourceName: '*',
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  key.addToResourcePolicy(
    new iam.PolicyStatement({
      principals: [new iam.ServicePrincipal(`logs.${stack.region}.amazonaws.com`)],
      actions: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:Describe*'],
      resources: ['*'],
      conditions: { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': groups } },
    }),
  );
}
