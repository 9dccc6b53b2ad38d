import type { Construct } from 'constructs';
import type { StateMachine } from '../asl/state-machine.ts';
import { isDistributed, statesIn } from '../asl/walk-states.ts';
import type { Compiled } from '../compiler/compile.ts';
import { machinesOf } from './definition.ts';
import type { RoleDraft } from './role-draft.ts';
import { executionArn, stateMachineArn } from './state-machine-arns.ts';

/** Whether a state machine has a distributed Map, at any depth. */
export const hasDistributedMap = (machine: StateMachine): boolean =>
  statesIn(machine).some(([, state]) => state.Type === 'Map' && isDistributed(state));

/** Whether one of the state machines of a flow has a distributed Map. */
export const hasDistributedMaps = (compiled: Compiled): boolean => machinesOf(compiled).some(hasDistributedMap);

/**
 * Allows a state machine to run its distributed Maps, whose iterations are executions `NAME/LABEL:ID` of its own; those of
 * a state machine that was started otherwise are `NAME:ID`. `name` may end with `*`. Source: "IAM policies for using Distributed
 * Map states", AWS Step Functions developer guide.
 */
export function allowMapRuns(scope: Construct, draft: RoleDraft, name: string): void {
  const own = executionArn(scope, `${name}:*`);
  const iterations = executionArn(scope, `${name}/*:*`);
  draft.allow(['states:StartExecution'], stateMachineArn(scope, name));
  draft.allow(['states:DescribeExecution', 'states:StopExecution'], own, iterations);
  draft.allow(['states:RedriveExecution'], iterations);
}
