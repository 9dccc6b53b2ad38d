import type { Diagnostic } from '../../diagnostics/diagnostics.ts';
import type { ExecutionResult } from '../../engine/types.ts';
import { TIMED_OUT } from '../../protocol/aws-errors.ts';
import { readCause } from '../../protocol/cause.ts';
import type { ErrorCode } from '../../protocol/errors.ts';
import { codeOf } from '../../protocol/failure-codes.ts';
import { isObject } from '../../protocol/json.ts';
import type { ErrorData, FlowErrorReport, FlowResult } from './events.ts';

/** Converts an Error and its Cause to a flow's error report. */
export function reportOf(error: string, cause: string | undefined): FlowErrorReport {
  return { code: codeOf(error), message: readCause(cause).message || (WITHOUT_CAUSE[error] ?? error) };
}

/** What is told of errors for which AWS gives no cause. */
const WITHOUT_CAUSE: { readonly [error: string]: string } = {
  [TIMED_OUT]: 'it had not ended, or nobody had answered, when its time was over',
};

/** How an execution ended, here or on AWS. */
export type ExecutionEnd = Pick<ExecutionResult, 'status' | 'output' | 'error' | 'cause'>;

/** The result of a flow, from the end of its execution. `failure`: where it failed, if known. */
export function resultOf(execution: ExecutionEnd, failure: ErrorData | undefined): FlowResult {
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

/** A failure that is not in a step. */
export const failed = (code: string, message: string): FlowResult => ({ outcome: 'failed', error: { code, message } });

/** The error codes of refused runs, by diagnostic; INVALID_INPUT for all others. */
const REFUSALS: { readonly [code: string]: ErrorCode } = {
  'unknown-component': 'COMPONENT_NOT_FOUND',
  'unknown-path': 'EXPRESSION_FAILURE',
  'undefined-variable': 'EXPRESSION_FAILURE',
  'missing-variable': 'EXPRESSION_FAILURE',
};

/** The result of a run that was refused before it started, from its errors. */
export function refusalOf(diagnostics: readonly Diagnostic[]): FlowResult {
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  const [code = 'INVALID_INPUT', ...others] = new Set(errors.map((error) => REFUSALS[error.code] ?? 'INVALID_INPUT'));
  return failed(others.length > 0 ? 'INVALID_INPUT' : code, errors.map(({ message }) => message).join('; '));
}
