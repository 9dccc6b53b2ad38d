import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import {
  type HistoryEvent as AwsHistoryEvent,
  DescribeExecutionCommand,
  DescribeMapRunCommand,
  type ExecutionListItem,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  SFNClient,
} from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, vi } from 'vitest';
import { awsHistoryEvent, type HistoryEvent } from '../../../lib/engine/index.ts';
import type { Json } from '../../../lib/protocol/json.ts';
import { prepareFlow } from '../../../lib/run/run-flow.ts';

const ACCOUNT = 'arn:aws:states:eu-west-1:123456789012:';
export const MACHINE = `${ACCOUNT}stateMachine:Flows-Flow`;

/** An execution as AWS keeps it: what the local engine did, under the names of an account. */
export interface Deployed {
  readonly arn: string;
  /** By the ARNs of the executions: its own, and those that it started. */
  readonly histories: ReadonlyMap<string, readonly AwsHistoryEvent[]>;
}

/** Runs a flow as its compiled state machine with its real components, and keeps the history as AWS would. */
export async function deployed(file: string, input: Json = {}): Promise<Deployed> {
  const flow = await prepareFlow({ file });
  const events: HistoryEvent[] = [];
  const { execution, result, diagnostics } = await flow.run({ input, onHistory: (event) => events.push(event) });
  if (!execution) throw new Error(JSON.stringify({ result, diagnostics }));
  const arn = inAccount(execution.id);
  const histories = new Map<string, AwsHistoryEvent[]>();
  for (const event of events) {
    const of = inAccount(event.execution ?? execution.id);
    histories.set(of, [...(histories.get(of) ?? []), onTheWire(event)]);
  }
  return { arn, histories };
}

/** State machines name the deployed functions, and executions are of an account. */
const inAccount = (text: string): string =>
  text
    .replaceAll('arn:aws:states:local:000000000000:', ACCOUNT)
    .replaceAll(/\$\{component:([^}]*)\}/g, (_, path: string) => `${LAMBDA}${path.replaceAll('/', '-')}:3`);

const LAMBDA = 'arn:aws:lambda:eu-west-1:123456789012:function:Flows';

function onTheWire(event: HistoryEvent): AwsHistoryEvent {
  const { timestamp, ...rest } = JSON.parse(inAccount(JSON.stringify(awsHistoryEvent(event))));
  return { ...rest, timestamp: new Date(timestamp) };
}

/**
 * Mocks Step Functions and CloudFormation for the tests of a file. Histories come in pages of few events. `have` says which
 * executions the account has, the latest first.
 */
export function services() {
  const sfn = mockClient(SFNClient);
  const cloudFormation = mockClient(CloudFormationClient);
  let all: readonly Deployed[] = [];
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  afterAll(() => {
    vi.unstubAllEnvs();
    for (const client of [sfn, cloudFormation]) client.restore();
  });
  beforeEach(() => {
    all = [];
    for (const client of [sfn, cloudFormation]) client.reset();
    const histories = () => all.flatMap((one) => [...one.histories]);
    sfn.on(GetExecutionHistoryCommand).callsFake(({ executionArn, nextToken }) => {
      const found = histories().find(([arn]) => arn === executionArn)?.[1];
      if (!found) throw unknownExecution(executionArn);
      return pageOf(found, nextToken, 'events', 7);
    });
    sfn.on(DescribeExecutionCommand).callsFake(({ executionArn }) => {
      const found = histories().find(([arn]) => arn === executionArn)?.[1];
      if (!found) throw unknownExecution(executionArn);
      return described(executionArn, found);
    });
    sfn.on(ListExecutionsCommand).callsFake(({ mapRunArn, nextToken }) => {
      const own = all.map(({ arn }) => arn);
      const arns = mapRunArn === undefined ? own : childrenOf(mapRunArn, histories());
      return pageOf(
        arns.map((executionArn): Partial<ExecutionListItem> => ({ executionArn })),
        nextToken,
        'executions',
        3,
      );
    });
    sfn.on(DescribeMapRunCommand).callsFake(({ mapRunArn }) => ({
      mapRunArn,
      executionCounts: { total: childrenOf(mapRunArn, histories()).length },
    }));
    cloudFormation.on(DescribeStacksCommand, { StackName: 'StepflowStack' }).resolves({
      Stacks: [
        {
          ...{ StackName: 'StepflowStack', CreationTime: new Date(0), StackStatus: 'CREATE_COMPLETE' },
          Outputs: [{ OutputKey: 'FlowArn', OutputValue: MACHINE, Description: 'The state machine of flow' }],
        },
      ],
    });
  });
  const have = (...executions: readonly Deployed[]): void => {
    all = executions;
  };
  return { sfn, cloudFormation, have };
}

/** Children of a Map Run have the name of the state machine and the label of the Map in their ARNs. */
const childrenOf = (mapRunArn: string, histories: readonly (readonly [string, unknown])[]): readonly string[] =>
  histories.map(([arn]) => arn).filter((arn) => arn.includes(`:execution:${mapRunArn.split(':')[6]}:`));

const pageOf = <T>(all: readonly T[], token: string | undefined, key: string, size: number): object => {
  const from = Number(token ?? 0);
  const isLast = from + size >= all.length;
  return { [key]: all.slice(from, from + size), ...(!isLast && { nextToken: String(from + size) }) };
};

function described(executionArn: string, history: readonly AwsHistoryEvent[]): object {
  const last = history.at(-1);
  const status = last?.type?.replace('Execution', '').toUpperCase() ?? 'RUNNING';
  const times = { startDate: history[0]?.timestamp, stopDate: last?.timestamp };
  return { executionArn, stateMachineArn: MACHINE, status, ...times };
}

const unknownExecution = (arn: string): Error =>
  Object.assign(new Error(`Execution Does Not Exist: '${arn}'`), { name: 'ExecutionDoesNotExist', $metadata: {} });
