import { type ComponentSchemas, check } from '../compiler/check/index.ts';
import type { Diagnostic } from '../diagnostics/diagnostics.ts';
import type { OpenedFlow } from './open-flow.ts';

/**
 * All that is to be told of a flow: of its profile first, then of its text by place, its steps without a component and what
 * does not fit the schemas of components among it. `schemas`: by the components' own paths, as far as they are known.
 */
export function checkFlow(
  { file, compiled, settings, canonical, diagnostics, missing }: OpenedFlow,
  schemas: ReadonlyMap<string, ComponentSchemas>,
): readonly Diagnostic[] {
  const { flow, stateMachine } = compiled;
  // A value that is given declares its variable as one in the flow does.
  const given = flow && { ...flow, variables: { ...flow.variables, ...settings.variables } };
  const found = given && stateMachine ? check(given, (path) => schemas.get(canonical(path))) : [];
  const all = [...diagnostics, ...missing, ...found];
  const ofFlow = all.filter((one) => one.file === file);
  return [...all.filter((one) => one.file !== file), ...ofFlow.sort((a, b) => a.line - b.line || a.column - b.column)];
}

/** Each diagnostic once: what is wrong with a component shows in each of its flows, and in each of its chains. */
export const distinct = (diagnostics: readonly Diagnostic[]): readonly Diagnostic[] => [
  ...new Map(diagnostics.map((one) => [JSON.stringify(one), one])).values(),
];
