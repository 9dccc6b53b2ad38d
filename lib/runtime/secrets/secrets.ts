import { FlowError } from '../../protocol/errors.ts';
import { isObject, type Json } from '../../protocol/json.ts';
import { parsePath, type Segment, valueAt } from '../../protocol/path.ts';

/** Gives the value of a secret variable by its name; undefined where it has none. */
export type SecretSource = (name: string) => Promise<Json | undefined>;

/** Reads a text of Secrets Manager by its ARN or name, e.g. by way of `secrets-manager.ts`. */
export type ReadSecret = (id: string) => Promise<string>;

/** The environment variable of a deployed function that says where its secrets are: JSON of {@link SecretPlaces}. */
export const SECRETS_VARIABLE = 'STEPFLOW_SECRETS';

/** Where each secret is in Secrets Manager, by the variable's name; `json`: the text there is JSON, since the variable is no string. */
export interface SecretPlaces {
  readonly [name: string]: { readonly arn: string; readonly json?: boolean };
}

/** The name of the variable that a secret's path is of, and the rest of the path. */
export function secretPath(written: string): { readonly name: string; readonly rest: readonly Segment[] } {
  const path = parsePath(written);
  const [name = written, ...rest] = 'error' in path ? [] : path.segments;
  return { name: String(name), rest };
}

/** The values at the paths of secrets, each secret asked for once. One without a value is EXPRESSION_FAILURE. */
export async function resolveSecrets(
  paths: readonly string[],
  source: SecretSource,
): Promise<ReadonlyMap<string, Json>> {
  const names = new Set(paths.map((path) => secretPath(path).name));
  const values = new Map(await Promise.all([...names].map(async (name) => [name, await source(name)] as const)));
  return new Map(paths.map((path) => [path, partOf(values.get(secretPath(path).name), path)]));
}

function partOf(value: Json | undefined, written: string): Json {
  const { name, rest } = secretPath(written);
  if (value === undefined) throw without(`the secret variable "${name}" has no value`, name);
  // A part is only asked for of what is made of parts: a text is then JSON.
  const whole = rest.length > 0 && typeof value === 'string' ? parseSecret(name, value) : value;
  const part = valueAt(whole, { segments: rest });
  if (part === undefined) throw without(`the secret variable "${name}" has nothing at "${written}"`, name);
  return part;
}

const without = (what: string, name: string): FlowError =>
  new FlowError(
    'EXPRESSION_FAILURE',
    `${what}; locally give it with --var ${name}=… or as the environment variable ${name}, deployed with "secrets" of the workflow`,
  );

/** A secret's text as JSON. The message does not repeat the text, as that of JSON.parse would. */
export function parseSecret(name: string, text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    throw new FlowError('EXPRESSION_FAILURE', `the secret variable "${name}" is no string, so its text is to be JSON`);
  }
}

/**
 * How long a function keeps a secret, so that a new one is noticed, in milliseconds. Source: the default of AWS's own
 * "Parameters and Secrets Lambda Extension", 300 s.
 */
const KEPT = 300_000;

/**
 * The secrets of a deployed function: those that {@link SECRETS_VARIABLE} names from Secrets Manager, whose client is
 * loaded when the first is asked for; all others from the environment, by the variable's own name.
 */
export function openSecrets(
  load: () => Promise<{ readonly readSecret: ReadSecret }>,
  env: NodeJS.ProcessEnv = process.env,
  now: () => number = Date.now,
): SecretSource {
  const kept = new Map<string, { readonly value: Promise<Json>; readonly until: number }>();
  const fetch = async (name: string, { arn, json = false }: SecretPlaces[string]): Promise<Json> => {
    const { readSecret } = await load();
    const text = await readSecret(arn);
    return json ? parseSecret(name, text) : text;
  };
  return async (name) => {
    const place = placesIn(env)[name];
    if (!place) return env[name];
    const known = kept.get(name);
    if (known && known.until > now()) return known.value;
    const value = fetch(name, place);
    kept.set(name, { value, until: now() + KEPT });
    // What could not be read is asked for again the next time.
    value.catch(() => kept.delete(name));
    return value;
  };
}

function placesIn(env: NodeJS.ProcessEnv): SecretPlaces {
  const places: SecretPlaces | null = JSON.parse(env[SECRETS_VARIABLE] ?? '{}');
  return isObject(places) ? places : {};
}
