import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { RoleDraft } from './role-draft.ts';
import { stateMachineArn } from './state-machine-arns.ts';

/** The permissions of every state machine: to have its log delivered, and to send traces. */
export function stateMachineRoleDraft(scope: Construct): RoleDraft {
  const draft = new RoleDraft(scope);
  draft.allow(LOG_DELIVERY, '*');
  draft.allow(TRACES, '*');
  return draft;
}

/** Source: "Logging using CloudWatch Logs", AWS Step Functions developer guide. */
const LOG_DELIVERY = [
  'logs:CreateLogDelivery',
  'logs:GetLogDelivery',
  'logs:UpdateLogDelivery',
  'logs:DeleteLogDelivery',
  'logs:ListLogDeliveries',
  'logs:PutResourcePolicy',
  'logs:DescribeResourcePolicies',
  'logs:DescribeLogGroups',
];

/** Source: "IAM policies for AWS X-Ray", AWS Step Functions developer guide. */
const TRACES = [
  'xray:PutTraceSegments',
  'xray:PutTelemetryRecords',
  'xray:GetSamplingRules',
  'xray:GetSamplingTargets',
];

/**
 * Step Functions, on behalf of the state machines `names` and of no others: nobody else can make the service use the role.
 * A name may end with `*`. Source: "Prevent cross-service confused deputy issue", AWS Step Functions developer guide.
 */
export function stateMachines(scope: Construct, names: readonly string[]): iam.IPrincipal {
  // A version or alias follows the name after a colon, the label of a distributed Map after a slash.
  const arns = names.flatMap((name) => (name.endsWith('*') ? [name] : [name, `${name}:*`, `${name}/*`]));
  return new iam.ServicePrincipal('states.amazonaws.com', {
    conditions: {
      ArnLike: { 'aws:SourceArn': arns.map((name) => stateMachineArn(scope, name)) },
      StringEquals: { 'aws:SourceAccount': Stack.of(scope).account },
    },
  });
}
