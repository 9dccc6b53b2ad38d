import type { ExecutionResult } from '../engine/types.ts';
import type { Diagnostic } from '../flow/diagnostics.ts';
import { type FailedLink, linkInStack } from '../runtime/chain.ts';
import type { ErrorCode } from '../runtime/errors.ts';
import { codeOf } from '../runtime/failure-codes.ts';
import { isObject, type Json } from '../runtime/json.ts';
import { isOfOutput } from '../runtime/output.ts';
import type { ErrorData, FlowErrorReport, FlowResult } from './events.ts';

/** What a Cause says: the message, and the stack where a function wrote it. */
export function readCause(cause: string | undefined): { readonly message: string; readonly stack?: readonly string[] } {
  const parsed = parseObject(cause);
  if (parsed === undefined || typeof parsed.errorMessage !== 'string') return { message: cause ?? '' };
  const trace = Array.isArray(parsed.trace) ? parsed.trace.map(String) : [];
  return { message: parsed.errorMessage, ...(trace.length > 0 && { stack: trace }) };
}

/** Where a failure says that it happened: see `failIn` of lib/runtime/chain.ts, and `checkOutput` of lib/runtime/output.ts. */
export interface Whereabouts {
  /** The component's own lines. */
  readonly stack: readonly string[];
  /** Of a chain, the step that failed, and what became of those before it. */
  readonly failed?: FailedLink;
  /** Whether nothing failed but the flow's output, for which the last step's function looks: the step went well. */
  readonly inOutput: boolean;
}

/** Reads the place of a failure out of its Cause. */
export function whereaboutsOf(failure: { readonly cause?: string } | undefined): Whereabouts {
  const found = linkInStack(readCause(failure?.cause).stack ?? []);
  return { ...found, inOutput: isOfOutput(found.stack) };
}

function parseObject(text: string | undefined): { [key: string]: Json } | undefined {
  try {
    const value: Json = JSON.parse(text ?? '');
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

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

/** What a run would have ended with that was refused for a diagnostic; for all others INVALID_INPUT. */
const REFUSALS: { readonly [code: string]: ErrorCode } = {
  'unknown-component': 'COMPONENT_NOT_FOUND',
  'unknown-path': 'EXPRESSION_FAILURE',
  'undefined-variable': 'EXPRESSION_FAILURE',
};

/** The result of a run that was refused before it began: its code and message are those of the errors. */
export function refuse(diagnostics: readonly Diagnostic[]): FlowResult {
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  const [code = 'INVALID_INPUT', ...others] = new Set(errors.map((error) => REFUSALS[error.code] ?? 'INVALID_INPUT'));
  return failed(others.length > 0 ? 'INVALID_INPUT' : code, errors.map(({ message }) => message).join('; '));
}
