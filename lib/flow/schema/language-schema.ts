import { z } from 'zod';
import { ERROR_CODES } from '../../protocol/errors.ts';
import { isObject, type Json, type JsonObject } from '../../protocol/json.ts';
import { DEFAULT_CONCURRENCY, QUOTAS } from '../../protocol/quotas.ts';
import type { AWS_VALUES } from '../read/aws-metadata.ts';
import type { FLOW_KEYS } from '../read/flow-keys.ts';
import { COMPONENT, ID, MOST_OF_RETRY, type STEP_KEYS } from '../read/read-step.ts';
import { expressionSchemas } from './expression-schema.ts';
import { behaviourSchema } from './mock-behaviour.ts';
import { completionSchema, triggersSchema } from './trigger-schema.ts';

const ref = (name: string, description?: string): Json => ({
  ...(description !== undefined && { description }),
  $ref: `#/definitions/${name}`,
});
const text = (description: string): Json => ({ type: ['string', 'null'], description });
const anything = (description: string): Json => ({ description });
const seconds = (description: string): Json => ({
  type: ['number', 'null'],
  exclusiveMinimum: 0,
  maximum: QUOTAS.seconds,
  description,
});
const list = (items: Json, description: string): Json => ({ type: ['array', 'null'], items, description });

/** A schema for each key: a missing or an unknown key does not compile. */
type DescribedKeys<Keys extends readonly string[]> = { readonly [K in Keys[number]]: Json };

const FUSE = 'Whether a step whose result only the next step reads shares a function with it.';

const CONCURRENCY = `How many functions an execution calls at once, as far as Maps call them. Default: ${DEFAULT_CONCURRENCY} for the items of a map, ${QUOTAS.concurrentCalls} in all.`;

const AWS: { readonly [K in keyof typeof AWS_VALUES]: Json } = {
  type: {
    enum: ['STANDARD', 'EXPRESS', 'Standard', 'Express', 'standard', 'express', null],
    description: 'The type of the state machine.',
  },
  fuse: { type: ['boolean', 'null'], description: FUSE },
  maxConcurrency: { type: ['integer', 'null'], minimum: 1, description: CONCURRENCY },
  triggers: triggersSchema,
  onSuccess: completionSchema('Who is told of each execution that succeeds.'),
  onFailure: completionSchema('Who is told of each execution that fails or takes too long.'),
};

const FLOW: DescribedKeys<typeof FLOW_KEYS> = {
  schema: text('A URL that names the language; it is not read.'),
  name: text('The name of the flow and of its state machine. Default: the name of the file.'),
  description: text('What the flow is for.'),
  version: { type: ['string', 'number', 'null'], description: 'The version of the flow.' },
  steps: list(ref('step'), 'The steps, in any order: a step runs after the steps that it reads.'),
  output: ref('value', 'The result of the flow. Without it, the results of all steps that no other step reads.'),
  evaluation: {
    enum: ['lazy', 'eager', null],
    description:
      'lazy: only what the output needs runs (the default with an output and no skipIf). eager: every step runs.',
  },
  timeout: seconds('Seconds after which a run of the flow fails with TIMEOUT.'),
  test: ref('test', 'The cases that `stepflow test` runs.'),
  examples: list(
    ref('example'),
    'Inputs that show the flow at work; the first is what `stepflow run` takes without --input.',
  ),
  metadata: {
    description:
      'Data for tools. `aws: { type: EXPRESS }` makes an Express state machine, in the flow of a map Express executions of its items; `aws: { fuse: true }` fuses chains of steps into one function; `aws: { maxConcurrency: 50 }` bounds how many functions an execution calls at once; `aws: { triggers: [{ schedule: rate(1 day) }] }` starts the flow.',
    properties: { aws: { type: ['object', 'null'], properties: AWS, additionalProperties: false } },
  },
  variables: {
    type: ['object', 'null'],
    description: 'Values of variables, which a deployment or a run may override.',
  },
  inputSchema: ref('schema', 'JSON Schema of the input; an input that does not match fails before any step starts.'),
  outputSchema: ref('schema', 'JSON Schema of the output.'),
  variablesSchema: ref(
    'schema',
    'JSON Schema of the variables, by name under `properties`; a `default` there is the default value.',
  ),
  schemas: ref('schema', 'All schemas in one: `{ type: object, properties: { input, output, variables } }`.'),
};

const STEP: DescribedKeys<typeof STEP_KEYS> = {
  id: {
    type: ['string', 'number'],
    pattern: ID.source,
    description: 'The name of the step: 1 to 128 letters, digits, "_", "-" or ".".',
  },
  component: { type: 'string', pattern: COMPONENT.source, description: 'What the step calls: /plugin/name.' },
  input: ref('value', 'The input of the component.'),
  inputSchema: ref('schema', "JSON Schema of the input, checked instead of the component's own."),
  outputSchema: ref('schema', "JSON Schema of the result, checked instead of the component's own."),
  onError: ref('onError', 'What happens if the component fails; without it, the flow fails.'),
  skipIf: ref('value', 'The step is skipped if this is true: neither false, null, 0, "" nor missing.'),
  skip: ref('value', 'The same as skipIf.'),
  mustExecute: { type: ['boolean', 'null'], description: 'The step runs even if nothing reads its result.' },
  after: list(
    { type: ['string', 'number'], pattern: ID.source },
    'Steps that it comes after without reading them, for their side effects: it starts when they have ended or were skipped.',
  ),
  timeout: seconds("Seconds after which the step fails with TIMEOUT; the component's own timeout counts too."),
  metadata: {
    description: 'Data for tools. What concerns AWS is said in the metadata of the flow.',
    properties: { aws: { type: ['object', 'null'], additionalProperties: false } },
  },
};

const ON_ERROR: JsonObject = {
  action: {
    enum: ['fail', 'useDefault', 'continue', 'retry', 'skip', null],
    description:
      'fail: the flow fails. useDefault, continue: the default is used instead. retry: try again. skip: the step counts as skipped.',
  },
  defaultValue: ref('value', 'The result with useDefault; without it, null.'),
  maxRetries: {
    type: ['integer', 'null'],
    minimum: 0,
    maximum: MOST_OF_RETRY.maxRetries,
    default: 3,
    description: 'How often to try again with retry.',
  },
  delay: {
    type: ['integer', 'null'],
    minimum: 1,
    maximum: MOST_OF_RETRY.delay,
    default: 1,
    description: 'Seconds before the first retry.',
  },
  backoff: {
    type: ['number', 'null'],
    minimum: 1,
    maximum: MOST_OF_RETRY.backoff,
    default: 2,
    description: 'What each delay is multiplied with for the next one.',
  },
  on: list({ enum: [...ERROR_CODES] }, 'The codes of the failures after which to try again; without it, all.'),
};

const EXAMPLE: JsonObject = {
  name: text('A name to select it by.'),
  description: text('What it shows.'),
  input: anything('The input.'),
};

const TEST: JsonObject = {
  cases: list(ref('case'), 'The cases.'),
  config: { type: ['object', 'null'], description: 'Plugins and routes, as in a stepflow-config.yml.' },
  configFile: text('The file of the plugins and routes.'),
};

const CASE: JsonObject = {
  name: text('The name of the case.'),
  description: text('What it shows.'),
  tags: list({ type: 'string' }, 'Words to select cases by: `stepflow test --tag`.'),
  input: anything("The flow's input."),
  variables: { type: ['object', 'null'], description: 'Values of variables.' },
  mocks: {
    type: ['object', 'null'],
    additionalProperties: { anyOf: [ref('behaviour'), { type: 'array', items: ref('behaviour') }] },
    description: 'Behaviours that replace components, by component path or step id.',
  },
  output: {
    description: 'The expected outcome; matchers such as $less_than or $matches may be used as values.',
    ...closedMap({
      outcome: anything('success, failed or skipped.'),
      result: anything('The result; of a map, only the keys given here must be present and match.'),
      error: anything('The code and the message of the failure.'),
      performanceMetrics: anything(
        'Bounds on execution_time_ms, memory_usage_mb, step_count, blob_bytes, blob_operations, parallel_efficiency and startup_ms.',
      ),
    }),
  },
};

function snake(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** A map with these keys, in camelCase or snake_case, and no others. */
function closedMap(properties: JsonObject | DescribedKeys<readonly string[]>, required: string[] = []): JsonObject {
  const spellings = Object.entries(properties).flatMap(([key, schema]) =>
    [...new Set([key, snake(key)])].map((name) => [name, schema]),
  );
  return {
    type: required.length > 0 ? 'object' : ['object', 'null'],
    properties: Object.fromEntries(spellings),
    ...(required.length > 0 && { required }),
    additionalProperties: false,
  };
}

/** A schema from zod, relaxed to what flows may write: keys in camelCase or snake_case, and null for optional values. */
function asFlowSchema(schema: Json): Json {
  if (!isObject(schema) || !isObject(schema.properties ?? null)) return schema;
  const { $schema: _, properties, required, ...given } = schema;
  const requiredKeys: readonly Json[] = Array.isArray(required) ? required : [];
  const values = Object.entries(properties ?? {}).map(([key, value]) => [
    key,
    requiredKeys.includes(key) ? value : orNull(asFlowSchema(value)),
  ]);
  return {
    ...closedMap(Object.fromEntries(values)),
    ...given,
    ...(required && { required }),
    additionalProperties: false,
  };
}

function orNull(schema: Json): Json {
  if (!isObject(schema)) return schema;
  const { type, enum: choices } = schema;
  return {
    ...schema,
    ...(type && { type: [type, 'null'] }),
    ...(Array.isArray(choices) && { enum: [...choices, null] }),
  };
}

/** The behaviour of a mock, by the schema that also checks it. */
const behaviour = (): Json =>
  asFlowSchema(z.json().parse(z.toJSONSchema(behaviourSchema, { io: 'input', unrepresentable: 'any' })));

/**
 * The JSON Schema (draft 7) of the flow language, for editors: the keys, their meaning and their values. It accepts every
 * flow that the compiler reads, in each dialect; what concerns the whole flow, such as ids and paths, only the compiler
 * checks.
 */
export function languageSchema(): JsonObject {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'A flow: a graph of steps',
    anyOf: [ref('flow'), { type: 'array', items: ref('step') }],
    definitions: {
      flow: { ...closedMap(FLOW), type: 'object' },
      step: closedMap(STEP, ['id', 'component']),
      onError: closedMap(ON_ERROR),
      example: closedMap(EXAMPLE),
      test: closedMap(TEST),
      case: closedMap(CASE, ['name']),
      behaviour: behaviour(),
      schema: { type: ['object', 'boolean', 'null'] },
      ...expressionSchemas(),
    },
  };
}
