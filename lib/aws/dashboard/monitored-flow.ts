import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { membersOf } from '../../compiler/emit/frame.ts';
import { widthOf } from '../../compiler/source-map.ts';
import type { ComponentFunction } from '../component-function.ts';
import { functionNameIn } from '../function-name.ts';
import type { Workflow } from '../workflow.ts';

/** What a dashboard knows of a flow. */
export interface MonitoredFlow {
  /** What the flow is called in the API. */
  readonly title: string;
  /** The flow in its metrics: the name of its state machine. */
  readonly flow: string;
  readonly type: 'STANDARD' | 'EXPRESS';
  /** The ARNs of its state machine and of the nested ones. */
  readonly stateMachines: readonly [string, ...string[]];
  /** The most steps that run at once. */
  readonly width: number;
  /** How many steps functions run: each has metrics of its own. */
  readonly steps: number;
  readonly functions: readonly MonitoredFunction[];
  /** Milliseconds that the alarm on the time of executions accepts. */
  readonly p99?: number;
}

export interface MonitoredFunction {
  /** Absent for a dashboard in a nested stack, which may not have as many parameters as there are functions. */
  readonly name?: string;
  /** The paths of its component: its own, and the one that the flow uses. */
  readonly components: readonly string[];
  /** Undefined where it is only known at deployment. */
  readonly memoryMb: number | undefined;
}

/** What the dashboard in `scope` knows of a workflow. */
export function monitoredFlow(scope: Construct, workflow: Workflow): MonitoredFlow {
  const { compiled, flowName, stateMachineArn, stateMachineName, nestedMachines, alarmBounds } = workflow;
  const calling = compiled.steps.filter(({ calls }) => calls);
  return {
    title: flowName,
    flow: stateMachineName,
    type: compiled.type,
    stateMachines: [stateMachineArn, ...(nestedMachines?.stateMachines ?? []).map((each) => each.stateMachineArn)],
    width: Math.max(1, widthOf(compiled.sourceMap.arrangement)),
    steps: calling.reduce((sum, step) => sum + membersOf(step).length, 0),
    functions: functionsOf(scope, workflow),
    ...(alarmBounds.p99 !== undefined && { p99: alarmBounds.p99 }),
  };
}

function functionsOf(scope: Construct, { functions }: Workflow): readonly MonitoredFunction[] {
  const paths = new Map<ComponentFunction, Set<string>>();
  for (const [path, each] of functions) paths.set(each, (paths.get(each) ?? new Set([each.component])).add(path));
  const isNested = Stack.of(scope).nested;
  return [...paths].map(([each, components]) => ({
    ...(!isNested && { name: functionNameIn(scope, each) }),
    components: [...components],
    memoryMb: each.memoryMb,
  }));
}
