import type { Step } from '../../flow/flow.ts';
import { callsBuiltin } from '../analyse/builtins.ts';
import { skipIfOf } from '../analyse/demand.ts';
import { spreadsSkip } from '../analyse/uses.ts';

import type { PassContext } from './pass.ts';

/** The built-in components that never skip their own step. */
const NEVER_SKIPPING = [
  ...['extract', 'extract_multiple', 'create_messages', 'noop', 'sleep', 'put_blob', 'get_blob', 'load_file'],
  ...['openai', 'http', 'http/get', 'http/post', 'cache/check', 'cache/store', 'map', 'eval', 'gather'],
] as const;

/** The steps that may be skipped: by `skipIf` or `onError`, by their component, or with a step that they read. */
export function skippableSteps({ analysis, isOpaque }: PassContext): ReadonlySet<string> {
  const { flow, uses, order } = analysis;
  const steps = new Map(flow.steps.map((step) => [step.id, step]));
  const found = new Set<string>();
  for (const id of order) {
    const step = steps.get(id);
    const used = uses.steps.get(id);
    if (!step || !used) continue;
    const isSkippedWithSource = [...used.input, ...used.fallback].some(
      (use) => spreadsSkip(use) && found.has(use.reference.step),
    );
    if (isSkippedWithSource || skipIfOf(step) || step.onError.action === 'skip' || !neverSkipsItself(step, isOpaque))
      found.add(id);
  }
  return found;
}

const neverSkipsItself = (step: Step, isOpaque: PassContext['isOpaque']): boolean =>
  !isOpaque(step) && NEVER_SKIPPING.some((name) => callsBuiltin(step, name));
