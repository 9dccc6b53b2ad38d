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

/** The schema of an operator, with its operands. */
const operator = (key: string, description: string, operands: Json): readonly [string, Json] => [
  key,
  form(description, { [key]: operands }, [key]),
];

const operands: Json = { type: 'array', items: value };
const pair: Json = { type: 'array', items: value, minItems: 2, maxItems: 2 };
const ORDER = 'of two numbers, or of two strings by their code points; other values fail the step.';

/** The operators by key: what each does, and how many operands it takes. */
const OPERATORS: { readonly [key: string]: Json } = Object.fromEntries([
  operator(
    '$eq',
    'Whether two values are equal: numbers by value, lists in order, maps without order. A missing value is null.',
    pair,
  ),
  operator('$ne', 'Whether two values are not equal, as $eq compares them.', pair),
  operator('$lt', `Whether the first is less than the second, ${ORDER}`, pair),
  operator('$lte', `Whether the first is at most the second, ${ORDER}`, pair),
  operator('$gt', `Whether the first is greater than the second, ${ORDER}`, pair),
  operator('$gte', `Whether the first is at least the second, ${ORDER}`, pair),
  operator(
    '$and',
    'Whether all conditions are true, as for $if; those after the first that is false are not evaluated.',
    operands,
  ),
  operator('$or', 'Whether one of the conditions is true, as for $if; those after it are not evaluated.', operands),
  operator('$not', 'Whether the condition is false, as for $if: false, null or missing.', value),
  operator(
    '$in',
    'Whether the first value is equal to an item of the list that comes second. Nothing is in null.',
    pair,
  ),
  operator('$concat', 'Strings, numbers and booleans put together as one string.', operands),
  operator('$length', 'How many characters a string has, how many items a list, how many fields a map.', value),
]);

/** The schema of a value: an expression, or data with expressions inside. */
export function expressionSchemas(): JsonObject {
  const data: Json = { additionalProperties: value };
  const decided = Object.entries({ ...FORMS, ...OPERATORS }).reduceRight<Json>(
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
