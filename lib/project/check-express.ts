import { inputField } from '../compiler/analyse/builtins.ts';
import { type Diagnostic, diagnose, type Span } from '../diagnostics/diagnostics.ts';
import type { Step } from '../flow/flow.ts';
import { QUOTAS } from '../protocol/quotas.ts';
import type { LoadedComponent } from './components/index.ts';
import type { OpenedFlow } from './open-flow.ts';

/**
 * Warns of each step of an Express flow whose component may take longer than the whole execution, by its own timeout. Built-in
 * components have the longest timeout there is, whatever they do: of these, the "timeout" that a step writes into its input counts.
 */
export function checkExpressTimeouts(
  { compiled: { type, steps, flow }, lookup, canonical, file }: OpenedFlow,
  functions: ReadonlyMap<string, LoadedComponent>,
): readonly Diagnostic[] {
  if (type !== 'EXPRESS') return [];
  return steps.flatMap(({ id, component, componentSpan }) => {
    const isBuiltin = lookup.catalog.resolve(component)?.builtin === true;
    const own = { seconds: functions.get(canonical(component))?.timeout ?? 0, span: componentSpan };
    const { seconds, span } = isBuiltin ? writtenTimeout(flow?.steps.find((step) => step.id === id)) : own;
    if (seconds <= QUOTAS.expressSeconds || span === undefined) return [];
    const params = { step: id, component, seconds, most: QUOTAS.expressSeconds };
    return [diagnose('express-timeout', params, { file, ...span })];
  });
}

/** The seconds that a step gives its built-in component, and where. */
function writtenTimeout(step: Step | undefined): { readonly seconds: number; readonly span?: Span } {
  const timeout = step && inputField(step, 'timeout');
  if (timeout?.kind !== 'literal' || typeof timeout.value !== 'number') return { seconds: 0 };
  return { seconds: timeout.value, span: timeout.span };
}
