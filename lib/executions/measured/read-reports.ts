import { type CloudWatchLogsClient, paginateFilterLogEvents } from '@aws-sdk/client-cloudwatch-logs';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import { groupBy } from '../../compiler/passes/group-by.ts';
import { type FunctionLogGroup, logGroupsOf } from './function-log-groups.ts';
import type { CallReport, ReadLogs } from './measured-execution.ts';
import { refusalOf } from './refusal.ts';
import { REPORT_FILTER, readReportLine } from './report-line.ts';

/** A call of a function that has ended. */
export interface LoggedCall {
  /** As the execution named it: an ARN with a version. */
  readonly functionName: string;
  /** Absent where the history does not say: its report cannot be found. */
  readonly requestId?: string;
  /** Milliseconds since the epoch. */
  readonly startMs: number;
  readonly seconds: number;
}

/** The clients of the services that know of functions and their logs. */
export interface LogClients {
  readonly lambda: LambdaClient;
  readonly logs: CloudWatchLogsClient;
}

/**
 * How long after the answer of a call its report may be written, in milliseconds, and how far the clocks of Step Functions and Lambda
 * may be apart. Our own choice.
 */
const MARGIN_MS = 60_000;

/** Calls that are so far apart are looked for in searches of their own, in milliseconds: the log between them may be long. */
const APART_MS = 600_000;

/** Reads what Lambda reports of calls. Each log group is searched once for each time with calls, whatever their number. */
export async function readReports({ lambda, logs }: LogClients, calls: readonly LoggedCall[]): Promise<ReadLogs> {
  const known = calls.filter(({ requestId, functionName }) => requestId !== undefined && functionName !== '');
  const groups = await logGroupsOf(lambda, [...new Set(known.map(({ functionName }) => functionName))]);
  const byGroup = groupBy(
    known,
    ({ functionName }) => groups.get(functionName)?.name ?? '',
    (call) => call,
  );
  const reports = new Map<string, CallReport>();
  const problems: string[] = [];
  for (const [name, own] of byGroup) {
    const wanted = new Set(own.flatMap(({ requestId = [] }) => requestId));
    try {
      for (const times of timesOf(own)) await search(logs, { name, times, wanted, reports });
    } catch (error) {
      const guessed = [...groups.values()].find((group) => group.name === name)?.guessed;
      problems.push(unread(own, { name, ...(guessed !== undefined && { guessed }) }, refusalOf(error)));
    }
  }
  return { reports, problems };
}

interface Search {
  /** The name of the log group. */
  readonly name: string;
  readonly times: Times;
  /** The ids of requests; those that are found are taken out. */
  readonly wanted: Set<string>;
  readonly reports: Map<string, CallReport>;
}

async function search(client: CloudWatchLogsClient, { name, times, wanted, reports }: Search): Promise<void> {
  if (wanted.size === 0) return;
  const request = {
    logGroupName: name,
    filterPattern: REPORT_FILTER,
    startTime: Math.floor(times.fromMs),
    endTime: Math.ceil(times.toMs),
  };
  for await (const { events = [] } of paginateFilterLogEvents({ client }, request)) {
    for (const { message = '' } of events) {
      const { requestId = '', ...report } = readReportLine(message) ?? {};
      // Other calls of the functions are of no interest, and most of the pages may be theirs.
      if ('billedMs' in report && wanted.delete(requestId)) reports.set(requestId, report);
    }
    if (wanted.size === 0) return;
  }
}

interface Times {
  readonly fromMs: number;
  readonly toMs: number;
}

/** When the reports of calls were written: as few times as there are between long pauses. */
function timesOf(calls: readonly LoggedCall[]): readonly Times[] {
  const all: { fromMs: number; toMs: number }[] = [];
  const sorted = calls
    .map(({ startMs, seconds }) => ({ fromMs: startMs - MARGIN_MS, toMs: startMs + seconds * 1000 + MARGIN_MS }))
    .sort((one, other) => one.fromMs - other.fromMs);
  for (const next of sorted) {
    const last = all.at(-1);
    if (last && next.fromMs - last.toMs < APART_MS) last.toMs = Math.max(last.toMs, next.toMs);
    else all.push(next);
  }
  return all;
}

function unread(calls: readonly LoggedCall[], { name, guessed }: FunctionLogGroup, refusal: string): string {
  const functions = new Set(calls.map(({ functionName }) => functionName)).size;
  const of = `${functions === 1 ? '1 function' : `${functions} functions`}`;
  const why = guessed === undefined ? '' : `; Lambda does not tell whether it is theirs: ${guessed}`;
  return `the log group ${name} of ${of} was not read (${refusal}${why})`;
}
