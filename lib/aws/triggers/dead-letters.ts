import { Duration, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';

/**
 * The queue for events that did not start a flow, or that nobody could be told of. Rules of EventBridge in this account may write
 * to it. Source: "Using dead-letter queues to process undelivered events", Amazon EventBridge user guide.
 */
export function createDeadLetters(scope: Construct, encryptionKey: kms.IKey | undefined): sqs.Queue {
  const queue = new sqs.Queue(scope, 'DeadLetters', {
    encryption: encryptionKey ? sqs.QueueEncryption.KMS : sqs.QueueEncryption.SQS_MANAGED,
    ...(encryptionKey && { encryptionMasterKey: encryptionKey }),
    enforceSSL: true,
    retentionPeriod: Duration.days(14),
  });
  const stack = Stack.of(scope);
  const events = new iam.ServicePrincipal('events.amazonaws.com', {
    conditions: { StringEquals: { 'aws:SourceAccount': stack.account } },
  });
  queue.addToResourcePolicy(
    new iam.PolicyStatement({ principals: [events], actions: ['sqs:SendMessage'], resources: [queue.queueArn] }),
  );
  encryptionKey?.addToResourcePolicy(
    new iam.PolicyStatement({
      principals: [events],
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      resources: ['*'],
      // The queue names the key: that it is of the queue itself cannot be said here, only that it is of one of the account.
      conditions: {
        ArnLike: { 'kms:EncryptionContext:aws:sqs:arn': stack.formatArn({ service: 'sqs', resource: '*' }) },
      },
    }),
  );
  return queue;
}
