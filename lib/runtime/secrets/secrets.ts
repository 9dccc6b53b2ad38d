import { FlowError } from '../../protocol/errors.ts';
import { isObject, type Json } from '../../protocol/json.ts';
import { parsePath, type Segment, valueAt } from '../../protocol/path.ts';
import { NoValue } from '../no-value.ts';

/** Returns the value of a secret variable by its name; undefined if it has none. */
export type SecretSource = (name: string) => Promise<Json | undefined>;

/** Reads a secret's text from Secrets Manager by its ARN or name: see `secrets-manager.ts`. */
export type ReadSecret = (id: string) => Promise<string>;

/** The environment variable of a deployed function with the locations of its secrets: JSON of {@link SecretLocations}. */
export const SECRETS_VARIABLE = 'STEPFLOW_SECRETS';

/** The location of each secret in Secrets Manager, by the variable's name; `json`: the text is JSON, because the variable is not a string. */
export interface SecretLocations {
  readonly [name: string]: { readonly arn: string; readonly json?: boolean };
}

/** Splits a secret's path into the name of its variable and the path within it. */
export function secretPath(written: string): { readonly name: string; readonly rest: readonly Segment[] } {
  const path = parsePath(written);
  const [name = written, ...rest] = 'error' in path ? [] : path.segments;
  return { name: String(name), rest };
}

/** The values at the paths of secrets, or why there is none: what reads it says whether that is a fault. Each secret is read once. */
export async function resolveSecrets(
  paths: readonly string[],
  source: SecretSource,
): Promise<ReadonlyMap<string, Json | NoValue>> {
  const names = new Set(paths.map((path) => secretPath(path).name));
  const values = new Map(await Promise.all([...names].map(async (name) => [name, await source(name)] as const)));
  return new Map(paths.map((path) => [path, partOf(values.get(secretPath(path).name), path)]));
}

function partOf(value: Json | undefined, written: string): Json | NoValue {
  const { name, rest } = secretPath(written);
  if (value === undefined)
    return new NoValue({
      missing: `value of the secret variable "${name}"; locally give it with --var ${name}=… or as the environment variable ${name}, deployed with "secrets" of the workflow`,
    });
  // If a part of the secret is read, its text must be JSON.
  const whole = rest.length > 0 && typeof value === 'string' ? parseSecret(name, value) : value;
  const part = valueAt(whole, { segments: rest });
  return part === undefined ? new NoValue({ missing: `"${written}" in the secret variable "${name}"` }) : part;
}

/** Parses a secret's text as JSON. Unlike that of JSON.parse, the error message does not quote the text. */
export function parseSecret(name: string, text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    throw new FlowError(
      'EXPRESSION_FAILURE',
      `the secret variable "${name}" is not a string, so its text must be JSON`,
    );
  }
}

/**
 * How long a function caches a secret, in milliseconds, so that a changed secret is noticed. Source: the default of AWS's
 * own "Parameters and Secrets Lambda Extension", 300 s.
 */
const CACHE_MS = 300_000;

/**
 * The secrets of a deployed function: those that {@link SECRETS_VARIABLE} names are read from Secrets Manager, whose client
 * is loaded at the first read; all others are environment variables of the same name.
 */
export function openSecrets(
  load: () => Promise<{ readonly readSecret: ReadSecret }>,
  env: NodeJS.ProcessEnv = process.env,
  now: () => number = Date.now,
): SecretSource {
  const cache = new Map<string, { readonly value: Promise<Json>; readonly until: number }>();
  const fetch = async (name: string, { arn, json = false }: SecretLocations[string]): Promise<Json> => {
    const { readSecret } = await load();
    const text = await readSecret(arn);
    return json ? parseSecret(name, text) : text;
  };
  return async (name) => {
    const location = locationsIn(env)[name];
    if (!location) return env[name];
    const cached = cache.get(name);
    if (cached && cached.until > now()) return cached.value;
    const value = fetch(name, location);
    cache.set(name, { value, until: now() + CACHE_MS });
    // A failed read is not cached.
    value.catch(() => cache.delete(name));
    return value;
  };
}

function locationsIn(env: NodeJS.ProcessEnv): SecretLocations {
  const locations: SecretLocations | null = JSON.parse(env[SECRETS_VARIABLE] ?? '{}');
  return isObject(locations) ? locations : {};
}
