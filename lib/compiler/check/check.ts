import type { Diagnostic } from '../../diagnostics/diagnostics.ts';
import type { Flow } from '../../flow/flow.ts';
import { dataDependencies, findUses, topologicalOrder } from '../analyse/graph.ts';
import { checkConditions } from './check-conditions.ts';
import { checkInputs } from './check-inputs.ts';
import { checkPaths } from './check-paths.ts';
import { checkUnused } from './check-unused.ts';
import { checkVariables } from './check-variables.ts';
import { openScope } from './open-scope.ts';
import { Findings, type SchemasOf, type Scope } from './scope.ts';

/**
 * Checks a flow that compiles against the schemas of its components: types are followed from the flow's input through
 * every step and inner flow. Reports what is certainly wrong as an error, what is most likely a mistake as a warning.
 */
export function check(flow: Flow, schemasOf: SchemasOf): readonly Diagnostic[] {
  const findings = new Findings(flow.file);
  checkScope(openScope(flow, { schemasOf, report: findings.report }));
  return findings.diagnostics;
}

function checkScope(scope: Scope): void {
  // Each type needs those before it: in this order none is worked out from the end of a long chain.
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
