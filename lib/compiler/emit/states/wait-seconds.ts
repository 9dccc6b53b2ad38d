import { QUOTAS } from '../../../protocol/quotas.ts';
import type { Evaluated } from '../../../protocol/templated.ts';
import { inputField } from '../../analyse/builtins.ts';
import type { PlannedStep } from '../../plan/plan.ts';
import type { ExpressionScope } from '../jsonata/expression-scope.ts';
import { jsonataOf } from '../jsonata/expressions.ts';
import { evaluated, type Jsonata, jsonata } from '../jsonata/jsonata.ts';
import { bind } from '../jsonata/locals.ts';

/**
 * How many seconds a step waits for its answer: the `timeout` of its input or that of the step itself, whichever is less, as
 * whole seconds. What is no number of seconds counts for nothing here: the component refuses it.
 */
export function waitSeconds({ step }: PlannedStep, scope: ExpressionScope): number | Evaluated {
  const most = Math.ceil(Math.min(step.timeout ?? QUOTAS.seconds, QUOTAS.seconds));
  const written = inputField(step, 'timeout');
  if (written?.kind === 'literal') return isSeconds(written.value) ? Math.min(most, Math.ceil(written.value)) : most;
  if (written) return evaluated(secondsIn(jsonataOf(written, scope), most));
  // A map or list that is written out has no such field.
  if (step.input.kind === 'map' || step.input.kind === 'literal' || step.input.kind === 'list') return most;
  const input = jsonataOf(step.input, scope);
  const field = bind('$element', input, jsonata`$type($element) = "object" ? $lookup($element, "timeout") : null`);
  return evaluated(secondsIn(field, most));
}

const isSeconds = (value: unknown): value is number => typeof value === 'number' && value > 0;

/** A value as seconds, up to the most; the most where it is no number above 0. */
const secondsIn = (value: Jsonata, most: number): Jsonata =>
  bind(
    '$item',
    value,
    jsonata`($type($item) = "number" ? $item > 0 and $item < ${most} : false) ? $ceil($item) : ${most}`,
  );
