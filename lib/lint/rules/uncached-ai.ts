import type { Step } from '../../flow/flow.ts';
import { aiSteps } from '../ai-steps.ts';
import { withoutRunning } from '../changed-flow.ts';
import type { LintedFlow } from '../linted-flow.ts';
import type { Rule } from '../rule.ts';
import { hasWord } from '../words.ts';

export const uncachedAi: Rule = {
  code: 'uncached-ai',
  severity: 'info',
  finds: 'a call of a language model whose answer no cache keeps',
  guide: 'AI Response Caching',
  why: 'A hit costs one read of an object; its cost is what each repeated request saves.',
  saving: 'Each repeated request would save',
  find: (linted) =>
    aiSteps(linted)
      .filter((step) => !isCached(linted, step))
      .map((step) => ({
        span: step.idSpan,
        step: step.id,
        message: `No cache keeps the answers of "${step.id}"`,
        help: 'Look the request up with /cache/check, skip this step with skipIf: { $step: ID, path: cache_hit }, and keep the answer with /cache/store.',
        improve: (flow) => withoutRunning(flow, step.id),
      })),
};

const CACHE = new Set(['cache', 'cached', 'memo', 'memoize']);

/** Whether a step runs only if a cache, which it waits for, has not the answer. */
const isCached = (linted: LintedFlow, step: Step): boolean =>
  [...(linted.dependencies.get(step.id) ?? [])].some((id) => hasWord(linted.steps.get(id)?.component ?? '', CACHE)) ||
  linted.flow.steps.some(({ component, id }) => hasWord(component, CACHE) && linted.coalescedWith(id).has(step.id));
