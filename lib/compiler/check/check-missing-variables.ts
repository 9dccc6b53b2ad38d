import type { Expression } from '../../flow/expression.ts';
import { ownValues, secretVariables } from '../analyse/variables.ts';
import { certainParts } from './certain.ts';
import type { Scope } from './scope.ts';
import { referencesIn } from './walk.ts';

/**
 * Reports each variable that is declared, but has no value where one is needed: as a warning while a value may still be given,
 * and where some runs do without it; else as an error. Secrets have their values elsewhere.
 */
export function checkMissingVariables(scope: Scope): void {
  const { flow, variablesAreGiven } = scope;
  if (variablesAreGiven === undefined) return;
  const values = ownValues(flow);
  const secrets = secretVariables(flow);
  const certain = variablesAreGiven && !flow.outer ? certainParts(flow).variables : new Set<Expression>();
  for (const { reference, lenient } of referencesIn(flow)) {
    if (reference.kind !== 'variable' || lenient || !scope.variable(reference.name)) continue;
    const { name, span } = reference;
    if (Object.hasOwn(values, name) || Object.hasOwn(scope.given, name) || secrets.has(name)) continue;
    scope.report(
      'missing-variable',
      { name, inner: flow.outer !== undefined },
      span,
      certain.has(reference) ? 'error' : 'warning',
    );
  }
}
