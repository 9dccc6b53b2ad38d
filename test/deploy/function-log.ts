import { setTimeout as sleep } from 'node:timers/promises';
import type { StepMetrics } from '../../lib/run/report/metrics.ts';
import type { Emulator } from './emulator.ts';

/** The last log entry of a call, with its metrics. */
export interface LoggedCall {
  readonly step: string;
  readonly component: string;
  readonly flow: string;
  readonly version: string;
  readonly StepExecutionTime: number;
  readonly MemoryUsed: number;
  readonly BlobOperations?: number;
  readonly BlobBytes?: number;
  readonly BlobHits?: number;
  readonly StartupTime?: number;
  readonly _aws: { readonly CloudWatchMetrics: readonly { readonly Dimensions: readonly (readonly string[])[] }[] };
}

const POLL_MS = 200;
const POLLS = 50;

/** The calls of an execution that have metrics in a log group, once there are `atLeast` as many: a log is late. */
export async function metricsIn(
  emulator: Emulator,
  logGroupName: string,
  execution: string,
  atLeast: number,
): Promise<readonly LoggedCall[]> {
  for (let left = POLLS; ; left -= 1) {
    const entries = (await messagesIn(emulator, logGroupName)).flatMap(entryIn);
    const calls = entries.filter((entry) => entry.execution === execution);
    if (calls.length >= atLeast || left === 0) return calls;
    await sleep(POLL_MS);
  }
}

/** FilterLogEvents of CloudWatch Logs; the emulator finds the service by the name in the credential. */
async function messagesIn({ endpoint }: Emulator, logGroupName: string): Promise<readonly string[]> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/x-amz-json-1.1',
      'X-Amz-Target': 'Logs_20140328.FilterLogEvents',
      Authorization:
        'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/logs/aws4_request, SignedHeaders=host, Signature=0',
    },
    body: JSON.stringify({ logGroupName, filterPattern: '_aws' }),
  });
  const { events = [] } = Object(await response.json());
  return events.map(({ message }: { message: string }) => message);
}

function entryIn(message: string): readonly (LoggedCall & { readonly execution: string })[] {
  const json = message.slice(message.indexOf('{'));
  return json.startsWith('{') && json.includes('"_aws"') ? [JSON.parse(json)] : [];
}

/** What CloudWatch is told of the calls. */
export const embeddedMetrics = (calls: readonly LoggedCall[]) => calls.flatMap(({ _aws }) => _aws.CloudWatchMetrics);

/** Calls in the order of their steps. */
export const inOrder = <T extends { readonly step: string }>(calls: readonly T[]): readonly T[] =>
  [...calls].sort((one, other) => one.step.localeCompare(other.step));

/** The metrics of a run here and there, a row a step. */
export function sideBySide(steps: readonly StepMetrics[], calls: readonly LoggedCall[]) {
  return Object.fromEntries(
    steps.map(({ step, ms, blobs, startupMs }) => {
      const there = calls.find((call) => call.step === step);
      const pair = (here: number, other = 0): string => `${here} | ${other}`;
      return [
        step,
        {
          'ms, here | there': pair(ms, there?.StepExecutionTime),
          'blob operations': pair(blobs.operations, there?.BlobOperations),
          'blob bytes': pair(blobs.bytes, there?.BlobBytes),
          'blob hits': pair(blobs.hits, there?.BlobHits),
          'start-up ms': pair(startupMs, there?.StartupTime),
          'MB there': there?.MemoryUsed,
        },
      ];
    }),
  );
}
