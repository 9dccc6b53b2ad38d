import type { Diagnostic } from '../../diagnostics/diagnostics.ts';
import type { Flow } from '../../flow/flow.ts';
import { dependenciesOf, findUses, topologicalOrder } from '../analyse/graph.ts';
import { checkConditions } from './check-conditions.ts';
import { checkDefaults } from './check-defaults.ts';
import { checkExpress } from './check-express.ts';
import { checkFlowRunners } from './check-flow-runners.ts';
import { checkInputs } from './check-inputs.ts';
import { checkMissingVariables } from './check-missing-variables.ts';
import { checkOperations } from './check-operations.ts';
import { checkPaths } from './check-paths.ts';
import { checkTriggers } from './check-triggers.ts';
import { checkUnused } from './check-unused.ts';
import { checkVariables } from './check-variables.ts';
import { checkWrittenPaths } from './check-written-paths.ts';
import { liveFlow } from './live-flow.ts';
import { openScope } from './open-scope.ts';
import { DiagnosticSet, type SchemasOf, type Scope } from './scope.ts';

/** What is known of a flow besides its text. */
export interface CheckOptions {
  /**
   * Whether all values of variables are given, as where it runs or is deployed: a variable without one is then an error, else a
   * warning.
   * @default not known: such a variable is not reported
   */
  readonly variablesAreGiven?: boolean;
}

/**
 * Type-checks a flow that compiles: types are inferred from the flow's input through the schemas of all steps and inner
 * flows. What fails in every run is an error, what is most likely a mistake is a warning.
 */
export function check(flow: Flow, schemasOf: SchemasOf, options: CheckOptions = {}): readonly Diagnostic[] {
  const { variablesAreGiven } = options;
  const found = findingsIn(flow, { schemasOf, ownSchemas: true, variablesAreGiven });
  if (!found.some(isError)) return found;
  // No run checks the schemas that steps have of their own: what is wrong by them alone fails no run.
  const certain = new Set(
    findingsIn(flow, { schemasOf, ownSchemas: false, variablesAreGiven }).filter(isError).map(placeOf),
  );
  return found.map((one) => (isError(one) && !certain.has(placeOf(one)) ? { ...one, severity: 'warning' } : one));
}

const isError = ({ severity }: Diagnostic): boolean => severity === 'error';

const placeOf = ({ code, line, column, endLine, endColumn }: Diagnostic): string =>
  [code, line, column, endLine, endColumn].join(' ');

function findingsIn(
  flow: Flow,
  context: Pick<Scope, 'schemasOf' | 'ownSchemas' | 'variablesAreGiven'>,
): readonly Diagnostic[] {
  const findings = new DiagnosticSet(flow.file);
  checkScope(openScope(flow, { ...context, report: findings.report }));
  checkTriggers(flow, findings.report);
  return findings.diagnostics;
}

function checkScope(scope: Scope): void {
  // In topological order: otherwise inferring the last type of a long chain would recurse through all of it.
  const sorted = topologicalOrder(dependenciesOf(findUses(scope.flow, [])));
  for (const id of 'order' in sorted ? sorted.order : []) scope.resultOf(id);
  const live: Scope = { ...scope, flow: liveFlow(scope) };
  checkPaths(live);
  checkOperations(live);
  checkInputs(live);
  checkWrittenPaths(live);
  checkFlowRunners(live);
  checkDefaults(live);
  checkExpress(live);
  checkConditions(scope);
  checkVariables(live);
  checkMissingVariables(live);
  checkUnused(scope);
  for (const step of live.flow.steps) {
    const inner = scope.inner(step);
    if (inner) checkScope(inner);
  }
}
