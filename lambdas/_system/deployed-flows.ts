import type { InputBudget, Json } from '../../lib/runtime/index.ts';
import type { DeployedFlow } from './services.ts';

/**
 * The environment variable with what the ARNs of all state machines begin with, which is only known when they are
 * deployed: `arn:aws:states:eu-west-1:123456789012:stateMachine:`. Their names follow.
 */
export const MACHINES_VARIABLE = 'STEPFLOW_MACHINES';

/** The file beside the bundle with what is known at synthesis; many flows would outgrow the 4 KB of an environment. */
export const FLOWS_FILE = 'flows.json';

/** An entry of {@link FLOWS_FILE}, by the flow's name. */
export interface FlowFacts {
  readonly stateMachineName: string;
  readonly type: 'STANDARD' | 'EXPRESS';
  readonly inputSchema?: Json;
  readonly inputBudget: InputBudget;
}

/** Joins what is known at synthesis with what is known when deployed. */
export function deployedFlows(machines: string, facts: string): { readonly [name: string]: DeployedFlow } {
  const known: { [name: string]: FlowFacts } = JSON.parse(facts);
  return Object.fromEntries(
    Object.entries(known).map(([name, { stateMachineName, ...flow }]) => {
      return [name, { ...flow, stateMachineArn: `${machines}${stateMachineName}` }];
    }),
  );
}
