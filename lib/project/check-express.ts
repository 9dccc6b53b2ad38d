import { type Diagnostic, diagnose } from '../diagnostics/diagnostics.ts';
import { QUOTAS } from '../protocol/quotas.ts';
import type { LoadedComponent } from './components/index.ts';
import type { OpenedFlow } from './open-flow.ts';

/**
 * Warns of each step of an Express flow whose component may take longer than the whole execution, by its own timeout. Built-in
 * components have the longest timeout there is, whatever they do.
 */
export function checkExpressTimeouts(
  { compiled: { type, steps }, lookup, canonical, file }: OpenedFlow,
  functions: ReadonlyMap<string, LoadedComponent>,
): readonly Diagnostic[] {
  if (type !== 'EXPRESS') return [];
  return steps.flatMap(({ id, component, componentSpan }) => {
    const timeout = functions.get(canonical(component))?.timeout ?? 0;
    if (timeout <= QUOTAS.expressSeconds || lookup.catalog.resolve(component)?.builtin === true) return [];
    const params = { step: id, component, seconds: timeout, most: QUOTAS.expressSeconds };
    return [diagnose('express-timeout', params, { file, ...componentSpan })];
  });
}
