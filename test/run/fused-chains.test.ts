import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type CompileOptions, compile } from '../../lib/compiler/compile.ts';
import { TRANSPORT_FAULTS } from '../../lib/protocol/aws-errors.ts';
import {
  type FlowRun,
  prepareFlow,
  type RunEvent,
  type RunOptions,
  resumeFlow,
  runFlow,
} from '../../lib/run/run-flow.ts';
import { componentSource, project } from './project.ts';

const PASS_ON = componentSource('return input;');

/** Components that do as their input says, so that one flow can show all that may happen. */
const ACTING = componentSource(`
  const { act, ...rest } = input;
  if (act === 'skip') throw new SkipStep('as told');
  if (act === 'fail') throw new FlowError('INVALID_INPUT', 'as told');
  if (act === 'throw') throw new Error('as told');
  if (act === 'hang') await new Promise((_, reject) => ctx.signal.addEventListener('abort', () => reject(ctx.signal.reason)));
  return { ...rest, by: [...(input.by ?? []), ctx.step] };
`);

const CHAIN = `
name: chain
steps:
  - { id: a, component: /my/one, input: { act: { $input: a }, v: { $input: v } } }
  - { id: b, component: /my/two, input: { act: { $input: b }, v: { $step: a, path: v }, by: { $step: a, path: by } } }
  - { id: c, component: /my/one, input: { act: { $input: c }, b: { $step: b } } }
output: { $step: c }
`;

const home = project({
  'lambdas/my/one.ts': ACTING,
  'lambdas/my/two.ts': ACTING,
  'lambdas/my/pass.ts': PASS_ON,
  'lambdas/my/slow.ts': componentSource('await new Promise(() => {});', 'timeout: 0.05'),
  'lambdas/my/keys.ts': componentSource('return { keys: Object.keys(input), first: Object.values(input)[0] };'),
});

const fused = { with: ['fuse-chains'] };

/** What must be the same with chains fused and without: the result, save where in the code it failed, and the steps. */
function known({ result, execution }: FlowRun): unknown {
  const shown = JSON.parse(JSON.stringify(result), (key, value) => (key === 'stack' ? undefined : value));
  const statuses = (execution?.steps ?? []).map(({ id, status, startMs }) => [id, status, startMs !== null]);
  return { result: shown, statuses };
}

/** Runs a flow with chains fused and without. Answers the former, which must have one call. */
async function runBoth(source: string, options: RunOptions): Promise<FlowRun> {
  const plain = await runFlow({ source, home, ...options });
  const run = await runFlow({ source, home, ...fused, ...options });
  expect(known(run)).toEqual(known(plain));
  expect(run.execution?.steps.map(({ absorbedBy }) => absorbedBy)).toContain('fuse-chains');
  return run;
}

const statusesOf = ({ execution }: FlowRun): readonly string[] => (execution?.steps ?? []).map(({ status }) => status);

const nothing = { a: null, b: null, c: null, v: 1 };

describe.each([
  ['in this process', {}],
  ['in sandboxes', { isolate: true }],
])('a chain that is one function, %s', (_, how) => {
  it('does what its steps would do by themselves', async () => {
    const run = await runBoth(CHAIN, { input: nothing, ...how });
    expect(run.result).toEqual({ outcome: 'success', result: { b: { v: 1, by: ['a', 'b'] }, by: ['c'] } });
    expect(statusesOf(run)).toEqual(['succeeded', 'succeeded', 'succeeded']);
    expect(run.execution?.criticalPath).toEqual(['a', 'b', 'c']);
  });

  it.each([
    ['a', 'fail', ['failed', 'not_run', 'not_run']],
    ['b', 'throw', ['succeeded', 'failed', 'not_run']],
    ['c', 'fail', ['succeeded', 'succeeded', 'failed']],
    ['a', 'skip', ['skipped', 'skipped', 'skipped']],
    ['b', 'skip', ['succeeded', 'skipped', 'skipped']],
  ])('tells truly what became of each step where %s is to %s', async (step, act, statuses) => {
    const run = await runBoth(CHAIN, { input: { ...nothing, [step]: act }, ...how });
    expect(statusesOf(run)).toEqual(statuses);
    if (run.result.outcome === 'failed') expect(run.result.error.data).toMatchObject({ step, attempt: 0 });
    else expect(run.result).toEqual({ outcome: 'skipped' });
  });

  it('may be the stages of a pipeline', async () => {
    // Of the first two stages nothing else is read.
    const source = readFileSync('workflows/pipeline.yaml', 'utf8')
      .replace(/outputSchema:[\s\S]*?(?=\nsteps)/, '')
      .replace(/output:\n {2}table[\s\S]*?(?=\nexamples)/, 'output: { $step: stage_3 }\n');
    const input = { csv: 'a,b\n1,x\n1,x\n2,y\n' };
    const all = { source, home: 'workflows', blobs: join(home, 'blobs-of-pipeline'), input, ...how };
    const [open, run] = [await runFlow(all), await runFlow({ ...all, ...fused })];
    expect(run.result).toEqual(open.result);
    expect(run.result).toMatchObject({ outcome: 'success', result: { row_count: 2, column_count: 2 } });
    expect([open.execution?.transitions, run.execution?.transitions]).toEqual([4, 2]);
  });

  it('names the step that lacks what it reads', async () => {
    const source = CHAIN.replace('{ $step: a, path: v }', '{ $step: a, path: nope }');
    const run = await runBoth(source, { input: nothing, ...how });
    expect(run.result).toMatchObject({
      error: { code: 'EXPRESSION_FAILURE', data: { step: 'b', component: '/my/two' } },
    });
    expect(statusesOf(run)).toEqual(['succeeded', 'failed', 'not_run']);
  });
});

describe('a fused chain', () => {
  it('may begin with what was spilled, and end with what is, and keeps nothing between', async () => {
    const text = 'x'.repeat(300);
    const blobsOf = async (options: Partial<CompileOptions>, name: string): Promise<number> => {
      const blobs = join(home, name);
      const input = { ...nothing, v: text };
      const { result } = await runFlow({ source: CHAIN, home, blobs, spillAbove: 100, input, ...options });
      expect(result).toMatchObject({ outcome: 'success', result: { b: { v: text } } });
      return readdirSync(blobs, { recursive: true }).length;
    };
    expect(await blobsOf(fused, 'blobs-of-one')).toBeLessThan(await blobsOf({}, 'blobs-of-three'));
  });

  it('carries values that look like markers as they are', async () => {
    const tricky = [{ $link: 'a $' }, { $skipped: true }, { $$missing: 'x' }, '{% 1 %}'];
    const run = await runBoth(CHAIN, { input: { ...nothing, v: tricky } });
    expect(run.result).toMatchObject({ result: { b: { v: tricky } } });
    const own = `
steps:
  - { id: a, component: /my/pass, input: { $input: v } }
  - { id: b, component: /my/pass, input: { from: { $step: a }, own: { $link: a $ }, made: { $literal: { $link: a $ } } } }
output: { $step: b }`;
    const { result } = await runBoth(own, { input: { v: 'the text' } });
    expect(result).toMatchObject({ result: { from: 'the text', own: { $link: 'a $' }, made: { $link: 'a $' } } });
  });

  it('gives a secret to the steps that may have it', async () => {
    const source = `
variablesSchema: { type: object, properties: { key: { type: string, is_secret: true } } }
steps:
  - { id: a, component: /my/keys, input: { key: { $variable: key } } }
  - { id: b, component: /my/pass, input: { $step: a } }
output: { $step: b }`;
    const options = { source, home, variables: { key: 'very secret' } };
    const run = await runFlow({ ...options, ...fused });
    expect(run.result).toEqual((await runFlow(options)).result);
    expect(JSON.stringify(run)).not.toContain('very secret');
  });

  it('is tried again as a whole after a transport fault alone, and names the step that took too long', async () => {
    const source = `
steps:
  - { id: a, component: /my/pass, input: 1 }
  - { id: b, component: /my/slow, input: { $step: a } }
  - { id: c, component: /my/pass, input: { $step: b } }
output: { $step: c }`;
    const events: RunEvent[] = [];
    const run = await runBoth(source, { onEvent: (event) => events.push(event) });
    expect(run.result).toMatchObject({
      error: {
        code: 'TIMEOUT',
        data: { step: 'b', component: '/my/slow', attempt: 0 },
        place: { file: 'flow.yaml', line: 4, column: 11 },
      },
    });
    expect(statusesOf(run)).toEqual(['succeeded', 'failed', 'not_run']);
    expect(events.map(({ type }) => type)).not.toContain('step-retried');
    const [task] = Object.values(compile(source, fused).stateMachine?.States ?? {});
    const retried = task?.Type === 'Task' ? (task.Retry ?? []).flatMap(({ ErrorEquals }) => ErrorEquals) : [];
    expect(retried).toEqual(TRANSPORT_FAULTS);
  });

  it('tells of its steps as it goes', async () => {
    const told: string[] = [];
    const onEvent = (event: RunEvent): void => {
      if ('step' in event) told.push(`${event.type} ${event.step}`);
      if (event.type === 'run-started') told.push(event.steps.map(({ id }) => id).join());
    };
    await runFlow({ source: CHAIN, home, ...fused, input: { ...nothing, b: 'fail' }, onEvent });
    expect(told).toEqual(['a,b,c', 'step-started a', 'step-succeeded a', 'step-started b', 'step-failed b']);
  });

  it('is passed over as a whole', async () => {
    const source = CHAIN.replace('id: a,', 'id: a, skipIf: { $input: skip },');
    const run = await runBoth(source, { input: { ...nothing, skip: true } });
    expect(statusesOf(run)).toEqual(['skipped', 'skipped', 'skipped']);
  });

  it('has no part in a step that a mock stands in for', async () => {
    const mocks = { b: [{ outcome: 'success' as const, result: 'mocked' }] };
    const run = await runFlow({ source: CHAIN, home, ...fused, mocks, input: nothing });
    expect(run.result).toMatchObject({ result: { b: 'mocked' } });
    expect(run.execution?.steps.some(({ absorbedBy }) => absorbedBy === 'fuse-chains')).toBe(false);
  });

  it('runs in each iteration of a map, whose failures are results', async () => {
    const source = `
steps:
  - id: each
    component: /map
    input:
      items: { $input: items }
      workflow:
        $literal:
          steps:
            - { id: a, component: /my/one, input: { act: { $input: a } } }
            - { id: b, component: /my/two, input: { act: { $input: b }, by: { $step: a, path: by } } }
          output: { $step: b, path: by }
output: { $step: each }`;
    const items = [
      { a: null, b: null },
      { a: 'fail', b: null },
      { a: null, b: 'skip' },
    ];
    const run = await runBoth(source, { input: { items } });
    expect(run.result).toMatchObject({ result: { successful: 1, failed: 1, skipped: 1 } });
  });

  it('may have what another pass made part of one of its steps', async () => {
    const source = `
steps:
  - { id: a, component: /my/pass, input: { x: { $input: x } } }
  - { id: kept, component: /put_blob, input: { data: { $step: a, path: x } } }
  - { id: b, component: /my/pass, input: [{ $step: a }, { $step: kept, path: blob_id }] }
output: { $step: b, path: "$[1]" }`;
    const run = await runBoth(source, { input: { x: 5 } });
    expect(run.result).toMatchObject({ result: expect.stringMatching(/^[0-9a-f]{64}$/) });
    const failed = await runFlow({ source: source.replace('path: x', 'path: y'), home, ...fused, input: { x: 5 } });
    expect(failed.result).toMatchObject({ error: { code: 'EXPRESSION_FAILURE', data: { step: 'kept' } } });
    const statuses = Object.fromEntries(failed.execution?.steps.map(({ id, status }) => [id, status]) ?? []);
    expect(statuses).toEqual({ a: 'succeeded', b: 'not_run', kept: 'failed' });
  });

  it('may lie in a state machine of its own, with what its steps read of others', async () => {
    const chains = Array.from({ length: 6 }, (_, at) => at);
    const source = `
steps:
  - { id: start, component: /my/pass, input: { x: { $input: x }, y: 2 } }
${chains
  .map(
    (at) => `
  - { id: a${at}, component: /my/pass, input: { x: { $step: start, path: x } } }
  - { id: b${at}, component: /my/pass, input: [{ $step: a${at} }, { $step: start, path: y }, { $input: z }] }
  - { id: c${at}, component: /my/pass, input: [${at}, { $step: b${at} }] }`,
  )
  .join('')}
output: [${chains.map((at) => `{ $step: c${at} }`).join(', ')}]`;
    const limits = { definitionBytes: 9000 };
    expect(compile(source, { ...fused, limits }).nestedMachines.length).toBeGreaterThan(1);
    const split = await runFlow({ source, home, ...fused, limits, input: { x: 1, z: [3] } });
    expect(split.result).toEqual({ outcome: 'success', result: chains.map((at) => [at, [{ x: 1 }, 2, [3]]]) });
    expect(statusesOf(split).every((status) => status === 'succeeded')).toBe(true);
    await runBoth(source, { input: { x: 1, z: [3] } });
  });

  it('can be resumed', async () => {
    const file = join(home, 'flow.yaml');
    const options = { source: CHAIN, file, ...fused };
    const { execution } = await runFlow({ ...options, input: { ...nothing, c: 'fail' }, journal: true });
    const resumed = await resumeFlow({ ...options, id: execution?.resume ?? '' });
    expect(resumed.result).toMatchObject({ outcome: 'failed', error: { data: { step: 'c' } } });
  });

  it('cannot be resumed with a mock for one of its steps', async () => {
    const file = join(home, 'flow.yaml');
    const options = { source: CHAIN, file };
    const run = await runFlow({ ...options, ...fused, input: { ...nothing, c: 'fail' }, journal: true });
    const mocks = { '/my/two': [{ outcome: 'success' as const, result: 1 }] };
    const resumed = resumeFlow({ ...options, id: run.execution?.resume ?? '', mocks });
    await expect(resumed).rejects.toThrow('the step "b" cannot be mocked');
  });

  it('says at the step which component there is not', async () => {
    const source = CHAIN.replace('id: b, component: /my/two', 'id: b, component: /my/tow');
    const { diagnostics } = await prepareFlow({ source, home, ...fused });
    expect(diagnostics).toMatchObject([
      { code: 'unknown-component', line: 5, message: expect.stringContaining('/my/tow') },
    ]);
  });
});
