import type { Diagnostic } from '../../diagnostics/diagnostics.ts';
import type { Flow } from '../../flow/flow.ts';
import { dataDependencies, findUses, topologicalOrder } from '../analyse/graph.ts';
import { checkConditions } from './check-conditions.ts';
import { checkInputs } from './check-inputs.ts';
import { checkPaths } from './check-paths.ts';
import { checkUnused } from './check-unused.ts';
import { checkVariables } from './check-variables.ts';
import { openScope } from './open-scope.ts';
import { DiagnosticSet, type SchemasOf, type Scope } from './scope.ts';

/**
 * Type-checks a flow that compiles: types are inferred from the flow's input through the schemas of all steps and inner
 * flows. What fails in every run is an error, what is most likely a mistake is a warning.
 */
export function check(flow: Flow, schemasOf: SchemasOf): readonly Diagnostic[] {
  const findings = new DiagnosticSet(flow.file);
  checkScope(openScope(flow, { schemasOf, report: findings.report }));
  return findings.diagnostics;
}

function checkScope(scope: Scope): void {
  // In topological order: otherwise inferring the last type of a long chain would recurse through all of it.
  const sorted = topologicalOrder(dataDependencies(findUses(scope.flow, [])));
  for (const id of 'order' in sorted ? sorted.order : []) scope.resultOf(id);
  checkPaths(scope);
  checkInputs(scope);
  checkConditions(scope);
  checkVariables(scope);
  checkUnused(scope);
  for (const step of scope.flow.steps) {
    const inner = scope.inner(step);
    if (inner) checkScope(inner);
  }
}
