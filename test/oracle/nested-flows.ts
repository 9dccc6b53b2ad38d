import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { isObject, type Json, type JsonObject } from '../../lib/protocol/json.ts';

/** The built-in components that run a flow. */
export type Runner = 'map' | 'eval' | 'iterate';

/** One flow in another: who runs it, and what is beside and inside it. */
export interface Level {
  readonly runner: Runner;
  /** Steps before it, which make its input; without one it gets the flow's own. */
  readonly before: number;
  /** Whether it reads only a part of what is before it. */
  readonly path: boolean;
  /** Whether the flow's output is what it gives, or a map with that in it. */
  readonly isBare: boolean;
  /** Whether its flow gets its input as a variable too, whose parts the flow reads. */
  readonly gives: boolean;
  /** The items of its list, for a `map` without steps before it that is the outermost. */
  readonly items: number;
  /** Bytes of each result of the steps before it. */
  readonly bytes: number;
}

/** Flows in flows. The innermost has steps only. */
export interface Nesting {
  readonly levels: readonly Level[];
  readonly leaves: number;
  readonly bytes: number;
}

/** Rounds of each `iterate`, and items of each list. */
const ROUNDS = 2;

/** The result of `/mock/pad`: a digest of what it got, and items, in all at least so many bytes. */
export function padded(of: Json, bytes: number): Json {
  const digest = createHash('sha256').update(JSON.stringify(of)).digest('hex').slice(0, 8);
  return { digest, items: [1, 2].map((item) => ({ item, digest, text: 'ä'.repeat(bytes / 4) })) };
}

const pad = (id: string, of: Json, bytes: number): JsonObject => ({ id, component: '/mock/pad', input: { of, bytes } });

/** What a flow reads of the variable that it is given: all of it, or a part, and so the flow in it. */
const GIVEN: Json[] = [{ $variable: 'given' }, { $variable: 'given.digest', default: 'none' }];

/** The flow of a nesting, as JSON. `isGiven`: whether it has a variable. */
export function flowOf({ levels, leaves, bytes }: Nesting, isGiven = false): JsonObject {
  const [outer] = levels;
  if (outer)
    return runnerFlow(outer, { levels: levels.slice(1).map((one) => ({ ...one, items: 2 })), leaves, bytes }, isGiven);
  const ids = Array.from({ length: leaves }, (_, at) => `leaf${at}`);
  return {
    steps: ids.map((id, at) => pad(id, { at, input: { $input: '$' }, given: isGiven ? GIVEN : [] }, bytes)),
    output: { result: ids.map((id) => ({ $step: id })) },
  };
}

function runnerFlow(
  { runner, before, path, isBare, gives, items, bytes }: Level,
  inside: Nesting,
  isGiven: boolean,
): JsonObject {
  const ids = Array.from({ length: before }, (_, at) => `before${at}`);
  const made = ids.map((id, at) => pad(id, { at, input: { $input: '$' } }, bytes));
  const reads: Json[] = ids.map((id) => ({ $step: id, ...(path && { path: 'items[0]' }) }));
  const inner = { $literal: flowOf(inside, gives) };
  const one = before > 0 ? reads : { $input: '$' };
  const first = before > 0 ? { $step: 'before0' } : { $input: '$' };
  const variables = { given: isGiven ? { $coalesce: [GIVEN[0] ?? null, first] } : first };
  const input = {
    // A map over what may not be a list gets a list of it.
    map: { items: before > 0 && !path ? { $step: 'before0', path: 'items' } : Array(items).fill(one), workflow: inner },
    eval: { input: one, flow: inner },
    iterate: { initial_input: one, flow: inner, max_iterations: ROUNDS },
  }[runner];
  const given = { $step: 'runs', path: { map: 'results', eval: 'result', iterate: 'result' }[runner] };
  return {
    steps: [...made, { id: 'runs', component: `/${runner}`, input: { ...input, ...(gives && { variables }) } }],
    output: isBare ? { result: given } : { result: { before: reads, given } },
  };
}

/** What a flow of {@link flowOf} gives: a simple interpreter of what such flows are made of. */
export function judgeNested(flow: Json, input: Json, variables: JsonObject = {}): Json {
  const { steps, output } = flow as { steps: JsonObject[]; output: Json };
  const results = new Map<string, Json>();
  const value = (written: Json): Json => {
    if (Array.isArray(written)) return written.map(value);
    if (!isObject(written)) return written;
    if ('$input' in written) return input;
    if ('$variable' in written) return variableIn(variables, String(written.$variable), written.default);
    if ('$coalesce' in written) return value((written.$coalesce as Json[])[0] ?? null);
    if ('$literal' in written) return written.$literal ?? null;
    if ('$step' in written) return at(results.get(String(written.$step)) ?? null, String(written.path ?? ''));
    return Object.fromEntries(Object.entries(written).map(([key, inside]) => [key, value(inside)]));
  };
  for (const { id, component, input: written = null } of steps) {
    results.set(String(id), runStep(String(component), value(written) as JsonObject));
  }
  return value(output);
}

const success = (result: Json): JsonObject => ({ outcome: 'success', result });

function variableIn({ given = null }: JsonObject, path: string, fallback: Json = null): Json {
  if (path === 'given') return given;
  return isObject(given) ? (given.digest ?? fallback) : fallback;
}

function runStep(component: string, given: JsonObject): Json {
  const flow = given.workflow ?? given.flow ?? null;
  const variables = (given.variables ?? {}) as JsonObject;
  switch (component) {
    case '/mock/pad':
      return padded(given.of ?? null, Number(given.bytes));
    case '/map':
      return { results: (given.items as Json[]).map((item) => success(judgeNested(flow, item, variables))) };
    case '/eval':
      return { result: success(judgeNested(flow, given.input ?? null, variables)) };
    default:
      return { result: (judgeNested(flow, given.initial_input ?? null, variables) as JsonObject).result ?? null };
  }
}

function at(value: Json, path: string): Json {
  if (path === '') return value;
  if (path === 'items[0]') return ((value as JsonObject).items as Json[])[0] ?? null;
  return (value as JsonObject)[path] ?? null;
}

const bytes = fc.double({ min: 3, max: 17, noNaN: true }).map((exponent) => Math.floor(2 ** exponent));

const level: fc.Arbitrary<Level> = fc.record({
  runner: fc.constantFrom<Runner>('map', 'eval', 'iterate'),
  before: fc.oneof(
    { weight: 9, arbitrary: fc.integer({ min: 0, max: 3 }) },
    { weight: 1, arbitrary: fc.integer({ min: 20, max: 200 }) },
  ),
  path: fc.boolean(),
  isBare: fc.boolean(),
  gives: fc.boolean(),
  items: fc.constantFrom(0, 1, 2, 2, 25),
  bytes,
});

/** Up to four flows in each other, with values of 8 bytes to 128 KB on the way. */
export const nesting: fc.Arbitrary<Nesting> = fc.record({
  levels: fc.array(level, { minLength: 1, maxLength: 4 }),
  leaves: fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: 1, max: 4 }) },
    { weight: 1, arbitrary: fc.integer({ min: 40, max: 120 }) },
  ),
  bytes,
});
