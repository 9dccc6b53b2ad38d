import type { Expression, InputReference, MapExpression, StepReference } from '../../flow/expression.ts';
import type { Step } from '../../flow/flow.ts';
import type { Json } from '../../protocol/json.ts';
import { parsePath, pathText } from '../../protocol/path.ts';
import { callsBuiltin, fieldsOf } from '../analyse/builtins.ts';
import { expressionAt } from './expression-at.ts';

/** A reference to a step's result or to the flow's input. */
export type Reading = StepReference | InputReference;

/** The result of a pure step, as an expression. */
export interface PureValue {
  readonly value: Expression;
  /** The references whose value must be a string; otherwise the step fails with INVALID_INPUT. */
  readonly texts: readonly Reading[];
}

/** The built-in components whose result is an expression of their input. */
const PURE: { readonly [name: string]: (step: Step) => PureValue | undefined } = {
  noop: ({ input }) => plain(input),
  extract: extracted,
  extract_multiple: extractedMultiple,
  create_messages: messages,
};

/** The result of a step as an expression; undefined if only its component can compute it. */
export function pureValueOf(step: Step): PureValue | undefined {
  const name = Object.keys(PURE).find((own) => callsBuiltin(step, own));
  return name === undefined ? undefined : PURE[name]?.(step);
}

const plain = (value: Expression | undefined): PureValue | undefined => value && { value, texts: [] };

/** The fields of a step's input; undefined if it has any but these. */
function onlyFields({ input }: Step, names: readonly string[]): ReadonlyMap<string, Expression> | undefined {
  const fields = fieldsOf(input);
  return fields?.every(([key]) => names.includes(key)) ? new Map(fields) : undefined;
}

function extracted(step: Step): PureValue | undefined {
  const fields = onlyFields(step, ['data', 'path']);
  const data = fields?.get('data');
  const path = fields?.get('path');
  return data && path?.kind === 'literal' ? plain(partAt(data, path.value)) : undefined;
}

function partAt(data: Expression, written: Json): Expression | undefined {
  const path = typeof written === 'string' ? parsePath(written) : undefined;
  if (!path || 'error' in path) return undefined;
  return expressionAt(data, { text: path.segments.length === 0 ? '$' : pathText(String(written)), path });
}

function extractedMultiple(step: Step): PureValue | undefined {
  const fields = onlyFields(step, ['data', 'fields']);
  const data = fields?.get('data');
  const names = fields?.get('fields');
  if (!data || names?.kind !== 'literal' || !Array.isArray(names.value)) return undefined;
  const entries = [...new Set(names.value)].map((name): readonly [Json, Expression | undefined] => [
    name,
    partAt(data, name),
  ]);
  const found = entries.flatMap(([name, part]): (readonly [string, Expression])[] =>
    typeof name === 'string' && name !== '__proto__' && part ? [[name, part]] : [],
  );
  return found.length === entries.length ? plain(mapOf(found, step)) : undefined;
}

/** Like the component `create_messages`: an empty system prompt is left out. */
function messages(step: Step): PureValue | undefined {
  const fields = onlyFields(step, ['system_instructions', 'user_prompt']);
  const prompt = fields?.get('user_prompt');
  const system = fields?.get('system_instructions');
  if (!prompt || (system && system.kind !== 'literal') || system?.secret !== undefined) return undefined;
  if (typeof (system?.value ?? '') !== 'string') return undefined;
  const texts = textsIn(prompt);
  const message = (role: string, content: Expression): Expression =>
    mapOf(
      [
        ['role', { kind: 'literal', value: role, span: content.span }],
        ['content', content],
      ],
      step,
    );
  const items = [...(system?.value ? [message('system', system)] : []), message('user', prompt)];
  return texts && { value: mapOf([['messages', { kind: 'list', items, span: prompt.span }]], step), texts };
}

/** The references that must be strings for a prompt to be a string; undefined if that cannot be ensured. */
function textsIn(prompt: Expression): readonly Reading[] | undefined {
  if (prompt.kind === 'input') return [prompt];
  if (prompt.kind === 'step') {
    return prompt.onSkip === undefined || typeof prompt.onSkip === 'string' ? [prompt] : undefined;
  }
  return prompt.kind === 'literal' && prompt.secret === undefined && typeof prompt.value === 'string' ? [] : undefined;
}

/** A map expression with these values, at the span of a step's input. */
export function mapOf(
  entries: readonly (readonly [string, Expression])[],
  { idSpan, input: { span } }: Step,
): MapExpression {
  return { kind: 'map', entries: entries.map(([key, value]) => ({ key, keySpan: idSpan, value })), span };
}
