import type { Diagnostic } from '../../diagnostics/diagnostics.ts';
import type { Flow } from '../../flow/flow.ts';
import { dataDependencies, findUses, topologicalOrder } from '../analyse/graph.ts';
import { checkConditions } from './check-conditions.ts';
import { checkDefaults } from './check-defaults.ts';
import { checkFlowRunners } from './check-flow-runners.ts';
import { checkInputs } from './check-inputs.ts';
import { checkPaths } from './check-paths.ts';
import { checkUnused } from './check-unused.ts';
import { checkVariables } from './check-variables.ts';
import { liveFlow } from './live-flow.ts';
import { openScope } from './open-scope.ts';
import { DiagnosticSet, type SchemasOf, type Scope } from './scope.ts';

/**
 * Type-checks a flow that compiles: types are inferred from the flow's input through the schemas of all steps and inner
 * flows. What fails in every run is an error, what is most likely a mistake is a warning.
 */
export function check(flow: Flow, schemasOf: SchemasOf): readonly Diagnostic[] {
  const found = findingsIn(flow, { schemasOf, ownSchemas: true });
  if (!found.some(isError)) return found;
  // No run checks the schemas that steps have of their own: what is wrong by them alone fails no run.
  const certain = new Set(findingsIn(flow, { schemasOf, ownSchemas: false }).filter(isError).map(placeOf));
  return found.map((one) => (isError(one) && !certain.has(placeOf(one)) ? { ...one, severity: 'warning' } : one));
}

const isError = ({ severity }: Diagnostic): boolean => severity === 'error';

const placeOf = ({ code, line, column, endLine, endColumn }: Diagnostic): string =>
  [code, line, column, endLine, endColumn].join(' ');

function findingsIn(flow: Flow, schemas: Pick<Scope, 'schemasOf' | 'ownSchemas'>): readonly Diagnostic[] {
  const findings = new DiagnosticSet(flow.file);
  checkScope(openScope(flow, { ...schemas, report: findings.report }));
  return findings.diagnostics;
}

function checkScope(scope: Scope): void {
  // In topological order: otherwise inferring the last type of a long chain would recurse through all of it.
  const sorted = topologicalOrder(dataDependencies(findUses(scope.flow, [])));
  for (const id of 'order' in sorted ? sorted.order : []) scope.resultOf(id);
  const live: Scope = { ...scope, flow: liveFlow(scope) };
  checkPaths(live);
  checkInputs(live);
  checkFlowRunners(live);
  checkDefaults(live);
  checkConditions(scope);
  checkVariables(live);
  checkUnused(scope);
  for (const step of live.flow.steps) {
    const inner = scope.inner(step);
    if (inner) checkScope(inner);
  }
}
