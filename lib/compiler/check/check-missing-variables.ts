import type { Expression } from '../../flow/expression.ts';
import { ownValues, requiredVariables, secretVariables } from '../analyse/variables.ts';
import { certainParts } from './certain.ts';
import type { Scope } from './scope.ts';
import { FILE_START } from './variable-values.ts';
import { referencesIn } from './walk.ts';

/**
 * Reports each variable that is declared, but has no value where one is needed: as a warning while a value may still be given,
 * and where some runs do without it; else as an error. One that variablesSchema requires is needed by every run, whether it is
 * read or not. Secrets have their values elsewhere.
 */
export function checkMissingVariables(scope: Scope): void {
  const told = checkReads(scope);
  const { flow, variablesAreGiven } = scope;
  const inner = flow.outer !== undefined;
  if (variablesAreGiven === undefined && !inner) return;
  // Only the step that runs an inner flow gives it values.
  const severity = inner || variablesAreGiven ? 'error' : 'warning';
  const secrets = inner ? new Map() : secretVariables(flow);
  const values = { ...ownValues(flow), ...scope.given };
  for (const name of requiredVariables(flow.variablesSchema)) {
    if (Object.hasOwn(values, name) || secrets.has(name) || told.get(name) === severity) continue;
    const span = flow.variableSpans.get(name) ?? FILE_START;
    const params = { name, inner, required: true };
    scope.report('missing-variable', params, span, severity === 'error' ? undefined : severity);
  }
}

type Severity = 'error' | 'warning';

/** Reports the variables without a value where they are read. Returns the worst that was reported of each. */
function checkReads(scope: Scope): ReadonlyMap<string, Severity> {
  const told = new Map<string, Severity>();
  const { flow, variablesAreGiven } = scope;
  if (variablesAreGiven === undefined) return told;
  const values = ownValues(flow);
  const secrets = secretVariables(flow);
  const certain = variablesAreGiven && !flow.outer ? certainParts(flow).variables : new Set<Expression>();
  for (const { reference, lenient } of referencesIn(flow)) {
    if (reference.kind !== 'variable' || lenient || !scope.variable(reference.name)) continue;
    const { name, span } = reference;
    if (Object.hasOwn(values, name) || Object.hasOwn(scope.given, name) || secrets.has(name)) continue;
    const severity = certain.has(reference) ? 'error' : 'warning';
    scope.report('missing-variable', { name, inner: flow.outer !== undefined }, span, severity);
    if (told.get(name) !== 'error') told.set(name, severity);
  }
  return told;
}
