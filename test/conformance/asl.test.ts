import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { execute, type HistoryEvent, type Mocks, mockResolver, VirtualClock } from '../../lib/engine/index.ts';
import { isObject, type Json, type JsonObject } from '../../lib/protocol/json.ts';

/** A state machine, and the recorded answer of AWS: see the README beside the cases. */
interface Case {
  readonly id: string;
  readonly type: 'STANDARD' | 'EXPRESS';
  readonly definition: JsonObject;
  readonly input?: Json;
  readonly mocks?: Mocks;
  readonly expected: {
    readonly status: string;
    readonly output?: Json;
    readonly error?: string | null;
    readonly cause?: Json;
    readonly entered: readonly string[];
    readonly entered_ordered: boolean;
    readonly exits: readonly { readonly state: string; readonly output: Json; readonly assigned?: JsonObject }[];
    readonly evaluation_failures?: readonly JsonObject[];
  };
  readonly globs: readonly string[];
}

const file = fileURLToPath(new URL('../../../shared/conformance/asl/cases.json', import.meta.url));
const cases: readonly Case[] = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : [];

/** Compares with a recorded value: at a glob's pointer `*` is any text, and event numbers in causes are not compared. */
function matches(
  expected: Json | undefined,
  found: Json | undefined,
  pointer: string,
  globs: ReadonlySet<string>,
): boolean {
  if (typeof expected === 'string' && typeof found === 'string') return text(expected, found, globs.has(pointer));
  if (Array.isArray(expected))
    return (
      Array.isArray(found) &&
      expected.length === found.length &&
      expected.every((item, index) => matches(item, found[index], `${pointer}/${index}`, globs))
    );
  if (expected === undefined || found === undefined || !isObject(expected)) return expected === found;
  return (
    isObject(found) &&
    Object.keys(found).length === Object.keys(expected).length &&
    Object.keys(expected).every((key) => matches(expected[key], found[key], `${pointer}/${escaped(key)}`, globs))
  );
}

const escaped = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1');
const numbered = (cause: string): string => cause.replace(/event id #\d+/g, 'event id #N');

function text(expected: string, found: string, glob: boolean): boolean {
  if (!glob) return numbered(expected) === numbered(found);
  const parts = expected.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('[\\s\\S]*')}$`).test(found);
}

function expectMatch(
  expected: Json | undefined,
  found: Json | undefined,
  pointer: string,
  globs: ReadonlySet<string>,
): void {
  if (!matches(expected, found, pointer, globs)) expect(found, pointer).toEqual(expected);
  expect(matches(expected, found, pointer, globs), `${pointer} matches`).toBe(true);
}

/** Exits of parallel branches come in any order, and the recordings lack those of a Parallel inside a Parallel. */
function take(exits: Json[], expected: Json, pointer: string, globs: ReadonlySet<string>): void {
  const at = exits.findIndex((exit) => matches(expected, exit, pointer, globs));
  if (at < 0) expect(exits, pointer).toContainEqual(expected);
  exits.splice(at, 1);
}

/** A cause `{"$json": value}` is a text of JSON with that value. */
const causeValue = (expected: Json | undefined, cause: string | undefined): Json =>
  isObject(expected ?? null) && cause !== undefined ? { $json: JSON.parse(cause) } : (cause ?? null);

async function run({ definition, input, mocks, type }: Case) {
  const events: HistoryEvent[] = [];
  const resolver = mockResolver(mocks ?? {});
  const onEvent = (event: HistoryEvent) => event.execution === undefined && events.push(event);
  const clock = new VirtualClock(Date.UTC(2025, 0, 1));
  const result = await execute(definition, { ...(input !== undefined && { input }), resolver, clock, onEvent, type });
  return { result, events, resolver };
}

const namesOf = (events: readonly HistoryEvent[]): string[] =>
  events.filter(({ type }) => type.endsWith('StateEntered')).map(({ stateName }) => stateName ?? '');

function exitsOf(events: readonly HistoryEvent[]): Json[] {
  return events
    .filter(({ type }) => type.endsWith('StateExited'))
    .map(({ stateName, details }) => ({
      state: stateName ?? '',
      output: details.output ?? null,
      ...(details.assignedVariables !== undefined && { assigned: details.assignedVariables }),
    }));
}

describe.skipIf(cases.length === 0)('a state machine answers as on AWS', () => {
  test.each(cases.map((one) => [one.id, one] as const))('%s', async (_, one) => {
    const { expected } = one;
    const globs = new Set(one.globs);
    const { result, events, resolver } = await run(one);
    expect(result.status).toBe(expected.status);
    if ('output' in expected) expectMatch(expected.output, result.output, '/expected/output', globs);
    if ('error' in expected) expect(result.error ?? null).toBe(expected.error);
    if ('cause' in expected)
      expectMatch(expected.cause, causeValue(expected.cause, result.cause), '/expected/cause', globs);
    const entered = namesOf(events);
    if (expected.entered_ordered) expect(entered).toEqual(expected.entered);
    else expect(entered.toSorted()).toEqual(expected.entered.toSorted());
    const exits = exitsOf(events);
    if (expected.entered_ordered) expectMatch([...expected.exits], exits, '/expected/exits', globs);
    else for (const [at, exit] of expected.exits.entries()) take(exits, exit, `/expected/exits/${at}`, globs);
    const failures = events.filter(({ type }) => type === 'EvaluationFailed').map(({ details }) => details);
    expectMatch([...(expected.evaluation_failures ?? [])], failures, '/expected/evaluation_failures', globs);
    expect(resolver.unused()).toEqual([]);
  });
});

test('the recorded cases run where they are present', () => {
  if (cases.length === 0) process.stdout.write(`No recorded cases at ../shared/conformance/asl: none were run.\n`);
  expect(cases.length === 0 || cases.length > 50).toBe(true);
});
