import type { Expression, MapExpression } from '../../flow/expression.ts';
import { fieldsOf, inputField } from '../analyse/builtins.ts';
import { VARIABLES_FIELD } from '../analyse/given-variables.ts';
import type { PlannedStep } from '../plan/plan.ts';
import { variablesOf } from './jsonata/input-reads.ts';

/**
 * The expression for a map of the variables of a step's inner flow that a run gives values to, as far as the flow reads them;
 * undefined where it reads none.
 */
export function variablesExpression({ step, inner }: Pick<PlannedStep, 'step' | 'inner'>): Expression | undefined {
  const field = inputField(step, VARIABLES_FIELD);
  const read = new Set(inner ? variablesOf(inner).map(({ name }) => name) : []);
  if (!field || read.size === 0) return undefined;
  const fields = fieldsOf(field);
  if (!fields) return field;
  const entries = fields.flatMap(([key, value]): MapExpression['entries'] =>
    read.has(key) ? [{ key, keySpan: value.span, value }] : [],
  );
  return { kind: 'map', entries, span: field.span };
}
