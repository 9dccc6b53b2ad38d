import { type ComponentSchemas, check } from '../compiler/check/index.ts';
import type { Diagnostic } from '../diagnostics/diagnostics.ts';
import type { OpenedFlow } from './open-flow.ts';

/**
 * All diagnostics of a flow: first those of its profile, then those of its text in order of position, including steps
 * whose component is missing and types that do not match. `schemas`: by the components' own paths, as far as known.
 */
export function checkFlow(
  { file, compiled, settings, canonical, diagnostics, missing, variablesAreGiven }: OpenedFlow,
  schemas: ReadonlyMap<string, ComponentSchemas>,
): readonly Diagnostic[] {
  const { flow, stateMachine } = compiled;
  // A value given by the caller declares its variable, as a value in the flow does.
  const declared = flow && { ...flow, variables: { ...flow.variables, ...settings.variables } };
  const found =
    declared && stateMachine ? check(declared, (path) => schemas.get(canonical(path)), { variablesAreGiven }) : [];
  const all = [...diagnostics, ...missing, ...found];
  const ofFlow = all.filter((one) => one.file === file);
  return [...all.filter((one) => one.file !== file), ...ofFlow.sort((a, b) => a.line - b.line || a.column - b.column)];
}

/** Removes duplicates: a component's problem is reported in each flow and each fused chain that contains it. */
export const distinct = (diagnostics: readonly Diagnostic[]): readonly Diagnostic[] => [
  ...new Map(diagnostics.map((one) => [JSON.stringify(one), one])).values(),
];
