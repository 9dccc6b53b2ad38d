import { setTimeout as later } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CompileOptions } from '../../../lib/compiler/compile.ts';
import { findComponents } from '../../../lib/project/components/index.ts';
import { loadFunctions } from '../../../lib/project/components/load-functions.ts';
import { foldersFor } from '../../../lib/project/folders.ts';
import { isObject, type Json } from '../../../lib/protocol/json.ts';
import type { RunnableComponent } from '../../../lib/run/ready-flow.ts';
import { type RunEvent, type RunOptions, runFlow } from '../../../lib/run/run-flow.ts';
import { ConcurrencyLimit } from '../../../lib/run/sandbox/concurrency-limit.ts';
import { Sandboxes, type SandboxesOptions } from '../../../lib/run/sandbox/sandboxes.ts';
import type { HostContext } from '../../../lib/runtime/wrapper.ts';
import { isAlive } from '../../alive.ts';
import { componentSource, project } from '../project.ts';

const MEBIBYTE = 1024 * 1024;

const home = project({
  'lambdas/my/here.ts': componentSource(`
    const { isMainThread } = await import('node:worker_threads');
    if (input.wait) await new Promise((resolve) => setTimeout(resolve, input.wait));
    return { pid: process.pid, isMainThread, step: ctx.step, of: input.of ?? null };
  `),
  'lambdas/my/objects.ts': componentSource(
    'const all = []; for (;;) all.push({ index: all.length });',
    'memorySize: 128',
  ),
  // One allocation too large for what is left: the thread cannot be ended in good order then.
  'lambdas/my/array.ts': componentSource('const all = []; for (;;) all.push(all.length);', 'memorySize: 128'),
  // None of it is in the heap.
  'lambdas/my/buffers.ts': componentSource(
    'const all = []; for (;;) { all.push(Buffer.alloc(1048576, 1)); }',
    'memorySize: 128',
  ),
  'lambdas/my/fill.ts': componentSource('return Buffer.alloc(input.mb * 1048576, 1).length;'),
  'lambdas/my/exit.ts': componentSource('process.exit(7);'),
  'lambdas/my/throws.ts': componentSource(
    `setTimeout(() => { throw new RangeError('in a timer'); }, 1); await new Promise(() => {});`,
  ),
  'lambdas/my/leaves.ts': componentSource('setTimeout(() => process.exit(), 1); return { pid: process.pid };'),
  'lambdas/my/asks.ts': componentSource(`return (await ctx.call('/my/here', { step: 'inner', input: {} })).step;`),
  'lambdas/my/fails.ts': componentSource(`throw new FlowError('UNREACHABLE', 'nobody there');`),
  'lambdas/my/busy.ts': componentSource('for (;;);', 'timeout: 0.2'),
  'lambdas/my/ever.ts': componentSource('for (;;);'),
  'lambdas/my/waits.ts': componentSource(
    `await new Promise((_, reject) => ctx.signal.addEventListener('abort', () => reject(ctx.signal.reason)));`,
  ),
  'lambdas/my/uses.ts': componentSource(`
    console.log('printed');
    console.error('told');
    ctx.logger.warn('logged');
    const { blob_id } = await ctx.call('/builtin/put_blob', { step: 'inner', input: { data: [1, 2], blob_type: 'data' }, reads: ['blob_id'] }, 'x');
    const { readFileSync } = await import('node:fs');
    return { blob: await ctx.blobs.get(blob_id), file: readFileSync(ctx.files.folder + '/note.txt', 'utf8'), key: input.key.length };
  `),
  'note.txt': 'beside the flow',
});

const folders = foldersFor(home);
let loaded: ReadonlyMap<string, RunnableComponent>;
beforeAll(async () => {
  const { components } = findComponents({ folders: folders.components });
  const own = components.filter(({ path }) => path.startsWith('/my/'));
  const functions = await loadFunctions(own, folders.bundles);
  expect(functions.diagnostics).toEqual([]);
  loaded = functions.loaded;
});

const open: Sandboxes[] = [];
afterAll(() => Promise.all(open.map((one) => one.close())));

async function sandboxes(options: Partial<SandboxesOptions> = {}) {
  const all = await Sandboxes.open({ folders, print: () => {}, ...options });
  open.push(all);
  const call = async (name: string, input: Json = {}, host: HostContext = {}): Promise<Json> => {
    const component = loaded.get(`/my/${name}`);
    if (!component) throw new Error(`no component ${name}`);
    const slots = await all.handlerOf(component)({ step: name, input, reads: ['$'] }, host);
    return slots.$ ?? null;
  };
  return { all, call, usageOf: (name: string) => all.usage().find(({ component }) => component === `/my/${name}`) };
}

const pidOf = (result: Json): number => Number(isObject(result) && result.pid);

describe('a component in a sandbox', () => {
  test('runs in a thread of another process, one call at a time, and the next call has the same one', async () => {
    const { all, call, usageOf } = await sandboxes();
    const [one, other] = await Promise.all([call('here', { wait: 20 }), call('here', { wait: 20 })]);
    const third = await call('here', { of: 'it' });

    expect(one).toMatchObject({ isMainThread: false });
    expect(third).toMatchObject({ step: 'here', of: 'it' });
    expect(new Set([process.pid, pidOf(one), pidOf(other)]).size).toBe(3);
    expect([pidOf(one), pidOf(other)]).toContain(pidOf(third));
    expect(usageOf('here')).toEqual({
      component: '/my/here',
      calls: 3,
      starts: 2,
      startupMs: expect.any(Number),
      memoryBytes: expect.any(Number),
      memoryLimitBytes: 512 * MEBIBYTE,
    });
    await all.close();
    while (isAlive(pidOf(one)) || isAlive(pidOf(other))) await later(5);
  });

  test.each(['objects', 'array', 'buffers'])(
    'that uses up its memory with %s ends as a function of Lambda does, and nothing else with it',
    async (kind) => {
      const { call, usageOf } = await sandboxes();
      const beside = call('here', { wait: 100, of: 'unharmed' });

      await expect(call(kind)).rejects.toMatchObject({
        name: 'Runtime.ExitError',
        message: expect.stringMatching(
          /^Runtime exited with error: signal: (killed|aborted); .*more than the 128 MB that it may; raise its "memorySize"/,
        ),
      });
      expect(usageOf(kind)).toMatchObject({ calls: 1, starts: 1, memoryBytes: expect.any(Number) });
      expect(usageOf(kind)?.memoryBytes).toBeGreaterThanOrEqual(128 * MEBIBYTE);
      expect(await beside).toMatchObject({ of: 'unharmed' });
      // The next call gets a sandbox that is alive.
      await expect(call(kind)).rejects.toMatchObject({ name: 'Runtime.ExitError' });
      expect(usageOf(kind)).toMatchObject({ calls: 2, starts: 2 });
    },
  );

  test('is measured with what it has outside of its heap', async () => {
    const [small, large] = [await sandboxes(), await sandboxes()];
    await small.call('fill', { mb: 1 });
    await large.call('fill', { mb: 101 });
    const bytes = ({ usageOf }: typeof small): number => usageOf('fill')?.memoryBytes ?? 0;

    expect(bytes(large) - bytes(small)).toBeGreaterThan(80 * MEBIBYTE);
    expect(bytes(small)).toBeGreaterThan(20 * MEBIBYTE);
  });

  test.each([
    ['ends its process', 'exit', 'Runtime.ExitError', 'Runtime exited with error: exit status 7'],
    [
      'throws where nobody catches',
      'throws',
      'Runtime.ExitError',
      'Runtime exited with error: exit status 1; nobody caught RangeError: in a timer',
    ],
    ['fails', 'fails', 'UNREACHABLE', 'nobody there'],
  ])('that %s fails by the name that Lambda would give', async (_what, component, name, message) => {
    const { call } = await sandboxes();

    await expect(call(component)).rejects.toMatchObject({ name, message: expect.stringContaining(message) });
  });

  test("keeps its own stack, with the component's own lines", async () => {
    const { call } = await sandboxes();

    await expect(call('fails')).rejects.toMatchObject({ stack: expect.stringMatching(/lambdas\/my\/fails\.ts:\d+/) });
  });

  test('that does not give back the processor is ended when its time is over', async () => {
    const { call, usageOf } = await sandboxes();

    await expect(call('busy')).rejects.toMatchObject({
      name: 'Sandbox.Timedout',
      message: expect.stringContaining('took more than 0.2 s'),
    });
    expect(usageOf('busy')).toMatchObject({ calls: 1, starts: 1 });
  });

  test.each(['waits', 'ever'])('is told to stop, and ended if it does not: %s', async (component) => {
    const { all, call } = await sandboxes();
    const stopped = new AbortController();
    const running = call(component, {}, { signal: stopped.signal });
    while (all.usage().every(({ startupMs }) => startupMs === undefined)) await later(1);
    stopped.abort(new Error('nobody waits any more'));

    await expect(running).rejects.toMatchObject({ name: 'CANCELLED' });
    await all.close();
  });

  test('has what any other has: blobs, files, secrets, a log, other components; what it prints is handed on', async () => {
    const events: RunEvent[] = [];
    const source = `
variablesSchema: { type: object, properties: { key: { type: string, is_secret: true } } }
steps: [{ id: use, component: /my/uses, input: { key: { $variable: key } } }]
output: { $step: use }
`;
    const given = { source, home, variables: { key: 'secret' }, isolate: true };
    const { result, execution } = await runFlow({ ...given, onEvent: (event: RunEvent) => events.push(event) });

    expect(result).toEqual({ outcome: 'success', result: { blob: [1, 2], file: 'beside the flow', key: 6 } });
    expect(execution?.components?.map(({ component }) => component)).toEqual(['/my/uses', '/builtin/put_blob']);
    expect(execution?.steps).toMatchObject([
      { id: 'use', startupMs: expect.any(Number), memoryBytes: expect.any(Number) },
    ]);
    const printed = events.flatMap((event) => (event.type === 'output' ? [event.line] : []));
    expect(printed.toSorted()).toEqual(['printed', 'told']);
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'log', entry: expect.objectContaining({ message: 'logged' }) }),
    );
  });

  test('prints nothing of what Node says when its heap is full', async () => {
    const printed: string[] = [];
    const { all, call } = await sandboxes({ print: (line) => printed.push(line) });
    await expect(call('array')).rejects.toThrow();
    await all.close();

    expect(printed.filter((line) => line.trim() !== '')).toEqual([]);
  });
});

describe('a flow whose components run in sandboxes', () => {
  const run = (source: string, options: RunOptions & CompileOptions = {}) =>
    runFlow({ source, home, isolate: true, ...options });

  test('gives what it gives without', async () => {
    const source = `
steps:
  - { id: a, component: /my/here, input: { of: 1 } }
  - { id: many, component: /map, input: { items: [1, 2, 3, 4], workflow: { $literal: { steps: [{ id: one, component: /my/here, input: { of: { $input: $ } } }], output: { $step: one, path: of } } } } }
output: { a: { $step: a, path: of }, many: { $step: many, path: results } }
`;
    const [isolated, here] = [await run(source), await run(source, { isolate: false })];

    expect(isolated.result).toEqual(here.result);
    expect(isolated.execution?.components?.map(({ calls }) => calls)).toEqual([5]);
    expect(here.execution?.components).toBeUndefined();
  });

  test('has what it needs told step by step, where steps share a Map', async () => {
    const source = `
steps:
  - { id: a, component: /my/here, input: { of: 1, wait: 20 } }
  - { id: b, component: /my/here, input: { of: 2, wait: 20 } }
output: [{ $step: a, path: step }, { $step: b, path: step }]
`;
    const { result, execution } = await run(source, { leastFanOut: 2 });

    expect(result).toEqual({ outcome: 'success', result: ['a', 'b'] });
    for (const step of execution?.steps ?? []) expect(step.memoryBytes).toBeGreaterThan(MEBIBYTE);
    expect(execution?.components?.map(({ calls }) => calls)).toEqual([2]);
  });

  test('may run flows in flows', async () => {
    const inner = `{ steps: [{ id: in, component: /my/here, input: { of: { $input: $ } } }], output: { $step: in, path: of } }`;
    const source = `
steps:
  - { id: flow, component: /my/here, input: { of: { $literal: ${inner} } } }
  - { id: run, component: /eval, input: { flow: { $step: flow, path: of }, input: 7 } }
output: { $step: run, path: result }
`;
    expect((await run(source)).result).toEqual({ outcome: 'success', result: { outcome: 'success', result: 7 } });
  });
});

test('a component that waits for another one takes no turn from it', async () => {
  const { all, call } = await sandboxes({ mostAtOnce: 1 });
  const here = loaded.get('/my/here');
  const asks: HostContext['call'] = async (_component, invocation) =>
    here ? all.handlerOf(here)({ ...invocation, reads: ['step'] }) : {};

  expect(await Promise.all([call('asks', {}, { call: asks }), call('asks', {}, { call: asks })])).toEqual([
    'inner',
    'inner',
  ]);
});

test('a sandbox that is ended by what a component left behind is not called again', async () => {
  const { call, usageOf } = await sandboxes();
  const pid = pidOf(await call('leaves'));
  while (isAlive(pid)) await later(5);

  expect(pidOf(await call('leaves'))).not.toBe(pid);
  expect(usageOf('leaves')).toMatchObject({ calls: 2, starts: 2 });
});

test('turns are taken in order, so many at once, and given away for the time of waiting', async () => {
  const turns = new ConcurrencyLimit(1);
  const seen: string[] = [];
  const work = async (name: string, inner?: () => Promise<void>): Promise<void> => {
    await turns.acquire();
    seen.push(`${name} begins`);
    await Promise.resolve();
    if (inner) await turns.whileReleased(inner);
    seen.push(`${name} ends`);
    turns.release();
  };
  await Promise.all([work('a', () => work('in a')), work('b'), work('c')]);

  expect(seen).toEqual(['a begins', 'b begins', 'b ends', 'c begins', 'c ends', 'in a begins', 'in a ends', 'a ends']);
});
