import { type Diagnostic, diagnose } from '../../diagnostics/diagnostics.ts';
import type { Flow, Step } from '../../flow/flow.ts';
import { isInExpress } from '../../flow/read/aws-metadata.ts';

/** Reports steps that wait for an answer where nothing can wait: in an Express execution, and in a function that runs the flow. */
export function reportWaits(flow: Flow, diagnostics: Diagnostic[], inFunction = false): void {
  const place = inFunction ? 'function' : isInExpress(flow) ? 'express' : undefined;
  if (place === undefined) return;
  for (const { id, component, componentSpan, waits } of flow.steps) {
    if (waits)
      diagnostics.push(diagnose('cannot-wait', { step: id, component, place }, { file: flow.file, ...componentSpan }));
  }
}

/** A flow in which no step waits whose component is another one than the built-in one of that name. */
export function withoutReplacedWaits(flow: Flow, isReplaced: (step: Step) => boolean): Flow {
  if (!flow.steps.some((step) => step.waits && isReplaced(step))) return flow;
  const steps = flow.steps.map((step) => {
    const { waits: _, ...rest } = step;
    return isReplaced(step) ? rest : step;
  });
  return { ...flow, steps };
}
