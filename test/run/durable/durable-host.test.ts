import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as later } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import {
  type ExecutionResult,
  execute,
  type S3Objects,
  TaskError,
  type TaskRequest,
  VirtualClock,
} from '../../../lib/engine/index.ts';
import { isObject, type Json, type JsonObject } from '../../../lib/protocol/json.ts';
import { DurableHost } from '../../../lib/run/durable/durable-host.ts';
import { Journal, readJournal } from '../../../lib/run/durable/journal.ts';
import type { JournalRecord } from '../../../lib/run/durable/records.ts';
import { EMPTY_HISTORY, replayHistory } from '../../../lib/run/durable/replay-history.ts';
import { Seal } from '../../../lib/run/durable/seal.ts';
import { runs } from '../../chance.ts';
import { machine, task } from '../../engine/harness.ts';

const folder = mkdtempSync(join(tmpdir(), 'stepflow-durable-'));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;
const newFile = (): string => join(folder, `${files++}.jsonl`);

const OPEN = new Seal([]);
const recordsIn = (file: string): readonly JournalRecord[] => readJournal(file, OPEN);
const idOf = (record: JournalRecord): readonly string[] =>
  record.type === 'call' || record.type === 'wake' || record.type === 'limit' ? [`${record.type} ${record.id}`] : [];

/** What a run in one process was: its end, and the calls that it made. */
interface Part {
  readonly result: ExecutionResult;
  readonly made: readonly string[];
}

type Behave = (request: TaskRequest, clock: VirtualClock) => Json | Promise<Json>;

/** Runs a definition by a journal, which may hold the beginning of the run already. */
async function run(definition: JsonObject, file: string, behave: Behave, objects?: S3Objects): Promise<Part> {
  const known = recordsIn(file);
  const begun = known.length > 0;
  const clock = new VirtualClock(known.at(-1)?.at ?? 1000);
  const journal = new Journal(file, OPEN);
  const at = clock.now();
  journal.append([
    begun
      ? { type: 'resume', at }
      : {
          type: 'run',
          version: 1,
          id: 'r',
          flow: 'f',
          file: 'f',
          at,
          seed: 's',
          flowHash: '',
          input: '{}',
          sealed: false,
        },
  ]);
  const past = begun ? replayHistory(known, at) : EMPTY_HISTORY;
  const host = new DurableHost(journal, past, { startMs: known[0]?.at ?? at, seed: 's', clock });
  const made: string[] = [];
  const resolver = host.resolver(async (request) => {
    made.push(request.callId);
    return behave(request, clock);
  });
  const { clock: hostClock, random } = host;
  const given = { resolver, clock: hostClock, random, name: 'r', ...(objects && { objects: host.objects(objects) }) };
  const result = await execute(definition, given);
  journal.close();
  return { result, made };
}

/** The journal as it is after its first `lines` lines, and part of the next. */
function cut(file: string, lines: number, torn: number): string {
  const all = readFileSync(file, 'utf8').split('\n');
  const copy = newFile();
  writeFileSync(
    copy,
    all
      .slice(0, lines)
      .map((line) => `${line}\n`)
      .join(''),
  );
  appendFileSync(copy, (all[lines] ?? '').slice(0, torn));
  return copy;
}

/**
 * Answers after as many turns of the event loop as the call's id and `salt` say. `echo` gives back what it is given,
 * `verify` insists that its two parts are equal, `flaky` fails at first, `late` takes longer than it may at first.
 */
const behaveBy =
  (salt: number): Behave =>
  async ({ arguments: given, callId: call, attempt }, clock) => {
    const turns = [...call].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0) + salt) % 7, 3);
    await clock.during(passing(turns));
    const { kind, one = null, other = null, value = null } = isObject(given) ? given : {};
    if (kind === 'flaky' && attempt < 2) throw new TaskError('again', `attempt ${attempt}`);
    if (kind === 'late' && attempt < 1) await clock.sleep(60_000);
    if (kind === 'verify' && !isDeepStrictEqual(one, other))
      throw new Error(`${call}: ${JSON.stringify([one, other])}`);
    return value;
  };

async function passing(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await later();
}

/** What a state machine may be made of. */
type Block =
  | { readonly kind: 'echo' | 'flaky' | 'late' | 'caught' | 'wait' }
  | { readonly kind: 'fork' | 'map' | 'all'; readonly parts: readonly Block[] };

const { block } = fc.letrec<{ block: Block }>((tie) => ({
  block: fc.oneof(
    { maxDepth: 2 },
    fc.record({ kind: fc.constantFrom('echo', 'flaky', 'late', 'caught', 'wait') }),
    fc.record({
      kind: fc.constantFrom('fork', 'map', 'all'),
      parts: fc.array(tie('block'), { minLength: 1, maxLength: 3 }),
    }),
  ),
}));

/** Writes blocks as states, one after another; all names are new ones. */
class Writer {
  #names = 0;

  sequence(blocks: readonly Block[]): JsonObject {
    const states: JsonObject = {};
    const starts = blocks.map((one) => this.#block(one, states));
    const end = this.#name();
    states[end] = { Type: 'Pass', Output: 'done', End: true };
    for (const [index, { last }] of starts.entries()) {
      const state = states[last];
      if (isObject(state)) state.Next = starts[index + 1]?.first ?? end;
    }
    return { StartAt: starts[0]?.first ?? end, States: states };
  }

  #name(): string {
    return `s${this.#names++}`;
  }

  #block(one: Block, states: JsonObject): { readonly first: string; readonly last: string } {
    if (one.kind === 'fork' || one.kind === 'map' || one.kind === 'all')
      return this.#inner(one.kind, one.parts, states);
    const first = this.#name();
    if (one.kind === 'wait') {
      states[first] = { Type: 'Wait', Seconds: 5 };
      return { first, last: first };
    }
    const [call, last] = [this.#name(), this.#name()];
    const [drawn, got] = [`${call}_drawn`, `${call}_got`];
    // Time, random numbers and the like: what a task was given and what the state machine has must stay the same.
    const value = '{% {"r": $random(), "u": $uuid(), "t": $millis(), "e": $states.context.State.EnteredTime} %}';
    states[first] = { Type: 'Pass', Assign: { [drawn]: value }, Next: call };
    states[call] = {
      ...task({ End: false, Arguments: { kind: one.kind, value: `{% $${drawn} %}` } }),
      ...(one.kind === 'late' && { TimeoutSeconds: 20 }),
      ...((one.kind === 'flaky' || one.kind === 'late') && {
        Retry: [{ ErrorEquals: ['States.ALL'], IntervalSeconds: 3, JitterStrategy: 'FULL' }],
      }),
      Assign: { [got]: '{% $states.result %}' },
      Next: last,
    };
    states[last] = task({ End: false, Arguments: { kind: 'verify', one: `{% $${drawn} %}`, other: `{% $${got} %}` } });
    return { first, last };
  }

  #inner(kind: 'fork' | 'map' | 'all', parts: readonly Block[], states: JsonObject) {
    const name = this.#name();
    const inner = kind === 'fork' ? parts.map((part) => this.sequence([part])) : [this.sequence(parts)];
    const processor = {
      ...inner[0],
      ...(kind === 'all' && { ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' } }),
    };
    states[name] =
      kind === 'fork'
        ? { Type: 'Parallel', Branches: inner }
        : { Type: 'Map', Items: [1, 2, 3], MaxConcurrency: 2, ItemProcessor: processor };
    return { first: name, last: name };
  }
}

const written = (blocks: readonly Block[]): JsonObject => {
  const { StartAt, States } = new Writer().sequence(blocks);
  return { ...machine({}), StartAt: StartAt ?? '', States: States ?? {} };
};

describe('an execution that is killed after any record of its journal, and goes on', () => {
  test('comes to the same end, never makes a call again that is in the journal, and loses nothing it had drawn', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(block, { minLength: 1, maxLength: 4 }),
        fc.array(fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), torn: fc.nat(40) }), {
          minLength: 1,
          maxLength: 3,
        }),
        fc.nat(6),
        async (blocks, kills, salt) => {
          const definition = written(blocks);
          let file = newFile();
          writeFileSync(file, '');
          const whole = await run(definition, file, behaveBy(salt));
          expect(whole.result).toMatchObject({ status: 'SUCCEEDED' });
          for (const [turn, { at, torn }] of kills.entries()) {
            const lines = recordsIn(file).length;
            file = cut(file, 1 + Math.floor(at * (lines - 1)), torn);
            const known = new Set(recordsIn(file).flatMap(idOf));
            const { result, made } = await run(definition, file, behaveBy(salt + turn + 1));

            expect({ status: result.status, output: result.output }).toEqual({
              status: 'SUCCEEDED',
              output: whole.result.output,
            });
            expect(made.filter((call) => known.has(`call ${call}`))).toEqual([]);
            const ids = recordsIn(file).flatMap(idOf);
            expect(ids).toHaveLength(new Set(ids).size);
          }
        },
      ),
      { numRuns: runs(60) },
    );
  });

  test('is where it was: what happened by the journal happens again in the same order, at the same times', async () => {
    const definition = written([{ kind: 'flaky' }, { kind: 'fork', parts: [{ kind: 'echo' }, { kind: 'wait' }] }]);
    const file = newFile();
    writeFileSync(file, '');
    const whole = await run(definition, file, behaveBy(1));
    const again = await run(definition, file, behaveBy(2));

    expect(again.made).toEqual([]);
    expect(again.result).toEqual(whole.result);
  });
});

describe('two branches that both fail', () => {
  const fork = machine({
    both: {
      Type: 'Parallel',
      Branches: [
        { StartAt: 'a', States: { a: task({ Retry: [{ ErrorEquals: ['never'] }] }) } },
        { StartAt: 'b', States: { b: task() } },
      ],
      End: true,
    },
  });

  test.each(['a', 'b'])('fail the run by the one that failed first when it goes on, too: %s', async (first) => {
    const file = newFile();
    writeFileSync(file, '');
    // Both answers are there in the same turn of the event loop.
    const answered = later();
    const fail: Behave = async ({ stateName }) => {
      await answered;
      if (stateName !== first) await Promise.resolve();
      throw new TaskError(`failed in ${stateName}`);
    };
    const { result } = await run(fork, file, fail);

    expect(result).toMatchObject({ status: 'FAILED', error: `failed in ${first}` });
    expect((await run(fork, file, fail)).result).toEqual(result);
  });
});

test('what the state machine reads itself keeps its place: nothing begins before all of the journal has been gone through', async () => {
  const definition = machine({
    both: {
      Type: 'Parallel',
      Branches: [
        {
          StartAt: 'each',
          States: {
            each: {
              Type: 'Map',
              ItemReader: {
                Resource: 'arn:aws:states:::s3:getObject',
                ReaderConfig: { InputType: 'JSON' },
                Arguments: { Bucket: 'bucket', Key: 'items.json' },
              },
              ItemProcessor: {
                ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
                StartAt: 'fails',
                States: { fails: task() },
              },
              End: true,
            },
          },
        },
        { StartAt: 'other', States: { other: task() } },
      ],
      End: true,
    },
  });
  const objects: S3Objects = {
    async *getObject() {
      await passing(20);
      yield Buffer.from('[1]');
    },
    async *listObjects() {},
    putObject: async () => ({ write: async () => {}, close: async () => {}, discard: async () => {} }),
  };
  const file = newFile();
  writeFileSync(file, '');
  const behave: Behave = async ({ stateName, signal }) => {
    if (stateName === 'fails') throw new TaskError('failed');
    return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  };
  const first = await run(definition, file, behave, objects);
  expect(first).toMatchObject({ result: { status: 'FAILED' }, made: ['1[1].1 other', '1[0].1[0].1 fails'] });

  expect(await run(definition, file, behave, objects)).toMatchObject({ result: { status: 'FAILED' }, made: [] });
});

test('a wait goes on while nobody works on the run', async () => {
  const definition = machine({ nap: { Type: 'Wait', Seconds: 3600, Next: 'work' }, work: task() });
  const file = newFile();
  writeFileSync(file, '');
  const stopped = new AbortController();
  const clock = new VirtualClock(0);
  const begin = (host: DurableHost, signal?: AbortSignal) =>
    execute(definition, { resolver: host.resolver(async () => null), clock: host.clock, ...(signal && { signal }) });
  const journal = new Journal(file, OPEN);
  const start = { startMs: 0, seed: '' };
  const broken = begin(new DurableHost(journal, EMPTY_HISTORY, { ...start, clock }), stopped.signal);
  stopped.abort();
  expect((await broken).status).toBe('ABORTED');

  const halfAnHourLater = new VirtualClock(1_800_000);
  await begin(new DurableHost(journal, EMPTY_HISTORY, { ...start, clock: halfAnHourLater }));
  expect(halfAnHourLater.now()).toBe(3_600_000);
  journal.close();
});

test('the time in which nobody worked on a run is no part of its length', () => {
  const at = (type: 'call' | 'wake', time: number): JournalRecord => ({ type, id: `${time} x`, at: time });
  const begun: JournalRecord = {
    type: 'run',
    version: 1,
    id: 'r',
    flow: 'f',
    file: 'f',
    at: 0,
    seed: '',
    input: '',
    flowHash: '',
    sealed: false,
  };
  const records = [begun, at('call', 10), { type: 'resume', at: 1000 } as const, at('call', 1005), at('wake', 1020)];
  const past = replayHistory(records, 5000);

  expect(past.completions.map(({ record, idleMs }) => record.at - idleMs)).toEqual([10, 15, 30]);
  expect(past.idleMs).toBe(990 + 3980);
});

test('the visit that failed a run is made again, all its attempts; nothing else is', () => {
  const call = (id: string, error?: string): JournalRecord => ({
    type: 'call',
    id,
    at: 0,
    ...(error !== undefined ? { error } : { result: 1 }),
  });
  const records: readonly JournalRecord[] = [
    call('1 a'),
    call('2[0].1 b', 'x'),
    { type: 'wake', id: '2[0].1 b', at: 0 },
    call('2[1].1~1 b'),
    call('2[0].1~1 b', 'x'),
    { type: 'end', at: 0, outcome: 'failed', retryVisit: '2[0].1 b' },
  ];

  expect(replayHistory(records, 0).completions.map(({ record }) => record.id)).toEqual(['1 a', '2[1].1~1 b']);
});
