import { type CloudWatchLogsClient, paginateFilterLogEvents } from '@aws-sdk/client-cloudwatch-logs';
import { isObject, type Json } from '../../protocol/json.ts';
import type { LogEntry } from '../../runtime/logger.ts';
import { isRunning, type LogRequest } from '../executions.ts';
import { Problem } from '../problem.ts';
import { requireExecution } from './describe.ts';
import { type AwsServices, type ExecutionPlace, placeOf } from './services.ts';

/** Milliseconds for which a log may lack what was written, after an execution has ended. */
const LATE_MS = 60_000;

/** Milliseconds between two looks at logs that are followed, and the looks after the end. */
const LOOK_MS = 2000;
const LAST_LOOKS = 3;

/** Hands out what the components of an execution have logged, in the order of time. @throws Problem */
export async function logs(services: AwsServices, name: string, written: string, request: LogRequest): Promise<void> {
  const place = placeOf(services.flows, name, written);
  const { logs: client } = services;
  const groups = await place.flow.logGroups?.(place.executionArn);
  if (!client || !groups)
    throw new Problem('NOT_OBSERVABLE', 'Logs cannot be read here; ask the command line for them');
  const { follow = false, signal, onEntry } = request;
  let found = await requireExecution(services, place);
  const seen = new Set<string>();
  let from = (found.startDate?.getTime() ?? 0) - 1000;
  for (let left = LAST_LOOKS; ; ) {
    const entries = await Promise.all(groups.map((group) => entriesIn(client, group, { place, request, from, found })));
    for (const { id, at, entry } of entries.flat().sort((one, other) => one.at - other.at)) {
      if (seen.has(id)) continue;
      seen.add(id);
      // What is written at once by several functions may come in another order.
      from = Math.max(from, at - LATE_MS / 6);
      onEntry(entry);
    }
    if (!isRunning(found.status ?? '')) left -= 1;
    if (!follow || left <= 0 || signal?.aborted) return;
    await services.pause(LOOK_MS, signal).catch(() => {});
    if (isRunning(found.status ?? '')) found = await requireExecution(services, place);
  }
}

interface Search {
  readonly place: ExecutionPlace;
  readonly request: LogRequest;
  readonly from: number;
  readonly found: { readonly stopDate?: Date | undefined };
}

interface Found {
  readonly id: string;
  readonly at: number;
  readonly entry: LogEntry;
}

async function entriesIn(
  client: CloudWatchLogsClient,
  logGroupName: string,
  { place, request: { step }, from, found }: Search,
): Promise<readonly Found[]> {
  const ofStep = step === undefined ? '' : ` && $.step = ${JSON.stringify(step)}`;
  const pages = paginateFilterLogEvents(
    { client },
    {
      ...{ logGroupName, startTime: Math.max(0, from) },
      filterPattern: `{ $.execution = ${JSON.stringify(place.executionArn)}${ofStep} }`,
      ...(found.stopDate && { endTime: found.stopDate.getTime() + LATE_MS }),
    },
  );
  const all: Found[] = [];
  for await (const { events = [] } of pages)
    for (const { eventId = '', timestamp = 0, message = '' } of events) {
      const entry = readEntry(message);
      if (entry?.execution !== place.executionArn || (step !== undefined && entry.step !== step)) continue;
      all.push({ id: `${logGroupName} ${eventId}`, at: timestamp, entry });
    }
  return all;
}

/** A line of a component's log; undefined of the lines of Lambda itself, and of those with metrics. */
function readEntry(message: string): LogEntry | undefined {
  if (!message.startsWith('{')) return undefined;
  try {
    const value: Json = JSON.parse(message);
    const isEntry = isObject(value) && typeof value.message === 'string' && typeof value.time === 'string';
    // The wrapper has written it.
    return isEntry && !('_aws' in value) ? (value as unknown as LogEntry) : undefined;
  } catch {
    return undefined;
  }
}
