import type { Construct } from 'constructs';
import { statesIn } from '../asl/walk-states.ts';
import { INVOKE_AND_WAIT } from '../protocol/component-task.ts';
import { machinesOf } from './definition.ts';
import { hasDistributedMap } from './distributed-maps.ts';
import { nestedPattern } from './nested-machines.ts';
import type { RoleDraft } from './role-draft.ts';
import { executionArn, mapRunArn, stateMachineArn } from './state-machine-arns.ts';
import type { Workflow } from './workflow.ts';

/**
 * Allows the API to do with executions of the workflows what its routes do, and no more. Of an Express execution, AWS keeps no
 * record that could be read. Workflows share statements, so that many fit into a policy. Source: "Actions, resources, and condition
 * keys for AWS Step Functions", service authorization reference.
 */
export function allowExecutions(api: Construct, draft: RoleDraft, workflows: readonly Workflow[]): void {
  const ofType = (type: string): readonly Workflow[] => workflows.filter(({ compiled }) => compiled.type === type);
  const standard = ofType('STANDARD');
  const arnsOf = (some: readonly Workflow[]) => some.map(({ stateMachineArn }) => stateMachineArn);
  draft.allow(['states:StartExecution', 'states:ListExecutions'], ...arnsOf(standard));
  draft.allow(['states:StartExecution', 'states:StartSyncExecution'], ...arnsOf(ofType('EXPRESS')));
  draft.allow(
    ['states:DescribeExecution', 'states:GetExecutionHistory', 'states:RedriveExecution', 'states:StopExecution'],
    ...standard.map(({ stateMachineName }) => executionArn(api, `${stateMachineName}:*`)),
  );
  draft.allow(['states:GetExecutionHistory'], ...startedBy(standard).map((name) => executionArn(api, `${name}:*`)));
  const runs = mapsIn(standard).map((name) => mapRunArn(api, `${name}/*:*`));
  draft.allow(['states:DescribeMapRun', 'states:ListExecutions'], ...runs);
  const waiting = standard.filter(hasWaits);
  // The task is one of a nested state machine, or of an item, where the step is in one. Source: that the rights are those to a
  // state machine, `StateMachineGrants.taskResponse` of the CDK, and aws/aws-cdk pull request 8486, where it was tried.
  draft.allow(['states:SendTaskSuccess'], ...arnsOf(waiting), ...nestedMachineArns(api, waiting));
  for (const workflow of workflows) workflow.grantEncryptionKey(draft);
}

/** Whether steps of a workflow wait for answers. */
export const hasWaits = ({ compiled }: Workflow): boolean =>
  machinesOf(compiled).some((machine) =>
    statesIn(machine).some(([, state]) => state.Type === 'Task' && state.Resource === INVOKE_AND_WAIT),
  );

/** The state machines that executions of workflows start: nested ones, and those of the items of distributed Maps. */
const nestedMachineArns = (api: Construct, workflows: readonly Workflow[]): readonly string[] =>
  workflows.flatMap((workflow) => {
    const pattern = nestedPattern(workflow, workflow.compiled);
    const items = mapsIn([workflow]).map((name) => stateMachineArn(api, `${name}/*`));
    return pattern === undefined ? items : [stateMachineArn(api, pattern), ...items];
  });

/** What the executions are named that those of workflows start: of nested state machines, and of items of distributed Maps. */
export const startedBy = (workflows: readonly Workflow[]): readonly string[] => [
  ...workflows.flatMap((workflow) => nestedPattern(workflow, workflow.compiled) ?? []),
  ...mapsIn(workflows).map((name) => `${name}/*`),
];

/** The names of the state machines of workflows that have distributed Maps. */
export const mapsIn = (workflows: readonly Workflow[]): readonly string[] =>
  workflows.flatMap((workflow) => {
    const { stateMachineName, compiled } = workflow;
    const nested = nestedPattern(workflow, compiled);
    const isIn = compiled.nestedMachines.some(({ stateMachine }) => hasDistributedMap(stateMachine));
    return [
      ...(compiled.stateMachine && hasDistributedMap(compiled.stateMachine) ? [stateMachineName] : []),
      ...(nested !== undefined && isIn ? [nested] : []),
    ];
  });
