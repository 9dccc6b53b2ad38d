import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../../lib/protocol/json.ts';
import { runFlow } from '../../../lib/run/run-flow.ts';
import { call } from '../../cli/terminal.ts';
import { project } from '../project.ts';

const home = project({});

const GIVES: readonly JsonObject[] = [{ result: { v: 1 } }];
const failing = (code: string, times?: number): readonly JsonObject[] => [
  { outcome: 'failed', error: { code, message: 'no luck' }, ...(times !== undefined && { times }) },
  { result: { v: 1 } },
];

/** What the mock of the inner step does; the flow with `missing` reads something of its result that is not there. */
const BEHAVIOURS: { readonly [name: string]: readonly JsonObject[] } = {
  gives: GIVES,
  'fails once': failing('COMPONENT_FAILED', 1),
  'fails always': failing('COMPONENT_FAILED'),
  'fails once with EXPRESSION_FAILURE': failing('EXPRESSION_FAILURE', 1),
  missing: GIVES,
};

const HANDLINGS: { readonly [name: string]: JsonObject | undefined } = {
  nothing: undefined,
  retry: { action: 'retry', maxRetries: 2 },
  useDefault: { action: 'useDefault', defaultValue: 7 },
  skip: { action: 'skip' },
};

const RUNNERS = ['map', 'map that fails with an item', 'iterate', 'eval'] as const;
type Runner = (typeof RUNNERS)[number];

interface Drawn {
  readonly runner: Runner;
  readonly behaviour: string;
  readonly onError: JsonObject | undefined;
  readonly innerOnError: JsonObject | undefined;
}

function innerFlow({ runner, behaviour, innerOnError }: Drawn): JsonObject {
  const read = { $step: 'a', ...(behaviour === 'missing' && { path: 'nope' }) };
  return {
    steps: [{ id: 'a', component: '/my/a', input: { $input: '$' }, ...(innerOnError && { onError: innerOnError }) }],
    output: runner === 'iterate' ? { result: read } : read,
  };
}

/** `items`: of a map; with many, they run in executions of their own. */
function flowOf(drawn: Drawn, flow: Json, items: Json): string {
  const { runner, onError } = drawn;
  const inputs: { readonly [runner in Runner]: JsonObject } = {
    map: { items, workflow: flow },
    'map that fails with an item': { items, workflow: flow, on_failure: 'fail' },
    iterate: { initial_input: 1, flow, max_iterations: 3 },
    eval: { input: 1, flow },
  };
  const component = `/builtin/${runner.split(' ')[0]}`;
  const each = { id: 'each', component, input: inputs[runner], ...(onError && { onError }) };
  const after = { id: 'after', component: '/my/b', input: { $step: 'each' } };
  return JSON.stringify({ steps: [each, after], output: { $step: 'after' } });
}

async function statuses(drawn: Drawn, source: string, input: JsonObject = {}) {
  const { result, execution } = await runFlow({
    ...{ file: join(home, 'flow.yaml'), source, input, retriesAtOnce: true },
    mocks: { '/my/a': BEHAVIOURS[drawn.behaviour] ?? [], '/my/b': [{ result: 1 }] },
  });
  const of = (id: string) => {
    const step = execution?.steps.find((one) => one.id === id);
    return step && { status: step.status, attempts: step.attempts };
  };
  const code = result.outcome === 'failed' ? result.error.code : undefined;
  return { outcome: result.outcome, code, each: of('each'), after: of('after'), inner: of('each.a') };
}

const all = RUNNERS.flatMap((runner) =>
  Object.keys(BEHAVIOURS).flatMap((behaviour) =>
    Object.entries(HANDLINGS).flatMap(([handling, onError]): [string, Drawn][] => [
      [`${runner}, its step ${behaviour}: ${handling}`, { runner, behaviour, onError, innerOnError: undefined }],
      // A default that cannot be read is refused where the flow is known.
      ...(behaviour === 'missing' || onError === undefined
        ? []
        : ([
            [
              `${runner}, its step ${behaviour}: ${handling} of that step`,
              { runner, behaviour, onError: undefined, innerOnError: onError },
            ],
          ] as [string, Drawn][])),
    ]),
  ),
);

describe('a step that runs a flow ends in the same way as states of the flow and in a function', () => {
  test.each(all)('%s', async (_, drawn) => {
    const flow = innerFlow(drawn);
    const asStates = await statuses(drawn, flowOf(drawn, flow, [1, 2]));
    const inFunction = await statuses(drawn, flowOf(drawn, { $input: 'flow' }, [1, 2]), { flow });
    const { inner, ...rest } = asStates;
    const { inner: _inner, ...expected } = inFunction;

    expect(rest).toEqual(expected);
    // What succeeded in the end was not running when the run ended.
    if (rest.outcome === 'success' && drawn.onError?.action === 'retry') expect(inner?.status).not.toBe('cancelled');
    if (rest.outcome === 'failed' && drawn.behaviour !== 'missing') expect(inner?.status).toBe('failed');
  });

  const ofMany = all.filter(([, { runner, behaviour }]) => runner.startsWith('map') && behaviour !== 'gives');
  test.each(ofMany)('in executions of their own, too: %s', async (_, drawn) => {
    const flow = innerFlow(drawn);
    const items = Array.from({ length: 150 }, (_, at) => at);
    const apart = await statuses(drawn, flowOf(drawn, flow, { $input: 'items' }), { items });
    const { each, after, outcome, code } = await statuses(drawn, flowOf(drawn, flow, [1, 2]));

    expect(apart).toMatchObject({ outcome, each, after });
    expect(apart.code).toBe(code);
  });
});

describe('a failure in an inner flow', () => {
  /** Runs a flow in which a mark `▲` stands before the place of the failure. */
  async function failAt(marked: string, input: JsonObject = {}) {
    const [before = ''] = marked.split('▲');
    const at = { line: before.split('\n').length, column: before.length - before.lastIndexOf('\n') };
    const { result, execution } = await runFlow({
      ...{ file: join(home, 'flow.yaml'), source: marked.replace('▲', ''), input },
      mocks: { '/my/a': [{ input: { bad: true }, outcome: 'failed' }, { result: { v: 1, text: 'x' } }] },
    });
    if (result.outcome !== 'failed') throw new Error(`it ended with ${JSON.stringify(result)}`);
    return { at, error: result.error, steps: execution?.steps ?? [] };
  }

  const outer = (component: string, input: string, flow: string): string => `steps:
  - id: each
    component: ${component}
    input:
      ${input}
${flow}
output:
  of: { $step: each }
`;
  const inner = (key: string, output: string, input = '{ $input: $ }'): string => `      ${key}:
        steps:
          - { id: a, component: /my/a, input: ${input} }
        output:
          ${output}`;
  const MAP = 'items: [{ n: 1 }, { n: 2 }]\n      on_failure: fail';

  test.each([
    ['a path that is missing, of a map', outer('/map', MAP, inner('workflow', 'of: ▲{ $step: a, path: nope }'))],
    [
      'an operator whose operands do not fit, of a map',
      outer('/map', MAP, inner('workflow', 'of: ▲{ $lt: [{ $step: a, path: v }, { $step: a, path: text }] }')),
    ],
    [
      'a path that is missing, of an iterate',
      outer(
        '/iterate',
        'initial_input: 1\n      max_iterations: 3',
        inner('flow', 'result: ▲{ $step: a, path: nope }'),
      ),
    ],
    [
      'an operator whose operands do not fit, of an iterate',
      outer(
        '/iterate',
        'initial_input: 1',
        inner('flow', 'result: ▲{ $lt: [{ $step: a, path: v }, { $step: a, path: text }] }'),
      ),
    ],
    [
      'a path that is missing, of a loop in executions of its own that is repeated',
      outer('/iterate', 'initial_input: 1', inner('flow', 'result: ▲{ $step: a, path: nope }')).replace(
        'component: /iterate',
        'component: /iterate\n    onError: { action: retry, maxRetries: 1 }',
      ),
    ],
  ])("in its output has the place of that output, and is the step's that runs it: %s", async (_, flow) => {
    const { at, error, steps } = await failAt(flow);

    expect(error).toMatchObject({ code: 'EXPRESSION_FAILURE', place: at, data: { step: 'each' } });
    expect(steps.find(({ id }) => id === 'each')?.status).toBe('failed');
    expect(steps.find(({ id }) => id === 'each.a')?.status).not.toBe('failed');
  });

  test('in the input of an inner step has the place of that input, though a step of the parent has its id', async () => {
    const flow = `steps:
  - { id: w, component: /my/a, input: 1 }
  - id: each
    component: /iterate
    input:
      initial_input: { $step: w }
      max_iterations: 3
      flow:
        steps:
          - { id: b, component: /my/a, input: 1 }
          - id: w
            component: /eval
            input: { input: ▲{ $step: b, path: nope }, flow: { steps: [{ id: c, component: /my/a, input: { $input: $ } }], output: { $step: c } } }
        output: { result: { $step: w } }
output: { $step: each }
`;
    const { at, error, steps } = await failAt(flow);

    expect(error).toMatchObject({ code: 'EXPRESSION_FAILURE', place: at, data: { step: 'each.w' } });
    const statusOf = (id: string) => steps.find((step) => step.id === id)?.status;
    expect(['w', 'each', 'each.w'].map(statusOf)).toEqual(['succeeded', 'failed', 'failed']);
  });

  test.each([
    ['written out', { items: [{ bad: false }, { bad: true }] }, '/1'],
    ['of an input', { items: { $input: 'items' } }, '/120'],
  ])('names the item of a map, and the step in it: items %s', async (_, items, iteration) => {
    const workflow = {
      steps: [{ id: 'a', component: '/my/a', input: { $input: '$' } }],
      output: { $step: 'a' },
    };
    const each = {
      id: 'each',
      component: '/map',
      input: { ...items, on_failure: 'fail', max_concurrency: 1, workflow },
    };
    const source = JSON.stringify({ steps: [each], output: { $step: 'each' } });
    const many = Array.from({ length: 150 }, (_, at) => ({ bad: at === 120 }));
    const { error } = await failAt(source, { items: many });

    expect(error.data).toMatchObject({ step: 'each.a', component: '/my/a', iteration });
    expect(error.place).toBeDefined();
  });

  test('names the item of a map that a function runs', async () => {
    const workflow = { steps: [{ id: 'a', component: '/my/a', input: { $input: '$' } }], output: { $step: 'a' } };
    const input = {
      items: [{ n: 1 }, { bad: true }],
      on_failure: 'fail',
      max_concurrency: 1,
      workflow: { $input: '$' },
    };
    const source = JSON.stringify({ steps: [{ id: 'each', component: '/map', input }], output: { $step: 'each' } });
    const { error } = await failAt(source, workflow);

    expect(error.data).toMatchObject({ step: 'each', field: 'items[1]' });
  });

  test('is shown with its item, and its work once', async () => {
    const flow = outer(
      '/map',
      'items: [{ n: 1 }, { bad: true }]\n      max_concurrency: 1\n      on_failure: fail',
      inner('workflow', 'of: { $step: a }'),
    );
    const mocks = {
      '/my/a': [
        { input: { bad: true }, outcome: 'failed', error: { code: 'COMPONENT_FAILED', message: 'no luck' } },
        { result: 1 },
      ],
    };
    const here = project({ 'flow.yaml': flow, 'mocks.json': JSON.stringify(mocks) });
    const { stderr } = await call(['run', 'flow.yaml', '--mocks', 'mocks.json', '--input', '{}'], { cwd: here });

    expect(stderr).toContain('in step each.a (/my/a), item 1 of each\n  at flow.yaml:10:19');
  });
});

test('a simulated loop that takes too long has its step and its place, and no help that could not help', async () => {
  const flow = { steps: [{ id: 'a', component: '/my/a', input: 1 }], output: { result: { $step: 'a' } } };
  const each = { id: 'each', component: '/iterate', timeout: 1, input: { initial_input: 1, flow } };
  const profile = '{"steps":{"each.a":{"seconds":9}}}';
  const here = project({
    'flow.yaml': JSON.stringify({ steps: [each], output: { $step: 'each' } }),
    'p.json': profile,
  });
  const { stderr } = await call(['simulate', 'flow.yaml', '--profile', 'p.json'], { cwd: here });

  expect(stderr).toMatchInlineSnapshot(`
    "✖ the simulated run failed: TIMEOUT: step "each" took more than 1 s; raise its "timeout", or give it less to do
      in step each
      at flow.yaml:1:17
    "
  `);
});

test.each([
  ['map', { items: [1, 2, 3], workflow: {} }, '6.00 s of work in 2.00 s'],
  ['iterate', { initial_input: 1, max_iterations: 7, flow: {} }, '14.00 s of work in 14.00 s'],
  ['eval', { input: 1, flow: {} }, '2.00 s of work in 2.00 s'],
])('the work of a simulated %s is that of its items and rounds, each once', async (runner, given, work) => {
  const output = runner === 'iterate' ? { next: { $step: 'a' } } : { $step: 'a' };
  const flow = { steps: [{ id: 'a', component: '/my/a', input: { $input: '$' } }], output };
  const input = { ...given, [runner === 'map' ? 'workflow' : 'flow']: flow };
  const source = JSON.stringify({ steps: [{ id: 'each', component: `/${runner}`, input }], output: { $step: 'each' } });
  const here = project({ 'flow.yaml': source, 'p.json': '{"steps":{"each.a":{"seconds":2}}}' });
  const { stdout } = await call(['simulate', 'flow.yaml', '--profile', 'p.json'], { cwd: here });

  expect(stdout).toContain(work);
});

test('a fault in the input of a step that runs a flow is not repeated, and its default is not for it', async () => {
  const flow = { steps: [{ id: 'a', component: '/my/a', input: { $input: '$' } }], output: { result: { $step: 'a' } } };
  const run = async (onError: JsonObject) => {
    const first = { id: 'first', component: '/my/a', input: 1 };
    const input = { initial_input: { $step: 'first', path: 'nope' }, flow, max_iterations: 2 };
    const each = { id: 'each', component: '/iterate', timeout: 9, input, onError };
    const source = JSON.stringify({ steps: [first, each], output: { $step: 'each' } });
    return runFlow({
      file: join(home, 'flow.yaml'),
      source,
      mocks: { '/my/a': [{ result: {} }] },
      retriesAtOnce: true,
    });
  };
  for (const onError of [{ action: 'retry' }, { action: 'useDefault', defaultValue: 1 }]) {
    const { result, execution } = await run(onError);
    expect(result).toMatchObject({ outcome: 'failed', error: { code: 'EXPRESSION_FAILURE', data: { step: 'each' } } });
    expect(execution?.steps.find(({ id }) => id === 'each')).toMatchObject({ status: 'failed', attempts: 0 });
  }
});

test('the default of a loop with a timeout stands in for a fault in the output of its flow', async () => {
  const flow = { steps: [{ id: 'a', component: '/my/a', input: 1 }], output: { result: { $step: 'a', path: 'nope' } } };
  const onError = { action: 'useDefault', defaultValue: 7 };
  const each = { id: 'each', component: '/iterate', timeout: 9, input: { initial_input: 1, flow }, onError };
  const source = JSON.stringify({ steps: [each], output: { $step: 'each' } });
  const { result } = await runFlow({ file: join(home, 'flow.yaml'), source, mocks: { '/my/a': [{ result: {} }] } });

  expect(result).toEqual({ outcome: 'success', result: 7 });
});
