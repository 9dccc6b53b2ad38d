import type { Expression } from '../../flow/expression.ts';
import type { Step } from '../../flow/flow.ts';
import { parsePath } from '../../protocol/path.ts';
import { builtinOf, callsBuiltin, inputField } from '../analyse/builtins.ts';
import { accessAt } from './access.ts';
import type { Scope } from './scope.ts';
import { constantType, objectType, schemaType, type Type, unionType } from './type.ts';
import { typeOf } from './type-of.ts';

/**
 * The type of a built-in component's result, for components whose result depends on the step's input; undefined for all
 * others.
 */
export function resultOfBuiltin(step: Step, scope: Scope): Type | undefined {
  if (callsBuiltin(step, 'noop')) return typeOf(step.input, scope);
  if (callsBuiltin(step, 'extract')) return extracted(step, scope);
  const name = builtinOf(step);
  if (name === 'map') return mapped(step, scope);
  return name === 'eval' ? evaluated(step, scope) : undefined;
}

function extracted(step: Step, scope: Scope): Type | undefined {
  const data = inputField(step, 'data');
  const written = constantOf(inputField(step, 'path'));
  const path = typeof written === 'string' ? parsePath(written) : undefined;
  if (!data || !path || 'error' in path) return undefined;
  return accessAt(typeOf(data, scope), path, { result: true }).type;
}

const constantOf = (expression: Expression | undefined) =>
  expression?.kind === 'literal' ? expression.value : undefined;

function evaluated(step: Step, scope: Scope): Type | undefined {
  const result = runResult(step, scope);
  return result && objectType({ result, run_id: schemaType({ type: 'string' }) });
}

function mapped(step: Step, scope: Scope): Type | undefined {
  const result = runResult(step, scope);
  const count = schemaType({ type: 'integer' });
  const output = outputOf(step, scope);
  if (!result || !output) return undefined;
  const listOf = (rest: Type): Type => ({ kind: 'array', items: [], rest });
  return objectType({
    results: listOf(result),
    values: listOf(unionType([output, constantType(null)])),
    successful: count,
    failed: count,
    skipped: count,
  });
}

/** What the step's inner flow gives, where that flow has an output. */
function outputOf(step: Step, scope: Scope): Type | undefined {
  const inner = scope.inner(step);
  return inner?.flow.output && typeOf(inner.flow.output, inner);
}

/** The outcome object of one run of the step's inner flow. */
function runResult(step: Step, scope: Scope): Type | undefined {
  const output = outputOf(step, scope);
  if (!output) return undefined;
  const outcomes = ['success', 'skipped', 'failed'].map(constantType);
  const error = objectType({ code: schemaType({ type: 'string' }), message: schemaType({ type: 'string' }) });
  return {
    kind: 'object',
    fields: new Map([
      ['outcome', { type: { kind: 'union', of: outcomes }, required: true }],
      ['result', { type: output, required: false }],
      ['error', { type: withData(error), required: false }],
    ]),
  };
}

/** The type of an error with its optional `data`. */
const withData = (error: Type): Type =>
  error.kind === 'object'
    ? { ...error, fields: new Map([...error.fields, ['data', { type: schemaType(true), required: false }]]) }
    : error;
