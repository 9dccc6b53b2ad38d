import type { Json, JsonObject } from '../../protocol/json.ts';

const value: Json = { $ref: '#/definitions/value' };
const path: Json = { $ref: '#/definitions/path' };

/** The form of an expression: its keys, and those of them that it cannot do without. */
const form = (description: string, properties: JsonObject, required: string[]): Json => ({
  description,
  properties,
  required,
  additionalProperties: false,
});

const onSkip: Json = {
  type: ['object', 'null'],
  properties: {
    action: { enum: ['skip', 'useDefault', null] },
    defaultValue: { description: 'What stands there where the step was skipped; it is not evaluated.' },
    default_value: {},
  },
  additionalProperties: false,
  description: 'Without it, the reader of a skipped step is skipped too.',
};

const SOURCE: Json = {
  type: 'object',
  properties: { workflow: { const: 'input' }, step: { type: 'string' }, variable: path },
  minProperties: 1,
  additionalProperties: false,
};

/** The expressions by their key, in the order in which they decide where a map has several of them. */
const FORMS: { readonly [key: string]: Json } = {
  $literal: form('The value as it stands: nothing inside it is evaluated.', { $literal: {} }, ['$literal']),
  $if: form(
    'Only the arm that is taken is evaluated. False, null and what is missing are false; without else it is null.',
    // biome-ignore lint/suspicious/noThenProperty: a key of the language.
    { $if: value, then: value, else: value },
    ['$if', 'then'],
  ),
  $coalesce: form(
    'The first that is neither null, missing nor skipped; those after it are not evaluated.',
    { $coalesce: { type: 'array', items: value } },
    ['$coalesce'],
  ),
  $from: form(
    'The flow input, the result of a step, or a variable.',
    { $from: SOURCE, path, onSkip, on_skip: onSkip, default: value },
    ['$from'],
  ),
  $step: form(
    'The result of a step, or what stands in it at the path.',
    { $step: { type: 'string' }, path, onSkip, on_skip: onSkip },
    ['$step'],
  ),
  $input: form("The flow's input at the path; $ is all of it.", { $input: path, path }, ['$input']),
  $variable: form(
    'The value of a variable, or what stands in it at the path; the default where it has none.',
    { $variable: { type: 'string' }, default: value },
    ['$variable'],
  ),
};

/** What may stand for a value: an expression, or data with expressions inside. */
export function expressionSchemas(): JsonObject {
  const data: Json = { additionalProperties: value };
  const decided = Object.entries(FORMS).reduceRight<Json>(
    (otherwise, [key, then]) => ({ if: { required: [key] }, then, else: otherwise }),
    data,
  );
  return {
    value: {
      description:
        'A value: data, in which { $input: PATH }, { $step: ID, path: PATH } and other expressions may stand.',
      items: value,
      if: { type: 'object' },
      // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema.
      then: decided,
    },
    path: {
      type: ['string', 'null'],
      description: 'Such as id, profile.name, items[0] or a["b.c"], also after "$."; $, "" and null are the whole.',
    },
  };
}
