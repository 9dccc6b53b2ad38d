import type { ReportedFlow } from '../../run/report/step-reports.ts';
import type { FlowDescription } from '../executions.ts';
import type { FlowInput } from '../read-input.ts';

/**
 * The environment variable with what the ARNs of all state machines begin with, which is only known when they are
 * deployed: `arn:aws:states:eu-west-1:123456789012:stateMachine:`. Their names follow.
 */
export const MACHINES_VARIABLE = 'STEPFLOW_MACHINES';

/** The file beside the bundle with what is known at synthesis; many flows would outgrow the 4 KB of an environment. */
export const FLOWS_FILE = 'flows.json';

/** An entry of {@link FLOWS_FILE}, by the flow's name. */
export interface FlowFacts extends FlowInput {
  readonly stateMachineName: string;
  readonly type: 'STANDARD' | 'EXPRESS';
  readonly description?: string;
  /** The file beside it with the flow's {@link FlowDetails}. */
  readonly details: string;
}

/** What few requests need of a flow: the steps of a large one are megabytes. */
export interface FlowDetails extends Pick<FlowDescription, 'outputSchema' | 'examples'> {
  readonly report: ReportedFlow;
}

/** A deployed flow, as the service knows it. */
export interface DeployedFlow extends FlowInput {
  readonly stateMachineArn: string;
  readonly type: 'STANDARD' | 'EXPRESS';
  readonly description?: string;
  readonly details: () => Promise<FlowDetails>;
}

/** Joins what is known at synthesis with what is known when deployed. `read`: the text of another file beside the bundle. */
export function deployedFlows(
  machines: string,
  facts: string,
  read: (file: string) => Promise<string>,
): { readonly [name: string]: DeployedFlow } {
  const known: { [name: string]: FlowFacts } = JSON.parse(facts);
  return Object.fromEntries(
    Object.entries(known).map(([name, { stateMachineName, details, ...flow }]) => [
      name,
      {
        ...flow,
        stateMachineArn: `${machines}${stateMachineName}`,
        details: async (): Promise<FlowDetails> => JSON.parse(await read(details)),
      },
    ]),
  );
}
