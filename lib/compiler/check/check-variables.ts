import { nearest } from '../../flow/text/nearest.ts';
import type { Scope } from './scope.ts';
import { referencesIn } from './walk.ts';

/** Reports each variable that neither the flow's schema nor its values declare. */
export function checkVariables(scope: Scope): void {
  for (const { reference } of referencesIn(scope.flow)) {
    if (reference.kind !== 'variable' || scope.variable(reference.name)) continue;
    const { name, fallback, span } = reference;
    const params = { name, nearest: nearest(name, scope.variableNames) };
    scope.report(fallback ? 'undeclared-variable' : 'undefined-variable', params, span);
  }
}
