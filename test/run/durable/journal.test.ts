import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as later } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import type { Json } from '../../../lib/protocol/json.ts';
import { JournalError } from '../../../lib/run/durable/append-only-file.ts';
import { Journal, readEnds, readJournal } from '../../../lib/run/durable/journal.ts';
import { holderOf, lock, unlock } from '../../../lib/run/durable/lock.ts';
import { randomFrom } from '../../../lib/run/durable/random.ts';
import type { JournalRecord, RunOutcome } from '../../../lib/run/durable/records.ts';
import { filesOf, findRuns, listRuns, pruneRuns } from '../../../lib/run/durable/run-files.ts';
import { Seal, UnknownSecret } from '../../../lib/run/durable/seal.ts';
import { runs } from '../../chance.ts';

const folder = mkdtempSync(join(tmpdir(), 'stepflow-journal-'));
afterAll(() => rmSync(folder, { recursive: true }));
let count = 0;
const fresh = (): string => join(folder, String(count++));

const OPEN = new Seal([]);
const call = (id: string, result: Json = 1): JournalRecord => ({ type: 'call', id, at: 0, result });

describe('a journal', () => {
  test.each([0, 1, 20, 70_000])(
    'loses of a line that was broken off after %i bytes that line only, and goes on',
    (bytes) => {
      const file = fresh();
      const first = new Journal(file, OPEN);
      first.append([call('1 a'), call('2 b')]);
      first.close();
      appendFileSync(file, JSON.stringify(call('3 c', 'x'.repeat(100_000))).slice(0, bytes));

      expect(readJournal(file, OPEN)).toEqual([call('1 a'), call('2 b')]);
      const second = new Journal(file, OPEN);
      second.append([call('4 d')]);
      second.close();
      expect(readJournal(file, OPEN)).toEqual([call('1 a'), call('2 b'), call('4 d')]);
    },
  );

  test('of which only a part of the first line was written is empty', () => {
    const file = fresh();
    writeFileSync(file, '{"type":"ru');
    new Journal(file, OPEN).close();

    expect(readFileSync(file, 'utf8')).toBe('');
  });

  test.each(['{"type":"call"', '7', '{"type":"other","at":1}'])('says of %s where it is damaged', (line) => {
    const file = fresh();
    const journal = new Journal(file, OPEN);
    journal.append([call('1 a')]);
    journal.close();
    appendFileSync(file, `${line}\n`);

    expect(() => readJournal(file, OPEN)).toThrow(JournalError);
    expect(() => readJournal(file, OPEN)).toThrow(`${file}, line 2 is damaged`);
  });

  test('of which any byte has changed is refused, or is as it was up to its last line', () => {
    const file = fresh();
    const seal = new Seal(['secret']);
    const records = [call('1 a', 'secret'), call('2 b', { x: ['"', 'ü'] }), call('3 c')];
    const journal = new Journal(file, seal);
    journal.append(records);
    journal.close();
    const bytes = readFileSync(file);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ change;
        writeFileSync(file, changed);
        // A journal whose last line has no end is one whose process was killed.
        if (at === bytes.length - 1) expect(readJournal(file, seal)).toEqual(records.slice(0, -1));
        else expect(() => readJournal(file, seal)).toThrow(/line \d is damaged/);
      }),
      { numRuns: runs(500) },
    );
  });

  test('that cannot be written says why', () => {
    expect(() => new Journal(join(folder, 'nowhere', 'j'), OPEN)).toThrow(
      /the journal .*nowhere.* cannot be used: ENOENT/,
    );
  });
});

describe('a seal', () => {
  const secrets = fc.array(
    fc.oneof(
      fc.string({ unit: 'grapheme', minLength: 1 }),
      fc.integer(),
      fc.constantFrom('"', '\\', 'a', '0', 'p"w\\d\n'),
    ),
    { minLength: 1, maxLength: 4 },
  );
  const around = fc.array(fc.oneof(fc.string({ unit: 'grapheme' }), fc.integer(), fc.nat(3)));

  test('takes secrets out of JSON, however they are written there, and puts them back', () => {
    fc.assert(
      fc.property(secrets, around, (hidden, parts) => {
        const seal = new Seal(hidden);
        const texts = hidden.map(String);
        const cause = JSON.stringify({ errorMessage: texts.join() });
        const value = [
          ...hidden,
          ...parts,
          { [texts[0] ?? '']: parts.map(String).join(texts[0]) },
          cause,
          encodeURIComponent(texts.join()),
          Buffer.from(texts[0] ?? '').toString('base64'),
        ];
        const text = JSON.stringify(value);
        const closed = seal.close(text);

        expect(seal.open(closed)).toBe(text);
        // The numbers of secrets, between their marks, are no part of the text.
        const visible = closed
          .split('\u0001')
          .filter((_part, index) => index % 2 === 0)
          .join(' ');
        for (const secret of texts) {
          expect(visible).not.toContain(secret);
          expect(visible).not.toContain(JSON.stringify(secret).slice(1, -1));
          expect(visible).not.toContain(Buffer.from(secret).toString('base64'));
        }
      }),
    );
  });

  test('of other secrets is not opened', () => {
    const closed = new Seal(['one', 'two']).close('"one two"');

    expect(() => OPEN.open(closed)).toThrow(UnknownSecret);
  });

  test('leaves readable for whoever knows no secrets what a journal is of and how it ended', () => {
    const file = fresh();
    const journal = new Journal(file, new Seal(['call', 'end', 1]));
    const at = { id: 'r', flow: 'f', file: '/f', at: 1, seed: '', flowHash: '', input: '{}', sealed: false };
    const [first, end]: readonly [JournalRecord, JournalRecord] = [
      { type: 'run', version: 1, ...at },
      { type: 'end', at: 1, outcome: 'success' },
    ];
    journal.append([first, call('1 a', 'end')]);
    expect(readEnds(file)).toEqual({ first });
    journal.append([end]);
    journal.close();

    expect(readEnds(file)).toEqual({ first, last: end });
  });
});

test('the ends of a journal are found whatever is between them, and however long they are', () => {
  const file = fresh();
  const journal = new Journal(file, OPEN);
  const at = {
    id: 'r',
    flow: 'f',
    file: '/f',
    at: 1,
    seed: '',
    flowHash: '',
    input: JSON.stringify('ü'.repeat(100_000)),
    sealed: false,
  };
  const [first, end]: readonly [JournalRecord, JournalRecord] = [
    { type: 'run', version: 1, ...at },
    { type: 'end', at: 1, outcome: 'failed' },
  ];
  journal.append([first]);
  expect(readEnds(file)).toEqual({ first });
  journal.append([call('1 a', `"}\n{"type":"end",${'é'.repeat(100_001)}`)]);
  expect(readEnds(file)).toEqual({ first });
  journal.append([end]);
  journal.close();
  appendFileSync(file, '{"type":"end","at":2}');

  expect(readEnds(file)).toEqual({ first, last: end });
});

describe('a lock', () => {
  test('is had by one process at a time, and free when that is gone', () => {
    const file = fresh();

    expect(lock(file)).toBeUndefined();
    expect(lock(file)).toBe(process.pid);
    expect(holderOf(file)).toBe(process.pid);
    unlock(file);
    expect(holderOf(file)).toBeUndefined();
    expect(lock(file)).toBeUndefined();
  });

  test.each([
    ['of a process that is gone', { pid: 2 ** 22 + 1, started: '' }],
    ['of an earlier process of the same number', { pid: process.pid, started: 'long ago' }],
  ])('%s is free', (_what, holder) => {
    const file = fresh();
    writeFileSync(file, JSON.stringify(holder));

    expect(lock(file)).toBeUndefined();
  });

  // Elsewhere nothing tells such a process from one that runs.
  test.runIf(process.platform === 'linux')('of a process that has ended unnoticed by its parent is free', async () => {
    // `sleep` takes the place of the shell, and knows nothing of the process that this has started, which must end later.
    const parent = spawn('sh', ['-c', 'sleep 1 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore'] });
    try {
      const [line] = await once(parent.stdout, 'data');
      const file = fresh();
      const fields = () =>
        readFileSync(`/proc/${Number(line)}/stat`, 'utf8')
          .split(') ')[1]
          ?.split(' ') ?? [];
      while (fields()[0] !== 'Z') await later(1);
      writeFileSync(file, JSON.stringify({ pid: Number(line), started: fields()[19] }));

      expect(holderOf(file)).toBeUndefined();
      expect(lock(file)).toBeUndefined();
    } finally {
      parent.kill();
    }
  });

  test('that was broken off while it was written is free', () => {
    const file = fresh();
    writeFileSync(file, '{"pid": 1');

    expect(lock(file)).toBeUndefined();
  });
});

describe('the folder of runs', () => {
  const HOUR = 3_600_000;
  const NOW = 1_700_000_000_000;

  /** Makes a run that was last worked on so many hours ago. */
  const makeRun = (runs: string, id: string, hours: number, outcome?: RunOutcome): void => {
    const files = filesOf(runs, id);
    mkdirSync(files.folder, { recursive: true });
    const at = NOW - hours * HOUR;
    const first = { type: 'run', version: 1, id, flow: 'f', file: '/f.yaml', at, seed: '', input: '{}', sealed: false };
    const records = [first, ...(outcome ? [{ type: 'end', at, outcome }] : [])];
    writeFileSync(files.journal, records.map((record) => `${JSON.stringify(record)}\n`).join(''));
    utimesSync(files.journal, at / 1000, at / 1000);
  };

  test('lists runs, the latest first, and what became of them', () => {
    const runs = fresh();
    makeRun(runs, 'a', 3, 'success');
    makeRun(runs, 'b', 1);
    makeRun(runs, 'c', 2, 'failed');
    makeRun(runs, 'd', 0);
    lock(filesOf(runs, 'd').lock);
    mkdirSync(join(runs, 'empty'));

    expect(listRuns(runs).map(({ id, status }) => `${id} ${status}`)).toEqual([
      'd running',
      'b interrupted',
      'c failed',
      'a success',
    ]);
    expect(listRuns(runs, 1).map(({ id }) => id)).toEqual(['d']);
    expect(listRuns(fresh())).toEqual([]);
  });

  test('finds runs by their id or its beginning', () => {
    const runs = fresh();
    for (const id of ['abc', 'abcd', 'x']) makeRun(runs, id, 1);

    expect(findRuns(runs, 'abc')).toEqual(['abc']);
    expect(findRuns(runs, 'ab').toSorted()).toEqual(['abc', 'abcd']);
    expect(findRuns(runs, '')).toEqual([]);
    expect(findRuns(runs, 'y')).toEqual([]);
  });

  test('is pruned of what went well and is old, or has fifty after it; what did not go well stays for longer', () => {
    const runs = fresh();
    const kept = (id: string): boolean => existsSync(filesOf(runs, id).folder);
    for (let index = 0; index < 48; index += 1) makeRun(runs, `late${index}`, 1, 'success');
    makeRun(runs, 'old success', 24 * 8, 'success');
    makeRun(runs, 'young failure beyond', 24 * 6, 'failed');
    makeRun(runs, 'old failure among', 24 * 9, 'failed');
    for (let index = 0; index < 3; index += 1) makeRun(runs, `middle${index}`, 2, 'success');
    makeRun(runs, 'old and running', 24 * 30);
    makeRun(runs, 'old interruption beyond', 24 * 31);
    lock(filesOf(runs, 'old and running').lock);
    pruneRuns(runs, NOW);

    expect(kept('late0') && kept('late47') && kept('middle0')).toBe(true);
    expect([0, 1, 2].filter((index) => kept(`middle${index}`))).toHaveLength(2);
    expect(kept('old success')).toBe(false);
    expect(kept('young failure beyond')).toBe(true);
    expect(kept('old failure among')).toBe(false);
    expect(kept('old and running')).toBe(true);
    expect(kept('old interruption beyond')).toBe(false);
  });

  test('is pruned of what has not even begun, unless that is about to', () => {
    const runs = fresh();
    for (const id of ['old', 'new']) mkdirSync(join(runs, id), { recursive: true });
    utimesSync(join(runs, 'old'), NOW / 1000 - 61, NOW / 1000 - 61);
    utimesSync(join(runs, 'new'), NOW / 1000 - 59, NOW / 1000 - 59);
    pruneRuns(runs, NOW);

    expect([existsSync(join(runs, 'old')), existsSync(join(runs, 'new'))]).toEqual([false, true]);
  });

  test('keeps an old failure that is among the latest fifty', () => {
    const runs = fresh();
    makeRun(runs, 'old', 24 * 9, 'failed');
    pruneRuns(runs, NOW);

    expect(existsSync(filesOf(runs, 'old').folder)).toBe(true);
  });
});

test('random numbers of a seed are the same each time, spread evenly, and others for another seed', () => {
  const draw = (seed: string): readonly number[] => {
    const random = randomFrom(seed);
    return Array.from({ length: 10_000 }, random);
  };
  const [one, other] = [draw('one'), draw('other')];

  expect(draw('one')).toEqual(one);
  expect(new Set([...one, ...other]).size).toBeGreaterThan(19_990);
  expect(Math.min(...one)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...one)).toBeLessThan(1);
  for (let tenth = 0; tenth < 10; tenth += 1) {
    const inTenth = one.filter((number) => Math.floor(number * 10) === tenth).length;
    // Six standard deviations of 10,000 draws with a chance of one in ten.
    expect(Math.abs(inTenth - 1000)).toBeLessThan(180);
  }
});

test('a journal that is a named pipe is refused, rather than waited for', () => {
  const pipe = join(mkdtempSync(join(tmpdir(), 'stepflow-pipe-')), 'journal.jsonl');
  execFileSync('mkfifo', [pipe]);
  expect(() => readEnds(pipe)).toThrow(/it is no regular file/);
  expect(holderOf(pipe)).toBeUndefined();
  rmSync(dirname(pipe), { recursive: true });
});
