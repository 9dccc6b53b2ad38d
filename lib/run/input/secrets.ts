import { ownValues, type SecretUse, secretVariables } from '../../compiler/analyse/variables.ts';
import type { Flow } from '../../flow/flow.ts';
import { isObject, type Json } from '../../protocol/json.ts';
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

/** The parts of an input that its schema marks with `is_secret`. */
export function secretParts(value: Json, schema: Json): readonly Json[] {
  if (!isObject(schema)) return [];
  if (schema.is_secret === true) return [value];
  const { properties, items = true } = schema;
  if (Array.isArray(value)) return value.flatMap((item) => secretParts(item, items));
  if (!isObject(value) || !isObject(properties)) return [];
  return Object.entries(value).flatMap(([key, part]) => secretParts(part, properties[key] ?? true));
}
