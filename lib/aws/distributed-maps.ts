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
 * Allows a state machine to run its distributed Maps: to read items from the blob store, to write results to it, and to run
 * child executions. Source: "IAM policies for using Distributed Map states", AWS Step Functions developer guide.
 */
export function allowDistributedMaps(workflow: Workflow): iam.Policy {
  const { stateMachine, blobs } = workflow;
  blobs.grantMapRuns(workflow);
  const children = Stack.of(workflow).formatArn({
    service: 'states',
    resource: 'execution',
    resourceName: `${stateMachine.stateMachineName}/*`,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  // A separate policy: the state machine depends on the role's default policy, and this one refers to the state machine.
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
