import type { ExecutionResult } from '../engine/types.ts';
import type { Diagnostic } from '../flow/diagnostics.ts';
import { readCause } from '../protocol/cause.ts';
import { codeOf } from '../runtime/failure-codes.ts';
import { isObject } from '../runtime/json.ts';
import type { ErrorData, FlowErrorReport, FlowResult } from './events.ts';

/** An Error and its Cause as a flow reports them. */
export function reportOf(error: string, cause: string | undefined): FlowErrorReport {
  return { code: codeOf(error), message: readCause(cause).message || error };
}

/** How an execution ended, here or on AWS. */
export type Ended = Pick<ExecutionResult, 'status' | 'output' | 'error' | 'cause'>;

/** The result of a flow whose execution ended so. `failure` says where, where that is known. */
export function resultOf(execution: Ended, failure: ErrorData | undefined): FlowResult {
  if (execution.status === 'ABORTED')
    return failed('CANCELLED', readCause(execution.cause).message || 'the run was cancelled');
  if (execution.status === 'TIMED_OUT')
    return failed('TIMEOUT', 'the execution took longer than its state machine allows');
  if (execution.status === 'FAILED') {
    const report = reportOf(execution.error ?? 'UNSPECIFIED', execution.cause);
    return { outcome: 'failed', error: { ...report, ...(failure && { data: failure }) } };
  }
  const output = execution.output ?? null;
  if (isObject(output) && output.outcome === 'skipped') return { outcome: 'skipped' };
  return { outcome: 'success', result: isObject(output) ? (output.result ?? null) : output };
}

/** A failure that is no step's. */
export const failed = (code: string, message: string): FlowResult => ({ outcome: 'failed', error: { code, message } });

/** The result of a run that was refused before it began: its code and message are those of the errors. */
export function refuse(diagnostics: readonly Diagnostic[]): FlowResult {
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  const unknown = errors.every(({ code }) => code === 'unknown-component');
  return failed(unknown ? 'COMPONENT_NOT_FOUND' : 'INVALID_INPUT', errors.map(({ message }) => message).join('; '));
}
