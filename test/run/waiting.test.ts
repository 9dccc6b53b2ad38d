import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { Answer } from '../../lib/executions/executions.ts';
import { respondLocally } from '../../lib/executions/local/waiting.ts';
import type { Json } from '../../lib/protocol/json.ts';
import { type FlowOptions, prepareFlow, type RunEvent, type RunOptions } from '../../lib/run/run-flow.ts';
import { componentSource, project } from './project.ts';

/** Runs a flow whose steps are answered by their ids and items; without an answer, they wait on. */
async function runWith(
  source: string,
  answers: { readonly [step: string]: Answer },
  {
    files = {},
    ...options
  }: RunOptions & Partial<FlowOptions> & { readonly files?: { readonly [path: string]: string } } = {},
) {
  const home = project({ 'flow.yaml': source, ...files });
  const folders = { blobs: join(home, '.stepflow/blobs'), runs: join(home, '.stepflow/runs') };
  const asked: { readonly step: string; readonly title?: string | undefined; readonly timeout?: number | undefined }[] =
    [];
  const records: string[] = [];
  const answering: Promise<unknown>[] = [];
  const onEvent = (event: RunEvent): void => {
    if (event.type !== 'step-waiting') return;
    const { step, question } = event;
    const { title, timeout, item } = question;
    asked.push({ step, title, timeout });
    const folder = join(folders.blobs, 'waiting', question.execution, 'asked');
    records.push(...readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8')));
    const answer = answers[item === undefined ? step : `${step} ${item}`];
    if (answer) answering.push(respondLocally(folders, question.execution, { step, item, answer }));
  };
  const flow = await prepareFlow({ file: join(home, 'flow.yaml'), ...options });
  const ran = await flow.run({ ...options, onEvent });
  await Promise.all(answering);
  const left = existsSync(join(folders.blobs, 'waiting')) ? readdirSync(join(folders.blobs, 'waiting')) : [];
  return {
    ...ran,
    asked,
    records,
    left,
    steps: ran.execution?.steps.map(({ id, status, attempts }) => [id, status, attempts]),
  };
}

const ASK = 'id: ask, component: /builtin/approval, input: { title: Go on?, timeout: 1 }';

describe('a step that waits', () => {
  test('gives what the person said, who it was, and nothing is left of it', async () => {
    const { result, left, asked } = await runWith(
      'steps: [{ id: ask, component: /approval, input: { title: Go on?, details: { n: 1 }, timeout: { $input: t } } }]\noutput: { $step: ask }\n',
      { ask: { approved: false, by: 'ada', comment: 'no' } },
      { input: { t: 600 } },
    );
    expect(result).toEqual({ outcome: 'success', result: { approved: false, by: 'ada', comment: 'no' } });
    expect(asked).toEqual([{ step: 'ask', title: 'Go on?', timeout: 600 }]);
    expect(left).toEqual([]);
  });

  test('times out with TIMEOUT, which fails the flow, is handled, or asks again', async () => {
    const failed = await runWith(`steps: [{ ${ASK} }]\noutput: { $step: ask }\n`, {});
    expect(failed.result).toMatchObject({
      error: { code: 'TIMEOUT', message: expect.stringContaining('when its time was over'), data: { step: 'ask' } },
    });
    const covered = `steps: [{ ${ASK}, onError: { action: useDefault, defaultValue: { approved: false } } }]\noutput: { $step: ask }\n`;
    expect((await runWith(covered, {})).result).toEqual({ outcome: 'success', result: { approved: false } });
    const again = await runWith(
      `steps: [{ ${ASK}, onError: { action: retry, maxRetries: 1, on: [TIMEOUT] } }]\noutput: { $step: ask, path: by }\n`,
      {},
    );
    expect(again.asked).toHaveLength(2);
    expect(new Set(again.records.map((record) => JSON.parse(record).token)).size).toBe(2);
    expect(again.steps).toEqual([['ask', 'failed', 2]]);
  });

  test('is skipped with the step that it reads, and with its skipIf', async () => {
    const { result, asked } = await runWith(
      `
steps:
  - { id: none, component: /my/none, input: null }
  - { id: ask, component: /approval, input: { title: Go on?, details: { $step: none } } }
  - { id: never, component: /wait_for_callback, skipIf: true }
output: [{ $coalesce: [{ $step: ask }, skipped] }, { $coalesce: [{ $step: never }, skipped] }]
`,
      {},
      { files: { 'lambdas/my/none.ts': componentSource("throw new SkipStep('nothing to ask');") } },
    );
    expect(result).toEqual({ outcome: 'success', result: ['skipped', 'skipped'] });
    expect(asked).toEqual([]);
  });

  test('takes any value, however large, and whatever it looks like', async () => {
    const value: Json = { $blob: 'x', large: 'x'.repeat(400_000), parts: [{ a: null }], n: 7 };
    const { result } = await runWith(
      'steps: [{ id: call, component: /wait_for_callback }]\noutput: { all: { $step: call }, n: { $step: call, path: n }, is: { $if: { $eq: [{ $step: call, path: n }, 7] }, then: yes } }\n',
      { call: { value } },
    );
    // Not with `toEqual`, which would print it all.
    expect(isDeepStrictEqual(result, { outcome: 'success', result: { all: value, n: 7, is: 'yes' } })).toBe(true);
  });

  test('fails for an answer without what the flow reads of it, as for the result of a component', async () => {
    const { result } = await runWith(
      'steps: [{ id: call, component: /wait_for_callback }]\noutput: { $step: call, path: parcel.id }\n',
      { call: { value: { parcel: 1 } } },
    );
    expect(result).toMatchObject({
      error: { code: 'EXPRESSION_FAILURE', message: expect.stringContaining('"parcel.id" of step "call"') },
    });
  });

  test('asks for each item of a map and in each round of a loop', async () => {
    const { result, asked } = await runWith(
      `
steps:
  - id: each
    component: /map
    input:
      items: [a, b]
      workflow: { steps: [{ id: check, component: /approval, input: { title: { $input: $ } } }], output: { $step: check, path: approved } }
  - id: until
    component: /iterate
    input:
      initial_input: 0
      flow:
        steps: [{ id: more, component: /wait_for_callback, input: { details: { $input: $ } } }]
        output: { $if: { $step: more }, then: { next: { $step: more } }, else: { result: over } }
output: [{ $step: each, path: values }, { $step: until }]
`,
      {
        'each.check 0': { approved: true },
        'each.check 1': { approved: false },
        'until.more 1': { value: 5 },
        'until.more 2': { value: null },
      },
    );
    expect(result).toEqual({
      outcome: 'success',
      result: [[true, false], { result: 'over', iterations: 2, terminated: false }],
    });
    expect(asked.map(({ title }) => title).sort()).toEqual(['a', 'b', undefined, undefined]);
  });

  test('tells no secret of what it asks', async () => {
    const { records, asked, result } = await runWith(
      `
variablesSchema: { type: object, properties: { key: { type: string, is_secret: true } } }
steps: [{ id: ask, component: /approval, input: { title: { $concat: ["with ", { $variable: key }] }, details: { $variable: key } } }]
output: { $step: ask, path: approved }
`,
      { ask: { approved: true } },
      { variables: { key: 'hunter2-hunter2' } },
    );
    expect(result).toEqual({ outcome: 'success', result: true });
    expect(JSON.stringify([records, asked])).not.toContain('hunter2');
    expect(records.join()).toContain('"token"');
  });

  test('refuses what it is not to be asked with', async () => {
    const codes = async (input: string, given: Json = {}) =>
      (
        await runWith(
          `steps: [{ id: ask, component: /approval, input: ${input} }]\noutput: { $step: ask }\n`,
          {},
          { input: given },
        )
      ).result;
    const refused = { outcome: 'failed', error: { code: 'INVALID_INPUT' } };
    expect(
      await codes('{ title: { $input: title }, timeout: { $input: soon } }', { title: 'Go on?', soon: -1 }),
    ).toMatchObject(refused);
    expect(await codes('{ $input: $ }', { title: '' })).toMatchObject(refused);
    const hidden = await codes('{ $input: $ }', { title: 'x', timeout: 5, details: 'x'.repeat(300_000) });
    expect(hidden).toMatchObject({
      error: { code: 'INVALID_INPUT', message: expect.stringContaining('write its input as a map') },
    });
  });

  test('is unreachable where nobody answers, and a mock answers in its place', async () => {
    const source = `steps: [{ ${ASK} }]\noutput: { $step: ask, path: approved }\n`;
    const unattended = await runWith(source, {}, { isAttended: false });
    expect(unattended.result).toMatchObject({
      error: { code: 'UNREACHABLE', message: expect.stringContaining('mock') },
    });
    const mocked = await runWith(
      source,
      {},
      { mocks: { '/builtin/approval': [{ result: { approved: true, by: null, comment: null } }] } },
    );
    expect(mocked.result).toEqual({ outcome: 'success', result: true });
  });

  test('cannot be in a flow that only a run knows', async () => {
    const inner = {
      steps: [{ id: 'ask', component: '/builtin/approval', input: { title: 'x' } }],
      output: { $step: 'ask' },
    };
    const { result } = await runWith(
      'steps: [{ id: run, component: /eval, input: { flow: { $input: $ } } }]\noutput: { $step: run }\n',
      {},
      { input: inner },
    );
    expect(result).toMatchObject({
      error: {
        code: 'INVALID_INPUT',
        message: expect.stringContaining('"ask" waits for an answer with /builtin/approval'),
      },
    });
  });
});
