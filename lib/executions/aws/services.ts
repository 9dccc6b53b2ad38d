import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import type { SFNClient } from '@aws-sdk/client-sfn';
import { LIVE_ALIAS } from '../../protocol/deployed.ts';
import type { BlobStore } from '../../runtime/index.ts';
import { readExecutionName } from '../execution-name.ts';
import { percentDecoded } from '../percent-decoded.ts';
import { Problem } from '../problem.ts';
import type { WaitingStore } from '../waiting/waiting-store.ts';
import type { Pause } from '../within-time.ts';
import type { DeployedFlow } from './deployed-flows.ts';

/** What the service on AWS needs. */
export interface AwsServices {
  readonly flows: { readonly [name: string]: DeployedFlow };
  readonly sfn: SFNClient;
  /** Absent where logs are not asked for. */
  readonly logs?: CloudWatchLogsClient;
  readonly blobs: Pick<BlobStore, 'get' | 'put'>;
  /** Loaded when somebody answers, or asks what waits. */
  readonly waiting: () => Promise<WaitingStore>;
  readonly pause: Pause;
  /** The bytes that a result may have. @default any number */
  readonly largestResult?: number;
}

/** A flow with its name. */
export type NamedFlow = DeployedFlow & { readonly name: string };

/** An execution by its flow and its id, whether there is one or not. */
export interface ExecutionPlace {
  readonly flow: NamedFlow;
  readonly id: string;
  readonly executionArn: string;
}

/** Executions are started with the version that the latest deployment published, or during a gradual one the previous one. */
export const startArnOf = ({ stateMachineArn }: DeployedFlow): string => `${stateMachineArn}:${LIVE_ALIAS}`;

/** The ARN of a Standard execution, which names neither version nor alias. */
export const executionArnOf = ({ stateMachineArn }: Pick<DeployedFlow, 'stateMachineArn'>, id: string): string =>
  `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${id}`;

/** A flow by its name, which a path may still have percent-encoded. @throws Problem */
export function findFlow(flows: AwsServices['flows'], written: string): NamedFlow {
  for (const name of [written, percentDecoded(written)]) {
    const flow = Object.hasOwn(flows, name) ? flows[name] : undefined;
    if (flow) return { ...flow, name };
  }
  const known = Object.keys(flows).map((flow) => `"${flow}"`);
  throw new Problem('FLOW_NOT_FOUND', `There is no flow "${written}"; there are ${known.join(', ') || 'none'}`, {
    parameter: 'flow',
  });
}

/** A flow of whose executions AWS keeps a record. @throws Problem */
export function findObservable(flows: AwsServices['flows'], name: string): NamedFlow {
  const flow = findFlow(flows, name);
  if (flow.type === 'STANDARD') return flow;
  throw new Problem(
    'NOT_OBSERVABLE',
    `Flow "${flow.name}" is an Express workflow: the request that starts it is answered with its result, and AWS keeps no record of it, nor can it be stopped or redriven; start it again, or set the flow's metadata.aws.type to STANDARD`,
  );
}

/** Where an execution is to be found: an id names one of this flow's state machine, and of no other. @throws Problem */
export function placeOf(flows: AwsServices['flows'], name: string, written: string): ExecutionPlace {
  const flow = findObservable(flows, name);
  const id = readExecutionName(written);
  return { flow, id, executionArn: executionArnOf(flow, id) };
}

/** The refusal of an id that no execution has. */
export const noExecution = ({ flow, id }: ExecutionPlace): Problem =>
  new Problem(
    'EXECUTION_NOT_FOUND',
    `Flow "${flow.name}" has no execution "${id}"; AWS forgets an execution 90 days after its end`,
    { parameter: 'id' },
  );
