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

/** What is known of a flow at synthesis, and often needed. */
export interface FlowFacts extends FlowInput {
  readonly type: 'STANDARD' | 'EXPRESS';
  readonly description?: string;
}

/** What few requests need of a flow: the steps of a large one are megabytes. */
export interface FlowDetails extends Pick<FlowDescription, 'outputSchema' | 'examples'> {
  readonly report: ReportedFlow;
}

/** An entry of {@link FLOWS_FILE}, by the flow's name. */
export interface ApiFlow extends FlowFacts {
  readonly stateMachineName: string;
  /** The file beside it with the flow's {@link FlowDetails}. */
  readonly details: string;
}

/** The file that a version of a flow names in its definition. */
export interface PublishedFlow extends FlowFacts, FlowDetails {
  readonly name: string;
}

/** A deployed flow, as the service knows it. */
export interface DeployedFlow {
  readonly stateMachineArn: string;
  readonly type: 'STANDARD' | 'EXPRESS';
  /** What executions that are started now are given. */
  readonly facts: () => Promise<Omit<FlowFacts, 'type'>>;
  /** Those of the version of an execution, where they are known. @default those of executions that are started now */
  readonly details: (executionArn?: string) => Promise<FlowDetails>;
  readonly description?: string;
  /** The log groups of the functions of an execution. Absent where logs are not asked for. */
  readonly logGroups?: (executionArn: string) => Promise<readonly string[]>;
}

/** Joins what is known at synthesis with what is known when deployed. `read`: the text of another file beside the bundle. */
export function deployedFlows(
  machines: string,
  facts: string,
  read: (file: string) => Promise<string>,
): { readonly [name: string]: DeployedFlow } {
  const known: { [name: string]: ApiFlow } = JSON.parse(facts);
  return Object.fromEntries(
    Object.entries(known).map(([name, { stateMachineName, type, details, ...flow }]) => [
      name,
      {
        type,
        ...(flow.description !== undefined && { description: flow.description }),
        stateMachineArn: `${machines}${stateMachineName}`,
        facts: async () => flow,
        details: async (): Promise<FlowDetails> => JSON.parse(await read(details)),
      },
    ]),
  );
}
