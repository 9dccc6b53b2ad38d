import { afterOf } from '../../flow/flow.ts';
import type { Scope } from './scope.ts';
import { referencesIn } from './walk.ts';

/** Components that are called for their side effects. */
const HAS_EFFECT = /^(\/builtin)?\/(cache\/store|put_blob|http(\/\w+)?|sleep)$/;

/**
 * Reports each step that runs although nothing reads its result. In a flow without an output, such a step is a result; in
 * a lazy flow, it does not run. That leaves flows with an output that are eager because a step has a `skipIf`: there a
 * step without `skipIf` and `mustExecute` is most likely a leftover.
 */
export function checkUnused({ flow, report }: Scope): void {
  const { output, evaluation, steps } = flow;
  if (!output || evaluation === 'lazy' || !steps.some(({ skipIf }) => skipIf)) return;
  const read = new Set([...referencesIn(flow)].map(({ reference }) => reference.kind === 'step' && reference.step));
  // What another step comes after is there for its effect.
  const preceding = new Set(steps.flatMap(afterOf));
  for (const { id, idSpan, component, skipIf, mustExecute } of steps) {
    if (read.has(id) || preceding.has(id) || skipIf || mustExecute || HAS_EFFECT.test(component)) continue;
    report('unused-step', { step: id }, idSpan);
  }
}
