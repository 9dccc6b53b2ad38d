import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { type Behaviour, behaviourSchema } from '../../flow/schema/mock-behaviour.ts';
import { isObject, type Json } from '../../protocol/json.ts';
import type { Segment } from '../../protocol/path.ts';

const mocks = z.record(
  z.string().min(1),
  z.union([z.array(behaviourSchema), behaviourSchema.transform((one) => [one])]),
);

/** Behaviours by step id or component path; the first matching behaviour of a list answers. */
export type Mocks = { readonly [target: string]: readonly Behaviour[] };

/** What is wrong in a mocks file, and where. */
export interface MocksProblem {
  readonly path: readonly Segment[];
  /** With the path. */
  readonly problem: string;
}

/** A mocks file is invalid; the message has all problems. */
export class MocksError extends Error {
  override readonly name = 'MocksError';
  readonly problems: readonly MocksProblem[];
  constructor(problems: readonly MocksProblem[]) {
    super(problems.map(({ problem }) => problem).join('; '));
    this.problems = problems;
  }
}

/** Validates the JSON of a mocks file. Throws {@link MocksError}. */
export function parseMocks(value: unknown): Mocks {
  const parsed = mocks.safeParse(value);
  if (parsed.success) return parsed.data;
  const issues = deepest(parsed.error.issues);
  throw new MocksError(issues.map((issue) => ({ path: segmentsOf(issue), problem: describe(issue) })));
}

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly errors?: readonly (readonly Issue[])[];
}

/** For a union, the issues of the variant that matched deepest are the most helpful. */
function deepest(issues: readonly Issue[]): readonly Issue[] {
  return issues.flatMap((issue) => {
    const variants = (issue.errors ?? []).map(deepest);
    if (variants.length === 0) return [issue];
    const best = variants.reduce((one, other) => (depth(other) > depth(one) ? other : one));
    return best.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
  });
}

const depth = (issues: readonly Issue[]): number => Math.max(0, ...issues.map(({ path }) => path.length));

const segmentsOf = ({ path }: Issue): readonly Segment[] =>
  path.map((key) => (typeof key === 'number' ? key : String(key)));

function describe({ path, message }: Issue): string {
  const formatted = path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `[${JSON.stringify(String(key))}]`))
    .join('');
  return formatted === '' ? message : `${formatted}: ${message}`;
}

/** Selects the behaviours of the mocks in one run, and counts how often each was used. */
export class MockSelector {
  readonly #mocks: ReadonlyMap<string, readonly Behaviour[]>;
  readonly #used = new Map<Behaviour, number>();

  /** `canonical` resolves aliases of components, so that `/openai` mocks `/builtin/openai`. */
  constructor(mocks: Mocks, canonical: (component: string) => string) {
    this.#mocks = new Map(
      Object.entries(mocks).map(([target, list]) => [target.startsWith('/') ? canonical(target) : target, list]),
    );
  }

  /** Whether a step is mocked, by its id or by its component. */
  has(step: string, component: string): boolean {
    return this.#behaviours(step, component) !== undefined;
  }

  /** Selects the behaviour for a call and counts its use; undefined if none matches. */
  select(step: string, component: string, input: Json): Behaviour | undefined {
    const found = this.#behaviours(step, component)?.find((one) => this.#isLeft(one) && matches(one, input));
    if (found) this.#used.set(found, (this.#used.get(found) ?? 0) + 1);
    return found;
  }

  /** The mocks of a step take precedence over those of its component. */
  #behaviours(step: string, component: string): readonly Behaviour[] | undefined {
    return this.#mocks.get(step) ?? this.#mocks.get(component);
  }

  #isLeft(one: Behaviour): boolean {
    return (this.#used.get(one) ?? 0) < (one.times ?? Number.POSITIVE_INFINITY);
  }
}

const matches = (one: Behaviour, input: Json): boolean => one.input === undefined || matchesInPart(one.input, input);

/** Whether `value` contains `pattern`: objects may have more keys, lists must match in full. */
function matchesInPart(pattern: Json, value: Json | undefined): boolean {
  if (Array.isArray(pattern)) {
    const items = Array.isArray(value) ? value : undefined;
    return items?.length === pattern.length && pattern.every((item, index) => matchesInPart(item, items[index]));
  }
  if (!isObject(pattern)) return isDeepStrictEqual(pattern, value);
  if (value === undefined || !isObject(value)) return false;
  return Object.entries(pattern).every(([key, part]) => Object.hasOwn(value, key) && matchesInPart(part, value[key]));
}
