import { type Expression, forEachChild, type VariableReference } from '../../flow/expression.ts';
import type { Flow } from '../../flow/flow.ts';
import { ownValues, secretVariables } from '../analyse/variables.ts';
import type { Scope } from './scope.ts';
import { referencesIn } from './walk.ts';

/**
 * Reports each variable that is declared, but has no value where one is needed: as a warning while a value may still be given,
 * and where some runs do without it; else as an error. Secrets have their values elsewhere.
 */
export function checkMissingVariables(scope: Scope): void {
  const { flow, variablesAreGiven } = scope;
  const values = ownValues(flow);
  const secrets = secretVariables(flow);
  const certain = variablesAreGiven && !flow.outer ? certainReferences(flow) : new Set<Expression>();
  for (const { reference, lenient } of referencesIn(flow)) {
    if (reference.kind !== 'variable' || lenient || !scope.variable(reference.name)) continue;
    const { name, span } = reference;
    if (Object.hasOwn(values, name) || secrets.has(name)) continue;
    scope.report('missing-variable', { name }, span, certain.has(reference) ? 'error' : 'warning');
  }
}

/** The references to variables that every run evaluates, unless it fails or is skipped before. */
function certainReferences({ steps, output, evaluation }: Flow): ReadonlySet<Expression> {
  const found = new Set<VariableReference>();
  const byId = new Map(steps.map((step) => [step.id, step]));
  const pending: Expression[] = output ? [output] : [];
  const run = (id: string): void => {
    const step = byId.get(id);
    byId.delete(id);
    if (step && !step.skipIf) pending.push(step.input);
  };
  for (const { id, mustExecute } of steps) if (mustExecute || evaluation === 'eager') run(id);
  const visit = (expression: Expression): void => {
    if (expression.kind === 'variable') found.add(expression);
    else if (expression.kind === 'step') run(expression.step);
    forEachChild(expression, (child, role) => {
      if (role === 'part') visit(child);
    });
  };
  for (let next = pending.pop(); next; next = pending.pop()) visit(next);
  return found;
}
