import { filesOf } from '../project/components/prepared-component.ts';
import type { DeployableFlow } from './deployable-flow.ts';
import type { FunctionsOptions } from './function-options.ts';

/**
 * The most resources that are planned for one template, of the 500 that it may have. The others are for what an app adds: the
 * policies of its grants, alarms, schedules.
 */
const PLANNED = 400;

/** The resources of a function: itself, its version and its role; in a VPC, its security group too. */
const OF_FUNCTION = 3;

/** The resources of a state machine of a flow: itself, its role, its version and its alias. */
const OF_FLOW = 4;

/** The API, its stage, routes, permissions and function; the bucket and its policy; the log groups. */
const OTHERS = 25;

/**
 * Whether the state machines and functions of a stack are too many for one template. A component counts once, though workflows
 * that need different secrets of it have functions of their own. Source: "Understand CloudFormation quotas", AWS
 * CloudFormation user guide.
 */
export function isTooLarge(flows: readonly DeployableFlow[], { defaults = {} }: FunctionsOptions = {}): boolean {
  const functions = new Set(
    flows.flatMap((flow) =>
      [...flow.functions.values(), ...flow.nested.values()].flatMap((each) => (each ? [filesOf(each)] : [])),
    ),
  );
  const machines = flows.map(({ compiled }) => OF_FLOW + compiled.nestedMachines.length);
  return (
    OTHERS +
      functions.size * (OF_FUNCTION + (defaults.vpc && !defaults.securityGroups ? 1 : 0)) +
      machines.reduce((all, one) => all + one, 0) >
    PLANNED
  );
}
