import { randomUUID } from 'node:crypto';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { CloudWatchLogsClient, type FilteredLogEvent, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetObjectCommand, NoSuchKey, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  type HistoryEvent as AwsHistoryEvent,
  DescribeExecutionCommand,
  DescribeMapRunCommand,
  DescribeStateMachineCommand,
  DescribeStateMachineForExecutionCommand,
  ExecutionDoesNotExist,
  type ExecutionListItem,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  SFNClient,
} from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, vi } from 'vitest';
import { awsHistoryEvent, type HistoryEvent } from '../../../lib/engine/index.ts';
import type { PublishedFlow } from '../../../lib/executions/aws/deployed-flows.ts';
import { publishedFlow } from '../../../lib/executions/aws/flow-facts.ts';
import { versionComment } from '../../../lib/protocol/deployed.ts';
import type { Json } from '../../../lib/protocol/json.ts';
import type { StepReport } from '../../../lib/run/report/events.ts';
import type { ReportedFlow } from '../../../lib/run/report/step-reports.ts';
import { prepareFlow } from '../../../lib/run/run-flow.ts';
import { componentSource } from '../../run/project.ts';

const ACCOUNT = 'arn:aws:states:eu-west-1:123456789012:';
export const MACHINE = `${ACCOUNT}stateMachine:Flows-Flow`;

/** An execution as AWS keeps it: what the local engine did, under the names of an account. */
export interface Deployed {
  readonly arn: string;
  /** By the ARNs of the executions: its own, and those that it started. */
  readonly histories: ReadonlyMap<string, readonly AwsHistoryEvent[]>;
  /** What the local run reports of its steps. */
  readonly steps: readonly StepReport[];
  /** What is deployed to report them by. */
  readonly report: ReportedFlow;
  /** What its version says of itself. */
  readonly published: PublishedFlow;
}

/** The files of two flows whose executions start others: a distributed Map's items, and the rounds of a loop. */
export const FLOWS_THAT_START_OTHERS = {
  'each.yaml': `steps:
  - { id: list, component: /my/list, input: { $input: n } }
  - id: each
    component: /map
    input:
      items: { $step: list }
      workflow: { $literal: { steps: [{ id: one, component: /my/first, input: { $input: $ } }], output: { $step: one } } }
output: { $step: each }
`,
  'loop.yaml': `steps:
  - id: again
    component: /iterate
    input:
      initial_input: 0
      max_iterations: 9000
      flow:
        $literal:
          steps: [{ id: add, component: /my/add, input: { $input: $ } }]
          output: { $step: add }
output: { $step: again }
`,
  'lambdas/my/first.ts': componentSource('return input;'),
  'lambdas/my/list.ts': componentSource('return Array.from({ length: input }, (_, at) => at);'),
  'lambdas/my/add.ts': componentSource('return input < 3 ? { next: input + 1 } : { result: input };'),
};

/** A call of a function that has ended: as its log tells of it. */
export interface LoggedCall {
  readonly requestId: string;
  /** The milliseconds of the call in the history. */
  readonly ms: number;
  readonly endMs: number;
}

/** The log group that the functions of a stack share. */
export const LOG_GROUP = 'StepflowStack-StepflowLogsFunctionLog0A1B2C3D-e5f6';

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
  const published = publishedFlow(flow.name, flow.compiled);
  return { arn, histories, steps: execution.steps, report: published.report, published };
}

/** State machines name the deployed functions, and executions are of an account. */
const inAccount = (text: string): string =>
  text
    .replaceAll('arn:aws:states:local:000000000000:', ACCOUNT)
    .replaceAll(/\$\{component:([^}]*)\}/g, (_, path: string) => `${LAMBDA}${path.replaceAll('/', '-')}:3`);

const LAMBDA = 'arn:aws:lambda:eu-west-1:123456789012:function:Flows';

function onTheWire(event: HistoryEvent): AwsHistoryEvent {
  const { timestamp, ...rest } = JSON.parse(inAccount(JSON.stringify(awsHistoryEvent(event))));
  const { output } = rest.taskSucceededEventDetails ?? {};
  if (event.type === 'TaskSucceeded' && output.includes('"StatusCode":200'))
    rest.taskSucceededEventDetails.output = withRequest(output);
  return { ...rest, timestamp: new Date(timestamp) };
}

/** What Step Functions adds to the result of a function. */
function withRequest(output: string): string {
  const RequestId = randomUUID();
  const SdkHttpMetadata = { HttpHeaders: { 'x-amzn-RequestId': RequestId }, HttpStatusCode: 200 };
  return JSON.stringify({ ...JSON.parse(output), SdkHttpMetadata, SdkResponseMetadata: { RequestId } });
}

/** The calls in histories that the log of a function tells of. */
export const loggedCalls = (histories: Deployed['histories']): readonly LoggedCall[] =>
  [...histories.values()].flatMap((events) => {
    const byId = new Map(events.map((event) => [event.id, event]));
    return events.flatMap(({ timestamp, previousEventId = 0, taskSucceededEventDetails }): readonly LoggedCall[] => {
      const { SdkResponseMetadata } = JSON.parse(taskSucceededEventDetails?.output ?? '{}');
      if (SdkResponseMetadata === undefined) return [];
      const startMs = Number(byId.get(previousEventId)?.timestamp);
      const endMs = Number(timestamp);
      return [{ requestId: SdkResponseMetadata.RequestId, ms: endMs - startMs, endMs }];
    });
  });

/** A report as text: a function of 256 MB that is billed for 10 ms more than the history says. */
export const reportLine = ({ requestId, ms }: LoggedCall): string =>
  `REPORT RequestId: ${requestId}\tDuration: ${ms}.10 ms\tBilled Duration: ${ms + 10} ms\tMemory Size: 256 MB\tMax Memory Used: 90 MB\tInit Duration: 150.50 ms\t\nXRAY TraceId: 1-2-3\tSegmentId: 4\tSampled: true\t\n`;

/** Its version's definition, as far as it is looked at. */
const definitionOf = (deployment: Deployed | undefined): string =>
  JSON.stringify({
    Comment: versionComment({
      ...{ flow: deployment?.published.name ?? '', facts: `s3://assets/${deployment?.arn.split(':').at(-1)}.json` },
      ...{ blobs: 's3://values/blobs', blobDays: 30, logs: [LOG_GROUP] },
    }),
  });

/**
 * Mocks Step Functions, CloudFormation, and the logs of functions for the tests of a file. Histories and logs come in pages of few
 * events. `have` says which executions the account has, the latest first.
 */
export function services() {
  const sfn = mockClient(SFNClient);
  const cloudFormation = mockClient(CloudFormationClient);
  const lambda = mockClient(LambdaClient);
  const logs = mockClient(CloudWatchLogsClient);
  const s3 = mockClient(S3Client);
  const clients = [sfn, cloudFormation, lambda, logs, s3];
  let all: readonly Deployed[] = [];
  /** How many events of the executions themselves there are as yet. */
  let shown = Number.POSITIVE_INFINITY;
  /** What is in the bucket of values, by key. */
  const values = new Map<string, string>();
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  afterAll(() => {
    vi.unstubAllEnvs();
    for (const client of clients) client.restore();
  });
  beforeEach(() => {
    all = [];
    shown = Number.POSITIVE_INFINITY;
    values.clear();
    for (const client of clients) client.reset();
    const histories = () =>
      all.flatMap((one) =>
        [...one.histories].map(
          ([arn, events]) => [arn, arn === one.arn ? events.slice(0, Math.max(1, shown)) : events] as const,
        ),
      );
    const withExecution = (arn: string) => all.find((one) => one.histories.has(arn));
    sfn.on(GetExecutionHistoryCommand).callsFake(({ executionArn, nextToken, reverseOrder }) => {
      const found = histories().find(([arn]) => arn === executionArn)?.[1];
      if (!found) throw unknownExecution(executionArn);
      return pageOf(reverseOrder ? [...found].reverse() : found, nextToken, 'events', 7);
    });
    sfn.on(DescribeStateMachineForExecutionCommand).callsFake(({ executionArn }) => {
      const found = withExecution(executionArn);
      if (!found) throw unknownExecution(executionArn);
      return { stateMachineArn: MACHINE, definition: definitionOf(found) };
    });
    sfn
      .on(DescribeStateMachineCommand)
      .callsFake(() => ({ stateMachineArn: MACHINE, definition: definitionOf(all[0]) }));
    s3.on(PutObjectCommand).callsFake(({ Key, Body }) => {
      values.set(Key, Body);
      return {};
    });
    s3.on(GetObjectCommand).callsFake(({ Bucket, Key }) => {
      const facts = all.find(({ arn }) => Key === `${arn.split(':').at(-1)}.json`)?.published;
      const text = Bucket === 'assets' ? facts && JSON.stringify(facts) : values.get(Key);
      if (text === undefined) throw new NoSuchKey({ message: 'The specified key does not exist.', $metadata: {} });
      return { Body: { transformToString: async () => text } };
    });
    sfn.on(DescribeExecutionCommand).callsFake(({ executionArn }) => {
      const found = histories().find(([arn]) => arn === executionArn)?.[1];
      if (!found) throw unknownExecution(executionArn);
      return described(executionArn, found);
    });
    sfn.on(ListExecutionsCommand).callsFake(({ mapRunArn, nextToken }) => {
      const own = all.map(({ arn }) => arn);
      const arns = mapRunArn === undefined ? own : childrenOf(mapRunArn, histories());
      if (arns.some((arn) => arn.includes(':express:'))) throw notForExpress();
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
    lambda.on(GetFunctionConfigurationCommand).resolves({ LoggingConfig: { LogGroup: LOG_GROUP } });
    logs.on(FilterLogEventsCommand, { logGroupName: LOG_GROUP }).callsFake((request) => {
      const calls = all.flatMap((one) => loggedCalls(one.histories));
      const events = calls.map((call): FilteredLogEvent => ({ message: reportLine(call), timestamp: call.endMs + 3 }));
      const within = events.filter(
        ({ timestamp = 0 }) => timestamp >= request.startTime && timestamp <= request.endTime,
      );
      return pageOf(within, request.nextToken, 'events', 5);
    });
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
  const show = (events: number): void => {
    shown = events;
  };
  return { sfn, cloudFormation, lambda, logs, s3, have, show, values };
}

const notForExpress = (): Error =>
  Object.assign(new Error('This operation is not supported'), { name: 'StateMachineTypeNotSupported', $metadata: {} });

/** Children of a Map Run have the name of the state machine and the label of the Map in their ARNs. */
const childrenOf = (mapRunArn: string, histories: readonly (readonly [string, unknown])[]): readonly string[] =>
  histories
    .map(([arn]) => arn)
    .filter((arn) => /:(?:execution|express):/.test(arn) && arn.includes(`:${mapRunArn.split(':')[6]}:`));

const pageOf = <T>(all: readonly T[], token: string | undefined, key: string, size: number): object => {
  const from = Number(token ?? 0);
  const isLast = from + size >= all.length;
  return { [key]: all.slice(from, from + size), ...(!isLast && { nextToken: String(from + size) }) };
};

function described(executionArn: string, history: readonly AwsHistoryEvent[]): object {
  const last = history.at(-1);
  const [, ending] = /^Execution(Succeeded|Failed|Aborted|TimedOut)$/.exec(last?.type ?? '') ?? [];
  const startDate = history[0]?.timestamp;
  if (ending === undefined) return { executionArn, stateMachineArn: MACHINE, status: 'RUNNING', startDate };
  const status = ending === 'TimedOut' ? 'TIMED_OUT' : ending.toUpperCase();
  const { output } = last?.executionSucceededEventDetails ?? {};
  const { error, cause } = last?.executionFailedEventDetails ?? {};
  return { executionArn, stateMachineArn: MACHINE, status, startDate, stopDate: last?.timestamp, output, error, cause };
}

const unknownExecution = (arn: string): Error =>
  new ExecutionDoesNotExist({ message: `Execution Does Not Exist: '${arn}'`, $metadata: {} });
