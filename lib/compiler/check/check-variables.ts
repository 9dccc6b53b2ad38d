import type { Flow } from '../../flow/flow.ts';
import { Suggestions } from '../../flow/text/nearest.ts';
import { declaredVariables } from '../analyse/variables.ts';
import type { Scope } from './scope.ts';
import { referencesIn } from './walk.ts';

/** Reports each variable that neither the flow's schema nor its values declare. */
export function checkVariables(scope: Scope): void {
  const names = new Suggestions(scope.variableNames);
  for (const { reference } of referencesIn(scope.flow)) {
    if (reference.kind !== 'variable' || scope.variable(reference.name)) continue;
    const { name, fallback, span } = reference;
    if (!fallback && isVariableAround(scope.flow, name)) {
      scope.report('outer-variable', { name }, span);
      continue;
    }
    const params = { name, nearest: names.nearest(name), inner: scope.flow.outer !== undefined };
    scope.report(fallback ? 'undeclared-variable' : 'undefined-variable', params, span);
  }
}

/** Whether a flow around an inner one has a variable of that name. */
function isVariableAround({ outer }: Flow, name: string): boolean {
  if (!outer) return false;
  const own = { ...declaredVariables(outer.variablesSchema), ...outer.variables };
  return Object.hasOwn(own, name) || isVariableAround(outer, name);
}
