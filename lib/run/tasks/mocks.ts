import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { type Behaviour, behaviourSchema } from '../../flow/schema/mock-behaviour.ts';
import { isObject, type Json } from '../../protocol/json.ts';

const mocks = z.record(
  z.string().min(1),
  z.union([z.array(behaviourSchema), behaviourSchema.transform((one) => [one])]),
);

/** Behaviours by step id or component path; of a list the first that fits answers. */
export type Mocks = { readonly [target: string]: readonly Behaviour[] };

/** A mocks file that is not of the wanted shape; the message names the place in it. */
export class MocksError extends Error {
  override readonly name = 'MocksError';
}

/** Reads the JSON of a mocks file. Throws {@link MocksError}. */
export function parseMocks(value: unknown): Mocks {
  const parsed = mocks.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new MocksError(deepest(parsed.error.issues).map(describe).join('; '));
}

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly errors?: readonly (readonly Issue[])[];
}

/** A union only says that nothing fits: the issues of its arm that went furthest say what is wrong. */
function deepest(issues: readonly Issue[]): readonly Issue[] {
  return issues.flatMap((issue) => {
    const arms = (issue.errors ?? []).map(deepest);
    if (arms.length === 0) return [issue];
    const best = arms.reduce((one, other) => (depth(other) > depth(one) ? other : one));
    return best.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
  });
}

const depth = (issues: readonly Issue[]): number => Math.max(0, ...issues.map(({ path }) => path.length));

function describe({ path, message }: Issue): string {
  const place = path.map((key) => (typeof key === 'number' ? `[${key}]` : `[${JSON.stringify(String(key))}]`)).join('');
  return place === '' ? message : `${place}: ${message}`;
}

/** The mocks of one run: remembers how often each behaviour has answered. */
export class MockSelector {
  readonly #mocks: ReadonlyMap<string, readonly Behaviour[]>;
  readonly #used = new Map<Behaviour, number>();

  /** `canonical` spells a component's path in one way, so that `/openai` mocks `/builtin/openai`. */
  constructor(given: Mocks, canonical: (component: string) => string) {
    this.#mocks = new Map(
      Object.entries(given).map(([target, list]) => [target.startsWith('/') ? canonical(target) : target, list]),
    );
  }

  /** Whether a step is mocked, by its id or by its component. */
  has(step: string, component: string): boolean {
    return this.#behaviours(step, component) !== undefined;
  }

  /** The behaviour that answers a call, used once more by it; undefined where none fits. */
  select(step: string, component: string, input: Json): Behaviour | undefined {
    const found = this.#behaviours(step, component)?.find((one) => this.#isLeft(one) && fits(one, input));
    if (found) this.#used.set(found, (this.#used.get(found) ?? 0) + 1);
    return found;
  }

  /** A step's own come before its component's. */
  #behaviours(step: string, component: string): readonly Behaviour[] | undefined {
    return this.#mocks.get(step) ?? this.#mocks.get(component);
  }

  #isLeft(one: Behaviour): boolean {
    return (this.#used.get(one) ?? 0) < (one.times ?? Number.POSITIVE_INFINITY);
  }
}

const fits = (one: Behaviour, input: Json): boolean => one.input === undefined || matchesInPart(one.input, input);

/** Whether `value` has all that `pattern` has: further keys of a map may be there, lists match in full. */
function matchesInPart(pattern: Json, value: Json | undefined): boolean {
  if (Array.isArray(pattern)) {
    const items = Array.isArray(value) ? value : undefined;
    return items?.length === pattern.length && pattern.every((item, index) => matchesInPart(item, items[index]));
  }
  if (!isObject(pattern)) return isDeepStrictEqual(pattern, value);
  if (value === undefined || !isObject(value)) return false;
  return Object.entries(pattern).every(([key, part]) => Object.hasOwn(value, key) && matchesInPart(part, value[key]));
}
