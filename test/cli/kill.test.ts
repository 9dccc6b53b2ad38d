import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as later } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { isObject } from '../../lib/protocol/json.ts';
import { randomFrom } from '../../lib/run/durable/random.ts';
import type { JournalRecord } from '../../lib/run/durable/records.ts';
import { isAlive } from '../alive.ts';
import { runs, SEED } from '../chance.ts';
import { componentSource, project } from '../run/project.ts';
import { type Running, stepflow } from './running.ts';

/** Writes down when it begins, is told to stop, and ends; hangs as long as there is a file of its name. */
const work = componentSource(`
  const { appendFileSync, existsSync, writeFileSync } = await import('node:fs');
  const { setTimeout: sleep } = await import('node:timers/promises');
  const { name, of } = input;
  const say = (what) => appendFileSync('said', what + ' ' + name + '\\n');
  writeFileSync('pid', String(process.pid));
  say('begins');
  ctx.signal.addEventListener('abort', () => say('is told to stop'));
  if (input.busy) for (;;);
  if (input.listens) await new Promise((_, reject) => ctx.signal.addEventListener('abort', () => reject(ctx.signal.reason)));
  await sleep(10);
  while (existsSync(name)) await sleep(10, undefined, { signal: ctx.signal });
  say('ends');
  return { name, of: of ?? null };
`);

const step = (id: string, of: string): string =>
  `  - { id: ${id}, component: /my/work, input: { name: ${id}, of: ${of} } }`;

const FLOW = `
name: kill
steps:
${step('a', '1')}
${step('b', '{ $step: a, path: name }')}
${step('c', '{ $step: a, path: name }')}
${step('d', '[{ $step: b, path: name }, { $step: c, path: name }]')}
  - id: each
    component: /map
    input:
      items: [x, y, z]
      max_concurrency: 2
      workflow: { $literal: { steps: [{ id: in, component: /my/work, input: { name: { $input: $ } } }], output: { $step: in } } }
${step('e', '[{ $step: each }, { $step: d }]')}
output: { $step: e }
`;
const NAMES = ['a', 'b', 'c', 'd', 'e', 'x', 'y', 'z'];

/** A project in which the command line runs for real, in a process of its own. */
function setUp(flow = FLOW) {
  const cwd = project({ 'flow.yaml': flow, 'lambdas/my/work.ts': work });
  const lines = (file: string): readonly string[] =>
    existsSync(join(cwd, file)) ? readFileSync(join(cwd, file), 'utf8').split('\n').slice(0, -1) : [];
  return {
    cwd,
    said: () => lines('said'),
    /** The id of the run that has a journal, and what of it is there. */
    journal: (): { readonly id: string; readonly records: readonly JournalRecord[] } | undefined => {
      const ids = existsSync(join(cwd, '.stepflow/runs')) ? readdirSync(join(cwd, '.stepflow/runs')) : [];
      // One that was killed before it had begun has no line.
      const [begun] = ids
        .map((id) => ({ id, records: lines(`.stepflow/runs/${id}/journal.jsonl`).map((line) => JSON.parse(line)) }))
        .filter(({ records }) => records.length > 0);
      return begun;
    },
    start: (...argv: readonly string[]): Running => stepflow(['run', 'flow.yaml', ...argv], cwd),
  };
}

/** The names of the calls that have ended by the journal. */
const recorded = (records: readonly JournalRecord[]): readonly string[] =>
  records.flatMap((record) => {
    const payload = record.type === 'call' && isObject(record.result) ? record.result.Payload : undefined;
    const found = /"name":"(\w)"/.exec(JSON.stringify(payload) ?? '')?.[1];
    return record.type === 'call' ? [found ?? record.id] : [];
  });

const count = (said: readonly string[], name: string): number =>
  said.filter((line) => line === `begins ${name}`).length;

describe('a run that is killed at any moment', () => {
  const random = randomFrom(String(SEED));
  const moments = Array.from({ length: runs(2) }, (_none, index) => ({
    flags: index % 2 === 0 ? [] : ['--isolate'],
    kills: Array.from({ length: 5 }, () => ({
      lines: Math.floor(random() * 2 * NAMES.length),
      ms: Math.floor(random() * 15),
    })),
  }));

  let undisturbed: Promise<{ readonly result: unknown }> | undefined;
  const runUndisturbed = async () => {
    const { start, journal } = setUp();
    const wanted = JSON.parse((await start('--json').end()).stdout);
    expect(wanted).toMatchObject({ outcome: 'success' });
    expect(recorded(journal()?.records ?? []).toSorted()).toEqual(NAMES);
    return wanted;
  };

  test.each(moments)(
    'goes on, gives the same result, and does nothing again that its journal has, with $flags',
    { timeout: 300_000 },
    async ({ flags, kills }) => {
      undisturbed ??= runUndisturbed();
      const wanted = await undisturbed;
      const { said, journal, start } = setUp();
      const go = (): Running => {
        const known = journal();
        return start('--json', ...flags, ...(known ? ['--resume', known.id] : []));
      };
      for (const { lines, ms } of kills) {
        const [done, before] = [recorded(journal()?.records ?? []), said()];
        const running = go();
        await running.until(() => said().length >= lines);
        await later(ms);
        running.kill('SIGKILL');
        await running.end();
        for (const name of done) expect({ [name]: count(said(), name) }).toEqual({ [name]: count(before, name) });
      }
      const { stdout } = await go().end();

      expect(JSON.parse(stdout)).toMatchObject({ outcome: 'success', result: wanted.result });
      expect(recorded(journal()?.records ?? []).toSorted()).toEqual(NAMES);
    },
  );

  test('leaves no sandbox behind', { timeout: 120_000 }, async () => {
    const { cwd, said, start } = setUp();
    writeFileSync(join(cwd, 'a'), '');
    const running = start('--isolate');
    await running.until(() => said().includes('begins a'));
    const pid = Number(readFileSync(join(cwd, 'pid'), 'utf8'));
    expect(isAlive(pid)).toBe(true);
    running.kill('SIGKILL');
    await running.end();
    while (isAlive(pid)) await later(5);
  });
});

describe.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s', (signal, code) => {
  test('tells components to stop, ends the run, and says how to go on', { timeout: 120_000 }, async () => {
    const { cwd, said, journal, start } = setUp();
    writeFileSync(join(cwd, 'b'), '');
    const running = start();
    await running.until(() => said().includes('begins b'));
    running.kill(signal);
    const ended = await running.end();

    expect(said()).toContain('is told to stop b');
    expect(said()).not.toContain('ends b');
    expect(ended.code).toBe(code);
    expect(ended.stderr).toContain('CANCELLED');
    expect(ended.stderr).toContain(`stepflow run flow.yaml --resume ${journal()?.id.slice(0, 8)}`);
    rmSync(join(cwd, 'b'));
    expect(await start('--resume', journal()?.id.slice(0, 8) ?? '').end()).toMatchObject({ code: 0 });
    expect(count(said(), 'a')).toBe(1);
  });
});

test('a second signal ends the run as it is', { timeout: 120_000 }, async () => {
  const { said, start } = setUp(`steps:
  - { id: a, component: /my/work, input: { name: a, busy: true } }
  - { id: b, component: /my/work, input: { name: b, listens: true } }
`);
  const running = start('--isolate');
  await running.until(() => said().includes('begins a') && said().includes('begins b'));
  running.kill('SIGINT');
  // The other component does not stop, so there is still something to wait for.
  await running.until(() => said().includes('is told to stop b'));
  running.kill('SIGINT');

  expect(await running.end()).toMatchObject({ code: 130 });
});
