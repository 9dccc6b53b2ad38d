import type { Expression } from '../../flow/expression.ts';
import type { Step } from '../../flow/flow.ts';
import type { Json } from '../../protocol/json.ts';
import { callsBuiltin, fieldsOf } from '../analyse/builtins.ts';
import { isConstant } from './fold.ts';

/** The constant that a step stores as a blob; undefined for other steps. */
export function constantBlob(step: Step | undefined): { readonly data: Json } | undefined {
  const data = step && storedData(step);
  return data && isConstant(data) ? { data: data.value } : undefined;
}

/** The value that a `put_blob` stores; undefined for other steps, and for an input that is not valid. */
export function storedData(step: Step): Expression | undefined {
  if (!callsBuiltin(step, 'put_blob')) return undefined;
  const fields = new Map(fieldsOf(step.input));
  const type = fields.get('blob_type');
  const isType = !type || (isConstant(type) && (type.value === 'data' || type.value === 'flow'));
  return isType && [...fields.keys()].every((key) => key === 'data' || key === 'blob_type')
    ? fields.get('data')
    : undefined;
}

/** The step whose blob id an expression reads. */
export const blobStepOf = (expression: Expression | undefined): string | undefined =>
  expression?.kind === 'step' && expression.path.text === 'blob_id' && expression.onSkip === undefined
    ? expression.step
    : undefined;
