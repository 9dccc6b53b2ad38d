import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as logs from 'aws-cdk-lib/aws-logs';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import type { DefinitionProps } from './definition.ts';
import { KEY_REUSE_SECONDS } from './state-machine-key.ts';

/** Properties that the state machines of a workflow share. */
export interface StateMachineProps {
  readonly role: iam.IRole;
  /** Where executions are logged. */
  readonly logGroup: logs.ILogGroup;
  /** Whether the log has the input and output of states. */
  readonly includeExecutionData: boolean;
  /** @default a key of AWS */
  readonly encryptionKey?: kms.IKey | undefined;
}

/** A state machine that logs every event and is traced; its role has to allow that. */
export function createStateMachine(
  scope: Construct,
  id: string,
  {
    logGroup,
    includeExecutionData,
    encryptionKey,
    ...props
  }: StateMachineProps & DefinitionProps & Pick<sfn.StateMachineProps, 'stateMachineName' | 'stateMachineType'>,
): sfn.StateMachine {
  const stateMachine = new sfn.StateMachine(scope, id, props);
  const resource = stateMachine.node.defaultChild;
  // Set here, because the CDK's own properties would give the role, which never changes, another policy.
  if (resource instanceof sfn.CfnStateMachine) {
    resource.tracingConfiguration = { enabled: true };
    resource.loggingConfiguration = {
      level: sfn.LogLevel.ALL,
      includeExecutionData,
      destinations: [{ cloudWatchLogsLogGroup: { logGroupArn: logGroup.logGroupArn } }],
    };
    if (encryptionKey) {
      resource.encryptionConfiguration = {
        type: 'CUSTOMER_MANAGED_KMS_KEY',
        kmsKeyId: encryptionKey.keyArn,
        kmsDataKeyReusePeriodSeconds: KEY_REUSE_SECONDS,
      };
    }
  }
  return stateMachine;
}
