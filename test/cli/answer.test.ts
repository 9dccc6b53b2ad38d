import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as later } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { project } from '../run/project.ts';
import { type Called, call } from './terminal.ts';

const STEPFLOW = fileURLToPath(new URL('../../bin/stepflow.js', import.meta.url));

const FLOW = `
name: release
steps:
  - id: each
    component: /map
    input:
      items: [a, b]
      workflow:
        steps: [{ id: check, component: /approval, input: { title: { $concat: ["Is ", { $input: $ }, " right?"] } } }]
        output: { $step: check }
  - id: shipped
    component: /wait_for_callback
    input: { details: { $step: each, path: successful }, timeout: 600 }
output: { checks: { $step: each, path: values }, parcel: { $step: shipped } }
`;

/** A project whose flow runs in a process of its own, or in this one. */
function setUp() {
  const cwd = project({ 'flow.yaml': FLOW });
  const stepflow = (...argv: readonly string[]): Promise<Called> => call(argv, { cwd });
  const waiting = async (): Promise<
    { readonly id: string; readonly waiting: readonly { readonly step: string }[] }[]
  > => JSON.parse((await stepflow('waiting', '--json')).stdout).runs;
  return {
    cwd,
    stepflow,
    /** The id of the run whose steps wait, once so many do. */
    until: async (steps: number): Promise<string> => {
      for (;;) {
        const [run] = await waiting();
        if (run?.waiting.length === steps) return run.id;
        await later(20);
      }
    },
  };
}

describe('approve, reject and callback', () => {
  test('answer a run in another process, also while that is dead, and each step once', {
    timeout: 60_000,
  }, async () => {
    const { cwd, stepflow, until } = setUp();
    const { NODE_OPTIONS: _, ...env } = process.env;
    const child = spawn(process.execPath, [STEPFLOW, 'run', 'flow.yaml'], { cwd, env });
    const exit = once(child, 'close');
    let shown = '';
    child.stdout.on('data', (chunk) => (shown += chunk));
    const id = await until(2);
    const listed = await stepflow('waiting');
    expect(listed.stdout).toContain(`each.check item 1 of release, run ${id}: Is b right?`);
    expect(listed.stdout).toContain(`stepflow approve ${id} each.check --item 1`);
    const unclear = await stepflow('approve', id, 'each.check');
    expect([unclear.code, unclear.stderr]).toEqual([2, expect.stringContaining('waits in 2 items; say which: 0, 1')]);
    const { code, stdout } = await stepflow('approve', id, 'each.check', '--item', '0', '--by', 'ada', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ ok: true, id, step: 'each.check', item: '0', approved: true, by: 'ada' });
    child.kill('SIGKILL');
    await exit;
    expect(shown).toContain(`stepflow reject ${id} each.check --item 1`);
    const rejected = await stepflow(
      'reject',
      id.slice(0, 8),
      'each.check',
      '--item',
      '1',
      '--by',
      'ada',
      '--comment',
      'no',
    );
    expect(rejected.stdout).toBe(`✔ each.check, item 1, of run ${id} is rejected\n`);
    expect(rejected.stderr).toContain(`flow.yaml --resume ${id}`);
    const again = await stepflow('approve', id, 'each.check', '--item', '1');
    expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('has been answered already')]);

    const resumed = stepflow('run', 'flow.yaml', '--resume', id, '--json');
    await until(1);
    const wrong = await stepflow('approve', id, 'shipped');
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('waits for a value')]);
    expect((await stepflow('callback', id, 'shipped', '--value', '{"n":1}')).code).toBe(0);
    const ended = await resumed;
    const check = (approved: boolean, comment: string | null) => ({ approved, by: 'ada', comment });
    expect(JSON.parse(ended.stdout)).toMatchObject({
      outcome: 'success',
      result: { checks: [check(true, null), check(false, 'no')], parcel: { n: 1 } },
    });
    expect(ended.stderr).toContain(`stepflow callback ${id} shipped --value JSON`);
    const over = await stepflow('callback', id, 'shipped', '--value', '1', '--json');
    expect([over.code, JSON.parse(over.stdout)]).toMatchObject([1, { ok: false, error: { code: 'NOT_WAITING' } }]);
    expect((await stepflow('waiting')).stdout).toBe('nothing waits on this machine\n');
  });

  test('say what is missing', async () => {
    const { stepflow } = setUp();
    const unknown = await stepflow('approve', 'nobody', 'each');
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining('There is no run "nobody"')]);
    const valueless = await stepflow('callback', 'nobody', 'each');
    expect([valueless.code, valueless.stderr]).toEqual([2, expect.stringContaining('--value null')]);
  });
});
