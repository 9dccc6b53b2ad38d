import { isObject, type Json } from '../../protocol/json.ts';
import type { CallReport } from './measured-execution.ts';

/** A report, and the call that it is of. */
export interface ReportLine extends CallReport {
  readonly requestId: string;
}

/** Finds the lines that {@link readReportLine} reads, in both forms, and few others: a filter pattern of CloudWatch Logs. */
export const REPORT_FILTER = '?"REPORT RequestId" ?"platform.report"';

/**
 * Reads the line that Lambda writes to the log of a function when a call has ended; undefined if the line is another one.
 * As text: `REPORT RequestId: ID  Duration: 12.3 ms  Billed Duration: 13 ms  Memory Size: 128 MB  Max Memory Used: 64 MB  Init
 * Duration: 150 ms`; in a log of JSON, an event of the type `platform.report`. Sources: "Sending Lambda function logs to
 * CloudWatch Logs" and "Lambda Telemetry API Event schema reference", AWS Lambda developer guide.
 */
export function readReportLine(message: string): ReportLine | undefined {
  const text = message.trim();
  if (text.startsWith('{')) return ofJson(text);
  const [, requestId] = /^REPORT RequestId: (\S+)/.exec(text) ?? [];
  const number = (name: string, unit: string): number | undefined => {
    const [, digits] = new RegExp(`(?:^|\\t|\\s{2,})${name}: ([\\d.]+) ${unit}`).exec(text) ?? [];
    return digits === undefined ? undefined : Number(digits);
  };
  return reportOf(requestId, {
    billedMs: number('Billed Duration', 'ms'),
    memoryMb: number('Memory Size', 'MB'),
    maxMemoryMb: number('Max Memory Used', 'MB'),
    initMs: number('Init Duration', 'ms'),
  });
}

function ofJson(text: string): ReportLine | undefined {
  const { type, record } = parsed(text);
  if (type !== 'platform.report' || !isObject(record) || !isObject(record.metrics)) return undefined;
  const { billedDurationMs, memorySizeMB, maxMemoryUsedMB, initDurationMs } = record.metrics;
  return reportOf(record.requestId, {
    billedMs: billedDurationMs,
    memoryMb: memorySizeMB,
    maxMemoryMb: maxMemoryUsedMB,
    initMs: initDurationMs,
  });
}

function parsed(text: string): { readonly [key: string]: Json } {
  try {
    const value: Json = JSON.parse(text);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

/** Whoever writes to the log may write a line that begins like a report: one that lacks a number is none. */
function reportOf(
  requestId: Json | undefined,
  { billedMs, memoryMb, maxMemoryMb, initMs }: { readonly [Field in keyof Required<CallReport>]: Json | undefined },
): ReportLine | undefined {
  if (typeof requestId !== 'string' || !isNumber(billedMs) || !isNumber(memoryMb) || !isNumber(maxMemoryMb))
    return undefined;
  return { requestId, billedMs, memoryMb, maxMemoryMb, ...(isNumber(initMs) && { initMs }) };
}

const isNumber = (value: Json | undefined): value is number => typeof value === 'number' && Number.isFinite(value);
