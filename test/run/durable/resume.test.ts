import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as later } from 'node:timers/promises';
import { afterAll, describe, expect, test } from 'vitest';
import { type JournalRecord, visitOf } from '../../../lib/run/durable/records.ts';
import {
  type FlowOptions,
  type FlowRun,
  prepareFlow,
  type ResumeOptions,
  type RunEvent,
  type RunOptions,
  resumeFlow,
} from '../../../lib/run/run-flow.ts';
import { componentSource, project } from '../project.ts';

/** Says in a file that it was called, and with what; does what the file of its name says, if there is one. */
const work = componentSource(`
  const { appendFileSync, existsSync, readFileSync } = await import('node:fs');
  const { home, name, of, secret } = input;
  appendFileSync(home + '/calls', name + '\\n');
  const order = existsSync(home + '/' + name) ? readFileSync(home + '/' + name, 'utf8') : '';
  if (order === 'fail') throw new FlowError('RESOURCE_UNAVAILABLE', 'told to fail, with ' + (secret ?? 'nothing'));
  if (order === 'hang') await new Promise((_, reject) => ctx.signal.addEventListener('abort', () => reject(ctx.signal.reason)));
  return { name, of: of ?? null, secret: secret ?? null };
`);

const step = (id: string, more = '', of = ''): string =>
  `  - { id: ${id}, component: /my/work, input: { home: { $input: home }, name: ${id}${of && `, of: ${of}`} }${more} }`;

const FLOW = `name: work
steps:
${step('a')}
${step('b', '', '{ $step: a, path: name }')}
${step('c', '', '{ $step: a, path: name }')}
${step('d', '', '[{ $step: b, path: name }, { $step: c, path: name }]')}
output: [{ $step: b }, { $step: c }, { $step: d }]
`;

/** What bundles share is made once for all tests. */
const shared = mkdtempSync(join(tmpdir(), 'stepflow-bundles-'));
afterAll(() => rmSync(shared, { recursive: true }));
const bundles = join(shared, '.stepflow/bundles');

/** A project of its own for each test: what its components do is in its files. */
function setUp(flow = FLOW, files: { readonly [path: string]: string } = {}) {
  const home = project({ 'flow.yaml': flow, 'lambdas/my/work.ts': work, ...files });
  const file = join(home, 'flow.yaml');
  const linesOf = (path: string): readonly string[] => readFileSync(path, 'utf8').split('\n').slice(0, -1);
  const journalOf = (id: string): string => join(home, '.stepflow/runs', id, 'journal.jsonl');
  return {
    home,
    file,
    order: (name: string, what: string) => writeFileSync(join(home, name), what),
    cancel: (name: string) => rmSync(join(home, name)),
    /** The names that components were called with, sorted. */
    calls: () => linesOf(join(home, 'calls')).toSorted(),
    run: async (options: RunOptions & Partial<FlowOptions> = {}) => {
      const flow = await prepareFlow({ file, bundles, ...options });
      return flow.run({ input: { home }, journal: true, ...options });
    },
    resume: (id: string, options: Partial<ResumeOptions> = {}) => resumeFlow({ id, file, bundles, ...options }),
    journalOf,
    records: (id: string): readonly JournalRecord[] => linesOf(journalOf(id)).map((line) => JSON.parse(line)),
  };
}

/** Waits until something holds, while something else runs; what cannot be asked yet does not hold. */
async function until(holds: () => boolean, running: Promise<unknown>): Promise<void> {
  const ended = running.then(() => true);
  const asked = (): boolean => {
    try {
      return holds();
    } catch {
      return false;
    }
  };
  while (!asked()) if ((await Promise.race([ended, later(1)])) === true) throw new Error('it ended before');
}

/** What a run was, but for its times: those of the journal are the machine's, a moment earlier. */
const outline = ({ execution }: FlowRun) => {
  const steps = execution?.steps.map(({ id, status, attempts }) => ({ id, status, attempts }));
  const runs = execution?.metrics.steps.map((step) => [step.step, step.runs]);
  return { ...execution, durationMs: 0, criticalPath: [], steps, metrics: runs };
};

const idOf = ({ execution }: FlowRun): string => execution?.id.split(':').at(-1) ?? 'no run';

describe('a run that has failed', () => {
  test('goes on at the step that failed, and gives what it would have given', async () => {
    const undisturbed = await setUp().run();
    const { order, cancel, calls, run, resume, records } = setUp();
    order('c', 'fail');
    const failed = await run();
    const id = idOf(failed);

    expect(failed).toMatchObject({ result: { outcome: 'failed' }, execution: { resume: id } });
    cancel('c');
    const told: RunEvent[] = [];
    const resumed = await resume(id, { onEvent: (event) => told.push(event) });

    const names = ({ result }: FlowRun) => JSON.stringify(result).replaceAll(/"home":"[^"]*"/g, '');
    expect(names(resumed)).toBe(names(undisturbed));
    expect(resumed.warnings).toEqual([]);
    expect(resumed.execution?.resume).toBeUndefined();
    expect(calls().filter((name) => name === 'a')).toEqual(['a']);
    expect(calls().filter((name) => name === 'c')).toEqual(['c', 'c']);
    expect(resumed.execution?.steps.map(({ status }) => status)).toEqual(Array(4).fill('succeeded'));
    const ended = told.flatMap((event) =>
      event.type === 'step-succeeded' ? [[event.step, event.replayed === true]] : [],
    );
    expect(Object.fromEntries(ended)).toMatchObject({ a: true, c: false, d: false });
    const succeeded = records(id).flatMap((record) =>
      record.type === 'call' && record.error === undefined ? [visitOf(record.id)] : [],
    );
    expect(succeeded.toSorted()).toEqual([...new Set(succeeded)].toSorted());
    expect(succeeded).toHaveLength(4);
  });

  test('goes on at the one that failed of steps that share a Map', async () => {
    const undisturbed = await setUp().run({ leastFanOut: 2 });
    const { order, cancel, calls, run, resume } = setUp();
    order('c', 'fail');
    const id = idOf(await run({ leastFanOut: 2 }));
    cancel('c');
    const resumed = await resume(id);

    const names = ({ result }: FlowRun) => JSON.stringify(result).replaceAll(/"home":"[^"]*"/g, '');
    expect(names(resumed)).toBe(names(undisturbed));
    expect(calls().filter((name) => 'acd'.includes(name))).toEqual(['a', 'c', 'c', 'd']);
    expect(outline(resumed).steps).toEqual(outline(undisturbed).steps);
  });

  test('fails again, as often as the step does, and can still go on', async () => {
    const { order, cancel, calls, run, resume } = setUp();
    order('d', 'fail');
    const id = idOf(await run());
    for (const _turn of [1, 2]) {
      expect(await resume(id)).toMatchObject({
        result: { error: { code: 'RESOURCE_UNAVAILABLE' } },
        execution: { resume: id },
      });
    }
    cancel('d');

    expect((await resume(id)).result.outcome).toBe('success');
    expect(calls()).toEqual(['a', 'b', 'c', 'd', 'd', 'd', 'd']);
  });

  test('after retries is tried from the first attempt', async () => {
    const { order, cancel, calls, run, resume } = setUp(`
steps:
${step('a', ', onError: { action: retry, maxRetries: 1 }')}
output: { $step: a, path: name }
`);
    order('a', 'fail');
    const failed = await run();
    expect(failed.execution?.steps).toMatchObject([{ status: 'failed', attempts: 2 }]);
    cancel('a');
    const { result, execution } = await resume(idOf(failed));

    expect(result).toEqual({ outcome: 'success', result: 'a' });
    expect(execution?.steps).toMatchObject([{ attempts: 1 }]);
    expect(calls()).toEqual(['a', 'a', 'a']);
  });

  test('keeps a failure that its flow has dealt with', async () => {
    const { order, cancel, calls, run, resume } = setUp(`
steps:
${step('a', ', onError: { action: useDefault, defaultValue: { name: stand-in } }')}
${step('b', '', '{ $step: a, path: name }')}
output: { $step: b, path: of }
`);
    order('a', 'fail');
    order('b', 'fail');
    const id = idOf(await run());
    cancel('a');
    cancel('b');

    expect((await resume(id)).result).toEqual({ outcome: 'success', result: 'stand-in' });
    expect(calls()).toEqual(['a', 'b', 'b']);
  });

  test('by no step cannot be helped: it gives the same failure, and does nothing again', async () => {
    const { calls, run, resume } = setUp(`
steps:
${step('a')}
output: { $step: a, path: there.is.no.such.thing }
`);
    const failed = await run();
    expect(failed).toMatchObject({ result: { error: { code: 'EXPRESSION_FAILURE' } } });
    expect(failed.execution?.resume).toBeUndefined();

    expect((await resume(idOf(failed))).result).toEqual(failed.result);
    expect(calls()).toEqual(['a']);
  });

  test('by several steps at once repeats all of these', async () => {
    const ids = ['f', 'g', 'h'];
    const { order, cancel, calls, run, resume } = setUp(
      `steps:\n${step('a')}\n${ids.map((id) => step(id, '', '{ $step: a, path: name }')).join('\n')}\n`,
    );
    for (const id of ids) order(id, 'fail');
    const failed = await run();
    expect(failed).toMatchObject({ result: { error: { code: 'RESOURCE_UNAVAILABLE' } } });
    for (const id of ids) cancel(id);

    expect((await resume(idOf(failed))).result).toMatchObject({ outcome: 'success' });
    expect(calls().filter((name) => name === 'a')).toEqual(['a']);
  });

  test('in one of the iterations of a loop repeats that iteration only', async () => {
    const inner = `{ steps: [{ id: in, component: /my/work, input: { home: { $input: home }, name: { $input: name } } }], output: { $step: in, path: name } }`;
    const { home, order, cancel, calls, run, resume } = setUp(`
steps:
  - id: each
    component: /map
    input:
      items: { $input: items }
      max_concurrency: 1
      workflow: { $literal: ${inner} }
${step('last', '', '{ $step: each, path: successful }')}
output: { $step: last, path: of }
`);
    const items = ['x', 'y', 'z'].map((name) => ({ home, name }));
    order('last', 'fail');
    const id = idOf(await run({ input: { home, items } }));
    cancel('last');

    expect((await resume(id)).result).toEqual({ outcome: 'success', result: 3 });
    expect(calls()).toEqual(['last', 'last', 'x', 'y', 'z']);
  });
});

describe('a run that was cancelled', () => {
  test('tells its components so, and does again what they had not done', async () => {
    const { order, cancel, calls, run, resume, records } = setUp();
    order('c', 'hang');
    const stopped = new AbortController();
    const running = run({ executionName: 'stopped', signal: stopped.signal });
    await until(
      () => calls().includes('c') && records('stopped').some((one) => 'id' in one && one.id.endsWith(' b')),
      running,
    );
    stopped.abort();
    const cancelled = await running;
    expect(cancelled).toMatchObject({ result: { error: { code: 'CANCELLED' } }, execution: { resume: 'stopped' } });
    cancel('c');

    expect((await resume(idOf(cancelled))).result.outcome).toBe('success');
    expect(calls()).toEqual(['a', 'b', 'c', 'c', 'd']);
  });
});

describe('a run that has ended well', () => {
  test('gives its result again, and does nothing: not even its components have to be there', async () => {
    const { home, calls, run, resume, journalOf } = setUp();
    const first = await run();
    const journal = readFileSync(journalOf(idOf(first)), 'utf8');
    rmSync(join(home, 'lambdas'), { recursive: true });
    const again = await resume(idOf(first));

    expect(again.result).toEqual(first.result);
    expect(outline(again)).toEqual(outline(first));
    // The graph of the flow is in no journal.
    expect([first, again].map(({ execution }) => typeof execution?.metrics.criticalPathMs)).toEqual([
      'number',
      'object',
    ]);
    expect(calls()).toEqual(['a', 'b', 'c', 'd']);
    expect(readFileSync(journalOf(idOf(first)), 'utf8')).toBe(journal);
  });
});

describe('a flow that another one runs', () => {
  const inner = `{ steps: [
    { id: p, component: /my/work, input: { home: { $input: home }, name: p } },
    { id: q, component: /my/work, input: { home: { $input: home }, name: q, of: { $step: p, path: name } } } ],
    output: { $step: q, path: of } }`;
  // It is only known when the step runs, since another step gives it.
  const OUTER = `
steps:
  - { id: given, component: /my/give, input: { $literal: ${inner} } }
  - { id: run, component: /eval, input: { flow: { $step: given }, input: { home: { $input: home } } } }
${step('last', '', '{ $step: run, path: result }')}
output: { $step: last, path: of }
`;

  test('is not done again as far as it was done', async () => {
    const { order, cancel, calls, run, resume, records } = setUp(OUTER, {
      'lambdas/my/give.ts': componentSource('return input;'),
    });
    order('q', 'hang');
    const stopped = new AbortController();
    const running = run({ executionName: 'nested', signal: stopped.signal });
    await until(() => calls().includes('q') && records('nested').some(({ type }) => type === 'inner'), running);
    stopped.abort();
    const cancelled = await running;
    expect(cancelled.result).toMatchObject({ error: { code: 'CANCELLED' } });
    cancel('q');

    expect(await resume('nested')).toMatchObject({
      result: { outcome: 'success', result: { outcome: 'success', result: 'p' } },
    });
    expect(calls().filter((one) => one === 'p')).toEqual(['p']);
    expect(calls()).toContain('last');
  });
});

describe('secrets', () => {
  const SECRET = 'swordfish "7"\\';
  const flow = `
inputSchema: { type: object, properties: { key: { type: string, is_secret: true } } }
variablesSchema: { type: object, properties: { token: { type: string, is_secret: true } } }
steps:
  - { id: a, component: /my/work, input: { home: { $input: home }, name: a, secret: { $input: key } } }
  - { id: b, component: /my/work, input: { home: { $input: home }, name: b, of: { $step: a, path: secret }, secret: { $variable: token } } }
output: { $step: b, path: of }
`;

  test('are in no journal, and come back with the input and the variables that are given again', async () => {
    const { home, order, cancel, calls, journalOf, run, resume } = setUp(flow);
    order('b', 'fail');
    const input = { home, key: SECRET };
    const variables = { token: 'open sesame' };
    const failed = await run({ input, variables });
    const id = idOf(failed);
    const kept =
      readFileSync(journalOf(id), 'utf8') + readFileSync(join(home, '.stepflow/runs', id, 'flow.json'), 'utf8');

    expect(failed.result.outcome).toBe('failed');
    for (const secret of ['swordfish', 'sesame']) expect(kept).not.toContain(secret);
    await expect(resume(id)).rejects.toMatchObject({
      message: expect.stringContaining('has secrets'),
      help: expect.stringContaining('--input'),
    });
    await expect(resume(id, { input: { ...input, more: 1 } })).rejects.toThrow('another input');
    await expect(resume(id, { input, variables: { other: 1 } })).rejects.toThrow('"other" cannot change');
    cancel('b');

    expect((await resume(id, { input, variables })).result).toEqual({ outcome: 'success', result: SECRET });
    expect(calls()).toEqual(['a', 'b', 'b']);
  });
});

describe('what has changed since a run began', () => {
  test('does not matter of the flow, is taken as it is now of the components, and is said', async () => {
    const { home, file, order, cancel, run, resume } = setUp();
    order('d', 'fail');
    const id = idOf(await run());
    cancel('d');
    writeFileSync(file, FLOW.replaceAll('name: d', 'name: e'));
    writeFileSync(join(home, 'lambdas/my/work.ts'), work.replace('return { name,', 'return { name, version: 2,'));
    const { result, warnings } = await resume(id);

    expect(result).toMatchObject({ result: [{ name: 'b' }, { name: 'c' }, { name: 'd', version: 2 }] });
    expect(JSON.stringify(result)).not.toContain('"name":"b","version"');
    expect(warnings).toEqual([
      'the flow has changed since the run began: the run went on with the flow as it was',
      '/my/work has changed since the run began: steps that were not over ran with it as it is now',
    ]);
  });

  test('does not keep a run from going on where the file of the flow is gone', async () => {
    const { file, order, cancel, run, resume } = setUp();
    order('d', 'fail');
    const id = idOf(await run());
    cancel('d');
    rmSync(file);

    expect(await resume(id)).toMatchObject({
      result: { outcome: 'success' },
      warnings: [expect.stringContaining('the flow has changed')],
    });
  });

  test('mocks are those of the run, unless others are given', async () => {
    const { run, resume } = setUp();
    const mocks = {
      '/my/work': [{ result: { name: 'mocked' } }],
      d: [{ error: { code: 'COMPONENT_FAILED' as const, message: 'no' } }],
    };
    const failed = await run({ mocks });
    const id = idOf(failed);
    expect((await resume(id)).result).toMatchObject({ error: { message: 'no' } });

    expect((await resume(id, { mocks: { '/my/work': [{ result: { name: 'other' } }] } })).result).toMatchObject({
      result: [{ name: 'mocked' }, { name: 'mocked' }, { name: 'other' }],
    });
  });
});

describe('a run that cannot be resumed', () => {
  test('is unknown: then the latest are told', async () => {
    const { run, resume } = setUp();
    await expect(resume('nobody')).rejects.toMatchObject({
      message: 'there is no run "nobody"',
      help: expect.stringContaining('no run has a journal'),
    });
    const id = idOf(await run());
    await expect(resume('nobody')).rejects.toMatchObject({
      help: expect.stringMatching(new RegExp(`${id} .* success .* work`)),
    });
  });

  test('is in progress', async () => {
    const { order, calls, run, resume } = setUp();
    order('a', 'hang');
    const stopped = new AbortController();
    const running = run({ executionName: 'busy', signal: stopped.signal });
    await until(() => calls().length > 0, running);
    await expect(resume('busy')).rejects.toThrow(`the run busy is in progress, in process ${process.pid}`);
    stopped.abort();
    await running;
    expect(calls()).toEqual(['a']);
  });

  test('is of another flow', async () => {
    const { home, file, run, resume } = setUp(FLOW, { 'other.yaml': FLOW });
    const id = idOf(await run());

    await expect(resume(id, { file: join(home, 'other.yaml') })).rejects.toMatchObject({
      message: `the run ${id} is one of ${file}`,
      help: expect.stringContaining(`--resume ${id}`),
    });
  });

  test('was begun by another version', async () => {
    const { run, resume, journalOf } = setUp();
    const id = idOf(await run());
    const text = readFileSync(journalOf(id), 'utf8');
    writeFileSync(journalOf(id), text.replace(/"version":\d+/, '"version":1'));

    await expect(resume(id)).rejects.toMatchObject({
      name: 'ResumeError',
      message: `the run ${id} was started by another version of stepflow, and cannot be resumed by this one`,
      help: 'start the flow again, without --resume',
    });
  });

  test.each(['journal.jsonl', 'flow.json'])('has a changed byte in %s', async (name) => {
    const { home, run, resume, order } = setUp();
    order('d', 'fail');
    const { execution } = await run();
    const id = execution?.resume ?? '';
    const at = join(home, '.stepflow/runs', id, name);
    const bytes = readFileSync(at);
    for (const part of [0.1, 0.3, 0.5, 0.7, 0.9]) {
      const changed = Buffer.from(bytes);
      const index = Math.floor(bytes.length * part);
      changed[index] = (changed[index] ?? 0) ^ 1;
      writeFileSync(at, changed);
      await expect(resume(id)).rejects.toMatchObject({ name: 'ResumeError', message: expect.stringContaining(at) });
    }
    writeFileSync(at, bytes);
    expect((await resume(id)).result).toMatchObject({ outcome: 'failed' });
  });

  test('has a damaged journal', async () => {
    const { run, resume, journalOf } = setUp();
    const id = idOf(await run());
    appendFileSync(journalOf(id), 'nonsense\n');

    await expect(resume(id)).rejects.toThrow(/line \d+ is damaged/);
  });

  test('has a name that another one has', async () => {
    const { run } = setUp();
    await run({ executionName: 'same' });

    expect((await run({ executionName: 'same' })).result).toMatchObject({
      outcome: 'failed',
      error: { message: 'there is a run same already: give this one another name' },
    });
    expect((await run({ executionName: '../same' })).result).toMatchObject({
      error: { message: expect.stringContaining('cannot be called') },
    });
  });
});

test('without being asked, no journal is kept', async () => {
  const { home, run } = setUp();
  const { execution } = await run({ journal: false });

  expect(execution?.resume).toBeUndefined();
  expect(() => readFileSync(join(home, '.stepflow/runs'))).toThrow('ENOENT');
});
