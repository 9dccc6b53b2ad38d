import { type Diagnostic, diagnose } from '../../diagnostics/diagnostics.ts';
import type { Flow, Step } from '../../flow/flow.ts';
import { flowRunnerAt } from '../../flow/flow-runners.ts';
import { typeAround } from '../../flow/read/aws-metadata.ts';
import { MOST_OF_RETRY } from '../../flow/read/read-step.ts';

/** Reports timeouts and retries that no state machine can have: see whole-steps.ts. */
export function reportTimeLimits(flow: Flow, diagnostics: Diagnostic[]): void {
  const { file, outer, timeoutSpan } = flow;
  if (outer && timeoutSpan) diagnostics.push(diagnose('inner-timeout', {}, { file, ...timeoutSpan }));
  const isExpress = typeAround(flow) === 'EXPRESS';
  for (const step of flow.steps) {
    const found = isExpress ? expressProblem(step, file) : retryProblem(step, file);
    if (found) diagnostics.push(found);
  }
}

function expressProblem({ id, idSpan, component, timeout }: Step, file: string): Diagnostic | undefined {
  if (timeout === undefined || !flowRunnerAt(component)) return undefined;
  return diagnose('express-step-timeout', { step: id, key: 'timeout' }, { file, ...idSpan });
}

function retryProblem({ id, idSpan, component, onError }: Step, file: string): Diagnostic | undefined {
  const most = flowRunnerAt(component) ? MOST_OF_RETRY.maxRetriesOfFlow : MOST_OF_RETRY.maxRetries;
  if (onError.action !== 'retry' || onError.maxRetries <= most) return undefined;
  return diagnose('too-many-retries', { step: id, retries: onError.maxRetries, most }, { file, ...idSpan });
}
