import type { InputBudget, Json } from '../../lib/runtime/index.ts';
import type { DeployedFlow } from './executions.ts';

/** The environment variable with the state machines: a JSON object from a flow's name to its ARN, known when deployed. */
export const MACHINES_VARIABLE = 'STEPFLOW_MACHINES';

/** The file beside the bundle with what is known at synthesis; schemas could outgrow the 4 KB of an environment. */
export const FLOWS_FILE = 'flows.json';

/** An entry of {@link FLOWS_FILE}, by the flow's name. */
export interface FlowFacts {
  readonly type: 'STANDARD' | 'EXPRESS';
  readonly inputSchema?: Json;
  readonly inputBudget: InputBudget;
}

/** Joins what is known at synthesis with what is known when deployed. */
export function deployedFlows(machines: string, facts: string): { readonly [name: string]: DeployedFlow } {
  const arns: { [name: string]: string } = JSON.parse(machines);
  const known: { [name: string]: FlowFacts } = JSON.parse(facts);
  const joined = Object.entries(known).map(([name, flow]) => [name, { ...flow, stateMachineArn: arns[name] ?? '' }]);
  return Object.fromEntries(joined);
}
