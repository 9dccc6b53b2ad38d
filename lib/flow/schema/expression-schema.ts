import type { Json, JsonObject } from '../../protocol/json.ts';

const value: Json = { $ref: '#/definitions/value' };
const path: Json = { $ref: '#/definitions/path' };

/** The schema of one form of expression: its keys, and which of them are required. */
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
    defaultValue: { description: 'The value if the step was skipped; it is not evaluated.' },
    default_value: {},
  },
  additionalProperties: false,
  description: 'Without it, a step that reads a skipped step is skipped too.',
};

const SOURCE: Json = {
  type: 'object',
  properties: { workflow: { const: 'input' }, step: { type: 'string' }, variable: path, default: value },
  minProperties: 1,
  additionalProperties: false,
};

/** The forms of expressions by key. A map has one of these keys at most. */
const FORMS: { readonly [key: string]: Json } = {
  $literal: form('The value as it is written: nothing inside it is evaluated.', { $literal: {} }, ['$literal']),
  $if: form(
    'Only the chosen branch is evaluated. False, null and a missing value are false; without else, the value is null.',
    // biome-ignore lint/suspicious/noThenProperty: a key of the language.
    { $if: value, then: value, else: value },
    ['$if', 'then'],
  ),
  $coalesce: form(
    'The first value that is neither null, missing nor skipped; the values after it are not evaluated.',
    { $coalesce: { type: 'array', items: value } },
    ['$coalesce'],
  ),
  $from: form(
    'The flow input, the result of a step, or a variable.',
    { $from: SOURCE, path, onSkip, on_skip: onSkip, default: value },
    ['$from'],
  ),
  $step: form(
    'The result of a step, or the value at a path of it.',
    { $step: { type: 'string' }, path, onSkip, on_skip: onSkip },
    ['$step'],
  ),
  $input: form("The flow's input, or the value at a path of it; $ is all of it.", { $input: path, path }, ['$input']),
  $variable: form(
    'The value of a variable, or the value at a path of it; the default if it has none.',
    { $variable: { type: 'string' }, default: value },
    ['$variable'],
  ),
};

/** The schema of a value: an expression, or data with expressions inside. */
export function expressionSchemas(): JsonObject {
  const data: Json = { additionalProperties: value };
  const decided = Object.entries(FORMS).reduceRight<Json>(
    (otherwise, [key, then]) => ({ if: { required: [key] }, then, else: otherwise }),
    data,
  );
  return {
    value: {
      description: 'A value: data that may contain { $input: PATH }, { $step: ID, path: PATH } and other expressions.',
      items: value,
      if: { type: 'object' },
      // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema.
      then: decided,
    },
    path: {
      type: ['string', 'null'],
      description:
        'A path such as id, profile.name, items[0] or a["b.c"], optionally after "$."; $, "" and null are the whole value.',
    },
  };
}
