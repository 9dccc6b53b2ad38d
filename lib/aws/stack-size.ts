import type { Compiled } from '../compiler/compile.ts';
import { filesOf } from '../project/components/prepared-component.ts';
import type { DeployableFlow } from './deployable-flow.ts';
import type { FunctionOptions, FunctionsOptions } from './function-options.ts';

/**
 * The most resources that are planned for one template, of the 500 that it may have. The others are for what an app adds: the
 * policies of its grants, alarms, schedules.
 */
const PLANNED = 400;

/** The resources of a function: itself, its version and its role; in a VPC, its security group too. */
const OF_FUNCTION = 3;

/** The resources of a state machine of a flow: itself, its role, its version and its alias. */
const OF_FLOW = 4;

/** The resources of a trigger: a rule, schedule or pipe, the Express state machine that it starts, and the role of each. */
const OF_TRIGGER = 4;

/** The resources of a flow that has triggers or tells targets of its end: the queue of dead letters and its policy. */
const OF_DEAD_LETTERS = 2;

/** The resources of a target: at most a role and its policy. */
const OF_TARGET = 2;

/** The API, its stage, routes, permissions and function; the bucket and its policy; the log groups; the dashboard. */
const OTHERS = 25;

/**
 * Whether the state machines and functions of a stack are too many for one template. A component counts once, though workflows
 * that need different secrets of it have functions of their own. Source: "Understand CloudFormation quotas", AWS
 * CloudFormation user guide.
 */
export function isTooLarge(flows: readonly DeployableFlow[], { defaults = {} }: FunctionsOptions = {}): boolean {
  return OTHERS + ofFunctions(flows, defaults) + ofMachines(flows) > PLANNED;
}

/** The most alarms that are planned for one template: each has some 2,500 of the 1,000,000 bytes that it may have. */
const ALARMS = 50;

/** Whether a stack has no room for so many alarms, besides what it has in any case. */
export const hasNoRoomFor = (
  alarms: number,
  { flows, nested, functions: { defaults = {} } = {} }: StackContents,
): boolean =>
  alarms > ALARMS || OTHERS + ofMachines(flows) + (nested ? 0 : ofFunctions(flows, defaults)) + alarms > PLANNED;

/** What is in a stack. */
export interface StackContents {
  readonly flows: readonly DeployableFlow[];
  /** Whether the functions are in nested stacks. */
  readonly nested: boolean;
  readonly functions?: FunctionsOptions | undefined;
}

const ofMachines = (flows: readonly DeployableFlow[]): number =>
  flows.reduce((all, { compiled }) => all + OF_FLOW + compiled.nestedMachines.length + ofStarts(compiled), 0);

/** How many resources start a flow, and tell of its end. */
export function ofStarts({ triggers = [], flow }: Pick<Compiled, 'triggers' | 'flow'>): number {
  const told = [flow?.completion?.onSuccess ?? [], flow?.completion?.onFailure ?? []];
  const rules = told.filter((targets) => targets.length > 0).length;
  if (triggers.length + rules === 0) return 0;
  return OF_DEAD_LETTERS + OF_TRIGGER * triggers.length + rules + OF_TARGET * told.flat().length;
}

function ofFunctions(flows: readonly DeployableFlow[], defaults: FunctionOptions): number {
  const functions = new Set(
    flows.flatMap((flow) =>
      [...flow.functions.values(), ...flow.nested.values()].flatMap((each) => (each ? [filesOf(each)] : [])),
    ),
  );
  return functions.size * (OF_FUNCTION + (defaults.vpc && !defaults.securityGroups ? 1 : 0));
}
