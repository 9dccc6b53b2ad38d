import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { RoleDraft } from '../role-draft.ts';

/**
 * A service, on behalf of one of its resources and of no other: nobody else can make it use the role. Sources: "Cross-service
 * confused deputy prevention", Amazon EventBridge user guide; "Confused deputy prevention", EventBridge Scheduler user guide.
 */
export const onBehalfOf = (scope: Construct, service: string, sourceArn: string): iam.IPrincipal =>
  new iam.ServicePrincipal(`${service}.amazonaws.com`, {
    conditions: {
      ArnLike: { 'aws:SourceArn': sourceArn },
      StringEquals: { 'aws:SourceAccount': Stack.of(scope).account },
    },
  });

/**
 * Allows to write to the queue of dead letters, and to use its key for that alone. Source: "Amazon SQS Key management", Amazon
 * SQS developer guide.
 */
export function allowDeadLetters(draft: RoleDraft, { queueArn, encryptionMasterKey: key }: sqs.IQueue): void {
  draft.allow(['sqs:SendMessage'], queueArn);
  if (key) draft.addToPrincipalPolicy(withQueueKey(key.keyArn, queueArn, ['kms:Decrypt', 'kms:GenerateDataKey']));
}

/**
 * Allows to take messages of a queue. Which key encrypts them is only known to the queue: the role may use any of the queue's
 * account, but only to read messages of that queue. Sources: "Event source permissions", Amazon EventBridge user guide, and as
 * above.
 */
export function allowMessages(scope: Construct, draft: RoleDraft, queueArn: string): void {
  draft.allow(['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'], queueArn);
  draft.addToPrincipalPolicy(withQueueKey(queueKeys(scope), queueArn, ['kms:Decrypt']));
}

/** The keys that may encrypt a queue. */
const queueKeys = (scope: Construct): string =>
  Stack.of(scope).formatArn({ service: 'kms', account: '*', resource: 'key', resourceName: '*' });

const withQueueKey = (key: string, queueArn: string, actions: string[]): iam.PolicyStatement =>
  new iam.PolicyStatement({
    actions,
    resources: [key],
    conditions: { ArnLike: { 'kms:EncryptionContext:aws:sqs:arn': queueArn } },
  });

/** Allows Scheduler to read what a schedule starts with. Source: "Encryption at rest", EventBridge Scheduler user guide. */
export const allowScheduleKey = (draft: RoleDraft, key: kms.IKey, scheduleArn: string): void => {
  draft.addToPrincipalPolicy(
    new iam.PolicyStatement({
      actions: ['kms:Decrypt'],
      resources: [key.keyArn],
      conditions: { ArnLike: { 'kms:EncryptionContext:aws:scheduler:schedule:arn': scheduleArn } },
    }),
  );
};
