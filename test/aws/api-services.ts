import { SFNClient } from '@aws-sdk/client-sfn';
import { type ApiHandler, createHandler, type LogLine } from '../../lambdas/_system/handler.ts';
import { LARGEST_ANSWER } from '../../lambdas/_system/largest-answer.ts';
import { awsExecutions } from '../../lib/executions/aws/aws-executions.ts';
import type { DeployedFlow } from '../../lib/executions/aws/deployed-flows.ts';
import type { WaitingStore } from '../../lib/executions/waiting/waiting-store.ts';
import type { ReportedFlow } from '../../lib/run/report/step-reports.ts';
import { type BlobStore, FlowError, type Json } from '../../lib/runtime/index.ts';
import { CONTEXT } from './api-events.ts';

export const MACHINE = 'arn:aws:states:eu-west-1:123456789012:stateMachine:greet-X';
export const EXECUTION = 'arn:aws:states:eu-west-1:123456789012:execution:greet-X';
/** The only blob there is. */
export const BLOB = 'a'.repeat(64);

const REPORT: ReportedFlow = {
  steps: [
    { id: 'load', component: '/user/load', maySkip: false },
    { id: 'greet', component: '/user/greet', maySkip: false },
  ],
  absorbed: [],
  states: { load: { role: 'step', step: 'load' }, greet: { role: 'step', step: 'greet' } },
  arrangement: { sequence: ['load', 'greet'] },
};

const details: DeployedFlow['details'] = async () => ({
  examples: [],
  report: { steps: [], absorbed: [], states: {}, arrangement: { sequence: [] } },
});

/** The fields that the flow of a subfolder reads: more than its input has room for the references of. */
export const READ_FIELDS = Array.from({ length: 20 }, (_, at) => `field_${at}`);

const FLOWS: { readonly [name: string]: DeployedFlow } = {
  greet: {
    stateMachineArn: MACHINE,
    type: 'STANDARD',
    description: 'Says hello.',
    details: async () => ({ examples: [{ name: 'ada', input: { id: 'ada' } }], report: REPORT }),
    facts: async () => ({
      description: 'Says hello.',
      inputSchema: { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] },
      inputBudget: { reads: ['id', '$'], share: 1000, room: 2000 },
    }),
  },
  'reports/daily': {
    stateMachineArn: MACHINE,
    type: 'STANDARD',
    details,
    facts: async () => ({ inputBudget: { reads: ['$', ...READ_FIELDS], share: 1000, room: 1000 } }),
  },
  quick: {
    ...{ stateMachineArn: MACHINE, type: 'EXPRESS', details },
    facts: async () => ({ inputBudget: { reads: ['$'], share: 1000, room: 1000 } }),
  },
};

/** The API's function on the mocked client of Step Functions and one blob, and what it did. */
export interface TestApi {
  readonly handler: (event: Parameters<ApiHandler>[0]) => ReturnType<ApiHandler>;
  readonly logged: LogLine[];
  readonly stored: Json[];
  /** The milliseconds of each pause, none of which is waited for. */
  readonly paused: number[];
  /** What steps have asked, and that they were answered, by the keys in the store. */
  readonly asked: Map<string, string>;
}

/** Milliseconds of a pause after which the function would have to give up. */
const LONG = 10_000;

/** `ends`: whether a pause of some milliseconds ends, at once, or what it is for comes before its end. @default short ones do */
export function testApi(ends = (ms: number): boolean => ms < LONG): TestApi {
  const [logged, stored, paused]: [LogLine[], Json[], number[]] = [[], [], []];
  const asked = new Map<string, string>();
  const blobs: Pick<BlobStore, 'get' | 'put'> = {
    put: async (value) => {
      stored.push(value);
      return { blobId: BLOB, size: JSON.stringify(value).length };
    },
    get: async (id): Promise<Json> => {
      if (id === BLOB) return { large: [1, 2, 3], $skipped: true };
      throw new FlowError('RESOURCE_UNAVAILABLE', `blob ${id} is not in s3://bucket/blobs`);
    },
  };
  const pause = (ms: number): Promise<void> => {
    paused.push(ms);
    return ends(ms) ? Promise.resolve() : new Promise<void>(() => {});
  };
  const waiting = async (): Promise<WaitingStore> => ({
    list: async (folder) => [...asked.keys()].filter((key) => key.startsWith(folder)),
    read: async (key) => asked.get(key),
    write: async (key, text) => void asked.set(key, text),
  });
  const aws = { flows: FLOWS, sfn: new SFNClient({}), blobs, waiting, pause, largestResult: LARGEST_ANSWER };
  const handle = createHandler(
    { executions: awsExecutions(aws), pause, openApi: async () => '{"openapi": "3.1.0"}' },
    (line) => logged.push(line),
  );
  return { handler: (event) => handle(event, CONTEXT), logged, stored, paused, asked };
}
