import { ArnFormat, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { StateMachine } from '../asl/state-machine.ts';
import { statesIn } from '../asl/walk-states.ts';
import type { Workflow } from './workflow.ts';

/** Whether a state machine has a distributed Map, at any depth. */
export const hasDistributedMap = (machine: StateMachine): boolean =>
  statesIn(machine).some(
    ([, state]) => state.Type === 'Map' && state.ItemProcessor.ProcessorConfig?.Mode === 'DISTRIBUTED',
  );

/**
 * Lets a state machine run its distributed Maps: read items from the blob store, write results to it, and run the items
 * as executions of its own. Source: "IAM policies for using Distributed Map states", AWS Step Functions developer guide.
 */
export function allowDistributedMaps(workflow: Workflow): iam.Policy {
  const { stateMachine, blobs } = workflow;
  blobs.grantReadWrite(workflow);
  const children = Stack.of(workflow).formatArn({
    service: 'states',
    resource: 'execution',
    resourceName: `${stateMachine.stateMachineName}/*`,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  // A policy of its own: the role's default one is there before the state machine, whose ARN this one names.
  const policy = new iam.Policy(workflow, 'DistributedMaps', {
    statements: [
      new iam.PolicyStatement({ actions: ['states:StartExecution'], resources: [stateMachine.stateMachineArn] }),
      new iam.PolicyStatement({
        actions: ['states:DescribeExecution', 'states:StopExecution', 'states:RedriveExecution'],
        resources: [children],
      }),
    ],
  });
  policy.attachToRole(stateMachine.role);
  return policy;
}
