import type { HistoryEvent } from '../../engine/types.ts';
import { TASK_FAILED, TIMED_OUT } from '../../protocol/aws-errors.ts';
import type { Failure } from './step-record.ts';

/** Error and cause of a failure event. */
export function failureOf({ error, cause }: HistoryEvent['details'], type: string): Failure {
  const fallback = type.endsWith('TimedOut') ? TIMED_OUT : TASK_FAILED;
  return { error: typeof error === 'string' ? error : fallback, ...(typeof cause === 'string' && { cause }) };
}
