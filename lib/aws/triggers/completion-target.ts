import { Stack } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { CompletionTarget } from '../../flow/triggers/trigger.ts';

/** A target that a flow names. The policy of a topic or queue of another stack has to allow events.amazonaws.com to write to it. */
export function completionTarget(
  scope: Construct,
  id: string,
  { kind, to }: CompletionTarget,
  deadLetterQueue: sqs.Queue | undefined,
): events.IRuleTarget {
  const props = { ...(deadLetterQueue && { deadLetterQueue }) };
  if (kind === 'topic') return new targets.SnsTopic(sns.Topic.fromTopicArn(scope, id, to), props);
  if (kind === 'queue') return new targets.SqsQueue(sqs.Queue.fromQueueArn(scope, id, to), props);
  const { partition, region, account } = Stack.of(scope);
  const arn = to.startsWith('arn:') ? to : `arn:${partition}:events:${region}:${account}:event-bus/${to}`;
  return new targets.EventBus(events.EventBus.fromEventBusArn(scope, id, arn), props);
}
