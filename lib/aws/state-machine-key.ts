import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import type { RoleDraft } from './role-draft.ts';
import { stateMachineArn } from './state-machine-arns.ts';

/** Seconds for which Step Functions uses a data key again. Source: "EncryptionConfiguration", AWS Step Functions API reference. */
export const KEY_REUSE_SECONDS = 300;

/**
 * Allows `grantee` to use a key for the state machines `names`, which may end with `*`: their role to encrypt, and who starts and
 * describes executions to read them. Source: "Data at rest encryption in Step Functions", AWS Step Functions developer guide.
 */
export function grantStateMachineKey(
  scope: Construct,
  grantee: iam.IGrantable,
  key: kms.IKey,
  names: readonly string[],
): iam.Grant {
  return iam.Grant.addToPrincipal({
    grantee,
    actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
    resourceArns: [key.keyArn],
    conditions: {
      StringLike: {
        'kms:EncryptionContext:aws:states:stateMachineArn': names.map((name) => stateMachineArn(scope, name)),
      },
    },
  });
}

/**
 * Allows the log of state machines that have a key of their own to be delivered. Source: as above, "Using encryption with
 * CloudWatch Logs".
 */
export function allowEncryptedLogs(scope: Construct, draft: RoleDraft, key: kms.IKey): void {
  const logs = Stack.of(scope).formatArn({ service: 'logs', resource: '*', resourceName: '' }).replace(/\/$/, '');
  draft.addToPrincipalPolicy(
    new iam.PolicyStatement({
      actions: ['kms:GenerateDataKey'],
      resources: [key.keyArn],
      conditions: { StringLike: { 'kms:EncryptionContext:SourceArn': logs } },
    }),
  );
  key.addToResourcePolicy(
    new iam.PolicyStatement({
      principals: [new iam.ServicePrincipal('delivery.logs.amazonaws.com')],
      actions: ['kms:Decrypt*'],
      resources: ['*'],
      conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } },
    }),
  );
}
