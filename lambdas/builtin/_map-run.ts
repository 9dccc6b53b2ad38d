import * as z from 'zod';
import { TIMED_OUT } from '../../lib/protocol/aws-errors.ts';
import type { Json } from '../../lib/runtime/index.ts';

/**
 * The manifest that a Map Run writes at its end: the files of its child executions, by how they ended. Source: "ResultWriter
 * (Map)", AWS Step Functions developer guide.
 */
export const manifest = z.object({
  ResultFiles: z.record(z.string(), z.array(z.object({ Key: z.string(), Size: z.int().optional() }))),
});

/** What a Map Run writes of a child execution, as far as it is read. Source: as of {@link manifest}. */
export const child = z.object({
  Input: z.string(),
  Status: z.string().optional(),
  Output: z.string().optional(),
  Error: z.string().optional(),
  Cause: z.string().optional(),
});

/** A parsed {@link child}. */
export type Child = z.output<typeof child>;

/** Which item a child execution had: its input tells. */
export const indexOf = ({ Input }: Child): number => z.object({ index: z.int() }).parse(JSON.parse(Input)).index;

/** What a child execution ended with; one that never got so far, such as one that ran out of time, has failed. */
export async function outcomeOf({ Status, Output, Error: error, Cause: cause }: Child): Promise<Json> {
  if (Output !== undefined) return JSON.parse(Output);
  if (Status === 'PENDING') return failed('CANCELLED', 'the item was not begun: the Map Run ended before its turn');
  if (Status === 'ABORTED') return failed('CANCELLED', cause ?? 'the execution of the item was stopped');
  const { reportOf } = await import('../../lib/run/report/outcome.ts');
  const { code, message } = reportOf(error ?? (Status === 'TIMED_OUT' ? TIMED_OUT : 'UNSPECIFIED'), cause);
  return failed(code, message);
}

/** The outcome of an item of which the Map Run wrote nothing. */
export const LOST = failed('RESOURCE_UNAVAILABLE', 'the Map Run has written no result of this item');

function failed(code: string, message: string): Json {
  return { outcome: 'failed', error: { code, message } };
}
