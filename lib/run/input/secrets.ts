import { ownValues, type SecretUse, secretVariables } from '../../compiler/analyse/variables.ts';
import { resolve as resolveReference } from '../../compiler/check/schema-variants.ts';
import type { Flow } from '../../flow/flow.ts';
import { isObject, type Json, type JsonObject } from '../../protocol/json.ts';
import { Scrubber } from '../../runtime/secrets/scrub.ts';
import { parseSecret, type SecretSource } from '../../runtime/secrets/secrets.ts';

type Values = { readonly [name: string]: Json };

/** The environment variable of a secret's name; an empty one counts as absent. */
const textOf = (name: string, env: NodeJS.ProcessEnv): string | undefined => (env[name] === '' ? undefined : env[name]);

/** Whether a secret has a value on this machine: given to the run, in the environment or in the flow. */
export const hasSecretHere =
  (given: Values, env: NodeJS.ProcessEnv = process.env) =>
  ({ name, inFlow }: SecretUse): boolean =>
    Object.hasOwn(given, name) || textOf(name, env) !== undefined || inFlow;

/**
 * The secrets of a flow's local runs: the value given to the run, else the environment variable, else the flow's own
 * value. Without the flow, all secrets are strings and the flow's own values are unknown.
 */
export function secretsHere(flow: Flow | undefined, given: Values, env: NodeJS.ProcessEnv = process.env): SecretSource {
  const declared: ReadonlyMap<string, { readonly json: boolean }> = flow ? secretVariables(flow) : new Map();
  const own = flow ? ownValues(flow) : {};
  return async (name) => {
    if (Object.hasOwn(given, name)) return given[name];
    const text = textOf(name, env);
    if (text === undefined) return own[name];
    return declared.get(name)?.json ? parseSecret(name, text) : text;
  };
}

/** Hides the parts of an input that its schema marks with `is_secret`. */
export function inputScrubber(input: Json, schema: Json | undefined): Scrubber {
  const scrubber = new Scrubber();
  for (const value of secretParts(input, schema ?? true)) scrubber.hide(value);
  return scrubber;
}

/** The parts of an input that its schema marks with `is_secret`, in whatever way the schema comes to speak of them. */
export const secretParts = (value: Json, schema: Json): readonly Json[] => [
  ...new Set(partsBy(schema, value, { root: schema, through: [] })),
];

/** The document of a schema, and the references in it that led to a part. */
interface SchemaPlace {
  readonly root: Json;
  readonly through: readonly string[];
}

function partsBy(schema: Json | undefined, value: Json, place: SchemaPlace): readonly Json[] {
  if (!isObject(schema)) return [];
  if (schema.is_secret === true) return [value];
  return [
    ...partsByReference(schema, value, place),
    ...partsByVariants(schema, value, place),
    ...partsInside(schema, value, place),
  ];
}

function partsByReference({ $ref: to }: JsonObject, value: Json, { root, through }: SchemaPlace): readonly Json[] {
  // One that leads to itself says nothing about its value.
  if (typeof to !== 'string' || through.includes(to)) return [];
  return partsBy(resolveReference(to, root), value, { root, through: [...through, to] });
}

/** Any of them may be the one that holds: rather too much is hidden than too little. */
function partsByVariants(schema: JsonObject, value: Json, place: SchemaPlace): readonly Json[] {
  const { allOf, anyOf, oneOf, then, else: otherwise } = schema;
  return [allOf, anyOf, oneOf, then, otherwise]
    .flat()
    .flatMap((variant) => (variant === undefined ? [] : partsBy(variant, value, place)));
}

function partsInside(schema: JsonObject, value: Json, { root }: SchemaPlace): readonly Json[] {
  const inner = (part: Json, own: Json | undefined): readonly Json[] => partsBy(own, part, { root, through: [] });
  if (Array.isArray(value)) {
    const { items, prefixItems } = schema;
    return value.flatMap((item, index) =>
      inner(item, Array.isArray(prefixItems) ? (prefixItems[index] ?? items) : items),
    );
  }
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, part]) => schemasOf(schema, key).flatMap((own) => inner(part, own)));
}

/** The schemas of an object's field. */
function schemasOf({ properties, patternProperties, additionalProperties }: JsonObject, key: string): readonly Json[] {
  const own = isObject(properties) && Object.hasOwn(properties, key) ? properties[key] : undefined;
  const patterns = isObject(patternProperties) ? Object.entries(patternProperties) : [];
  const named = [...(own === undefined ? [] : [own]), ...patterns.flatMap(([, schema]) => schema)];
  return additionalProperties === undefined ? named : [...named, ...(own === undefined ? [additionalProperties] : [])];
}
