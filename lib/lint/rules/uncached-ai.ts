import type { Step } from '../../flow/flow.ts';
import { aiSteps } from '../ai-steps.ts';
import { withoutRunning } from '../changed-flow.ts';
import type { LintedFlow } from '../linted-flow.ts';
import { stepsIn } from '../references.ts';
import type { Rule } from '../rule.ts';
import { isCache } from '../words.ts';

export const uncachedAi: Rule = {
  code: 'uncached-ai',
  severity: 'info',
  finds: 'a call of a language model whose answer no cache keeps',
  guide: 'AI Response Caching',
  why: 'A hit costs one read of an object; its cost is what each repeated request saves.',
  saving: 'Each repeated request would save',
  find: (linted) => {
    const afterCache = linted.descendantsOf(linted.flow.steps.filter(isCache));
    return aiSteps(linted)
      .filter((step) => !isCached(linted, step, afterCache))
      .map((step) => ({
        span: step.idSpan,
        step: step.id,
        message: `No cache keeps the answers of "${step.id}"`,
        help: 'Look the request up with /cache/check, skip this step with skipIf: { $step: ID, path: cache_hit }, and keep the answer with /cache/store.',
        improve: (flow) => withoutRunning(flow, step.id),
      }));
  },
};

/** Whether a step runs, or is read, only where a cache has not the answer. `afterCache`: the steps that begin after a cache. */
function isCached(linted: LintedFlow, step: Step, afterCache: ReadonlySet<string>): boolean {
  const conditions = step.skipIf ? [step.skipIf] : [];
  const asked = [
    ...stepsIn([...conditions, ...linted.choicesWith(step.id)]),
    ...(linted.dependencies.get(step.id) ?? []),
  ];
  if (stepsIn(conditions).some((id) => afterCache.has(id))) return true;
  return asked.some((id) => {
    const other = id === step.id ? undefined : linted.steps.get(id);
    return other !== undefined && isCache(other);
  });
}
