import type { Scope } from './scope.ts';
import { referencesIn } from './walk.ts';

/** Components that are called for what they do. */
const WRITES = /^(\/builtin)?\/(cache\/store|put_blob|http(\/\w+)?|sleep)$/;

/**
 * Reports each step that runs though nothing reads its result. In a flow without an output such a step is a result; in
 * one that is lazy it does not run. What remains is a flow with an output in which every step runs because one of them
 * may be skipped: there a step that has no `skipIf` and does not say that it must run is most likely left over.
 */
export function checkUnused({ flow, report }: Scope): void {
  const { output, evaluation, steps } = flow;
  if (!output || evaluation === 'lazy' || !steps.some(({ skipIf }) => skipIf)) return;
  const read = new Set([...referencesIn(flow)].map(({ reference }) => reference.kind === 'step' && reference.step));
  for (const { id, idSpan, component, skipIf, mustExecute } of steps) {
    if (read.has(id) || skipIf || mustExecute || WRITES.test(component)) continue;
    report('unused-step', { step: id }, idSpan);
  }
}
