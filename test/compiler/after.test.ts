import { describe, expect, it } from 'vitest';
import { compile } from '../../lib/compiler/compile.ts';
import { explain } from '../../lib/explain/index.ts';
import { openFlow } from '../../lib/project/open-flow.ts';
import type { Json } from '../../lib/protocol/json.ts';
import { type Mocks, prepareFlow, type RunEvent } from '../../lib/run/run-flow.ts';
import { simulate } from '../../lib/simulate/index.ts';
import { problemsOfOrder } from '../definitions/order.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const BLOBS = temporaryFolder('stepflow-after-');

/** Runs a flow; returns its result, and when steps started and ended, in order. */
async function run(steps: string, mocks: Mocks = {}, input: Json = {}) {
  const source = `${steps.startsWith('\n') ? `steps:${steps}` : steps}`;
  const fallback: Mocks = { '/m/any': [{ outcome: 'success', result: { ok: true } }] };
  const prepared = await prepareFlow({ source, mocks: { ...fallback, ...mocks }, blobs: BLOBS });
  const seen: string[] = [];
  const onEvent = (event: RunEvent): void => {
    if (event.type === 'step-started') seen.push(`${event.step} starts`);
    else if (event.type === 'step-skipped' && event.startMs === null) seen.push(`${event.step} is skipped`);
    else if (event.type.startsWith('step-') && 'step' in event) seen.push(`${event.step} ends`);
  };
  const errors = prepared.diagnostics.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join('; '));
  const { result } = await prepared.run({ input, onEvent });
  return { result, seen };
}

const diagnosticsOf = (source: string) =>
  compile(source).diagnostics.map(({ code, line, column, message, help }) => ({ code, line, column, message, help }));

describe('a step with "after"', () => {
  it('starts when those have ended, in whichever order they are written', async () => {
    const { seen } = await run(`
  - { id: audit, component: /m/any, after: [charge, ship] }
  - { id: charge, component: /m/any }
  - { id: ship, component: /m/any, after: [charge] }
`);
    expect(seen).toEqual(['charge starts', 'charge ends', 'ship starts', 'ship ends', 'audit starts', 'audit ends']);
  });

  it('runs although one of them was skipped', async () => {
    const { seen, result } = await run(
      `
  - { id: charge, component: /m/any, skipIf: { $input: free } }
  - { id: audit, component: /m/any, after: [charge] }
output: { $step: audit }
`,
      {},
      { free: true },
    );
    expect(seen).toEqual(['charge is skipped', 'audit starts', 'audit ends']);
    expect(result).toEqual({ outcome: 'success', result: { ok: true } });
  });

  it.each([
    ['skips itself', [{ outcome: 'skipped' }]],
    ['fails and is covered', [{ outcome: 'failed', error: { code: 'TIMEOUT', message: 'late' } }]],
  ] as const)('runs although one of them %s', async (_, charge) => {
    const { seen, result } = await run(
      `
  - { id: charge, component: /m/any, onError: { action: useDefault } }
  - { id: audit, component: /m/any, after: [charge] }
output: { $step: audit }
`,
      { charge },
    );
    expect(seen).toEqual(['charge starts', 'charge ends', 'audit starts', 'audit ends']);
    expect(result).toMatchObject({ outcome: 'success' });
  });

  it('does not run where one of them has failed', async () => {
    const { seen, result } = await run(
      `
  - { id: audit, component: /m/any, after: [charge] }
  - { id: charge, component: /m/any }
output: { $step: audit }
`,
      { charge: [{ outcome: 'failed', error: { code: 'COMPONENT_FAILED', message: 'refused' } }] },
    );
    expect(seen).toEqual(['charge starts', 'charge ends']);
    expect(result).toMatchObject({ outcome: 'failed', error: { code: 'COMPONENT_FAILED', data: { step: 'charge' } } });
  });

  it('wants them, and with them what they read, in a lazy flow', async () => {
    const { seen } = await run(`
  - { id: order, component: /m/any }
  - { id: charge, component: /m/any, input: { $step: order } }
  - { id: unwanted, component: /m/any, after: [charge] }
  - { id: audit, component: /m/any, after: [charge] }
output: { $step: audit }
`);
    expect(seen.filter((one) => one.endsWith('starts'))).toEqual(['order starts', 'charge starts', 'audit starts']);
  });

  it.each([
    [true, ['charge starts', 'audit starts']],
    [false, []],
  ])('wants them only where it is wanted itself: %s', async (full, started) => {
    const { seen } = await run(
      `
  - { id: charge, component: /m/any }
  - { id: audit, component: /m/any, after: [charge] }
output: { $if: { $input: full }, then: { $step: audit } }
`,
      {},
      { full },
    );
    expect(seen.filter((one) => one.endsWith('starts'))).toEqual(started);
  });

  it('does not want them where it is skipped', async () => {
    const { seen } = await run(
      `
  - { id: charge, component: /m/any }
  - { id: audit, component: /m/any, after: [charge], skipIf: { $input: dry } }
output: { $coalesce: [{ $step: audit }, none] }
evaluation: lazy
`,
      {},
      { dry: true },
    );
    expect(seen.filter((one) => one.endsWith('starts'))).toEqual([]);
  });

  it('runs them for mustExecute', async () => {
    const { seen } = await run(`
  - { id: charge, component: /m/any }
  - { id: audit, component: /m/any, after: [charge], mustExecute: true }
output: done
`);
    expect(seen).toEqual(['charge starts', 'charge ends', 'audit starts', 'audit ends']);
  });

  it('reads nothing: both are results of a flow without an output', async () => {
    const { result } = await run(`
  - { id: charge, component: /m/any }
  - { id: audit, component: /m/any, after: [charge] }
`);
    expect(result).toEqual({ outcome: 'success', result: { charge: { ok: true }, audit: { ok: true } } });
  });

  it.each(['map', 'eval', 'iterate'])('keeps its order inside of %s', async (runner) => {
    const flow = `{ steps: [{ id: audit, component: /m/any, after: [charge] }, { id: charge, component: /m/any }], output: { result: { $step: audit } } }`;
    const input = {
      map: `items: [1], workflow: ${flow}`,
      eval: `flow: ${flow}`,
      iterate: `flow: ${flow}, initial_input: 1`,
    };
    const { seen } = await run(`
  - { id: runs, component: /${runner}, input: { ${input[runner as keyof typeof input]} } }
output: { $step: runs }
`);
    expect(seen.filter((one) => one.includes('.'))).toEqual([
      ...['runs.charge starts', 'runs.charge ends', 'runs.audit starts', 'runs.audit ends'],
    ]);
  });
});

describe('a pass keeps the order', () => {
  const absorbedIn = (source: string): readonly string[] => compile(source).absorbed.map(({ id }) => id);

  it.each([
    [
      'through a step that is read in place, which comes after another one',
      `steps:
  - { id: load, component: /m/any }
  - { id: lock, component: /m/any }
  - { id: name, component: /builtin/noop, after: [lock], input: { of: { $step: load } } }
  - { id: greet, component: /m/any, input: { to: { $step: name } } }
output: { $step: greet }
`,
      ['name'],
      ['greet', 'lock'],
    ],
    [
      'through a step that is read in place, which another one comes after',
      `steps:
  - { id: load, component: /m/any }
  - { id: name, component: /builtin/noop, input: { of: { $step: load } } }
  - { id: greet, component: /m/any, after: [name] }
output: { $step: greet }
`,
      ['name'],
      ['greet', 'load'],
    ],
    [
      'through steps that are one',
      `steps:
  - { id: lock, component: /m/any }
  - { id: one, component: /builtin/put_blob, after: [lock], input: { data: { $input: $ } } }
  - { id: same, component: /builtin/put_blob, after: [lock], input: { data: { $input: $ } } }
  - { id: greet, component: /m/any, after: [same], input: { $step: one } }
output: { $step: greet }
`,
      ['same'],
      ['greet', 'lock'],
    ],
    [
      'through a blob that another function stores',
      `steps:
  - { id: load, component: /m/any }
  - { id: store, component: /builtin/put_blob, input: { data: { $step: load } } }
  - { id: greet, component: /m/any, after: [store] }
output: [{ $step: greet }, { $step: store }]
`,
      ['store'],
      ['greet', 'load'],
    ],
  ])('%s', (_, source, absorbed, [later, earlier]) => {
    const compiled = compile(source);
    expect(absorbedIn(source)).toEqual(absorbed);
    // The order through the absorbed step, as one that the flow itself has.
    const { flow } = compiled;
    if (!flow) throw new Error('the flow cannot be read');
    const steps = flow.steps.map((step) =>
      step.id === later ? { ...step, after: [{ step: earlier ?? '', span: step.idSpan }] } : step,
    );
    expect(problemsOfOrder({ ...compiled, flow: { ...flow, steps } })).toEqual([]);
  });

  it('and leaves a step alone that it could not do in its place', () => {
    // Stored by the function of "load", it would be there before "lock" has ended.
    const stored = `steps:
  - { id: load, component: /m/any }
  - { id: lock, component: /m/any }
  - { id: store, component: /builtin/put_blob, after: [lock], input: { data: { $step: load } } }
output: { $step: store }
`;
    // The output cannot come after "lock", which only it would want.
    const wanted = `steps:
  - { id: load, component: /m/any }
  - { id: lock, component: /m/any }
  - { id: name, component: /builtin/noop, after: [lock], input: { of: { $step: load } } }
output: { $step: name }
`;
    // Only one of the two is the same after "lock".
    const different = `steps:
  - { id: lock, component: /m/any }
  - { id: one, component: /builtin/put_blob, after: [lock], input: { data: { $input: $ } } }
  - { id: other, component: /builtin/put_blob, input: { data: { $input: $ } } }
output: [{ $step: one }, { $step: other }]
`;
    for (const source of [stored, wanted, different]) {
      expect(absorbedIn(source)).toEqual([]);
      expect(problemsOfOrder(compile(source))).toEqual([]);
    }
  });

  it('and drops what is skipped in every run', () => {
    const source = `steps:
  - { id: off, component: /m/any, skipIf: true }
  - { id: audit, component: /m/any, after: [off] }
output: { $step: audit }
`;
    expect(absorbedIn(source)).toEqual(['off']);
  });
});

describe('a wrong "after" is told', () => {
  it('of a step that is not there, with the one that is meant', () => {
    expect(
      diagnosticsOf(
        'steps:\n  - { id: charge, component: /m/any }\n  - { id: audit, component: /m/any, after: [chrage] }\n',
      ),
    ).toMatchObject([
      {
        code: 'unknown-step',
        line: 3,
        column: 45,
        message: 'There is no step "chrage"',
        help: 'Did you mean "charge"?',
      },
    ]);
  });

  it('of a step of the flow around it', () => {
    const [found] = diagnosticsOf(`steps:
  - { id: charge, component: /m/any }
  - { id: each, component: /map, input: { items: [1], workflow: { steps: [{ id: own, component: /m/any, after: [charge] }] } } }
`);
    expect(found).toMatchObject({
      code: 'outer-step',
      line: 3,
      column: 113,
      help: expect.stringContaining('write after: [charge] in that one'),
    });
  });

  it('of itself', () => {
    expect(diagnosticsOf('steps:\n  - { id: audit, component: /m/any, after: [audit] }\n')).toMatchObject([
      { code: 'cycle', line: 2, column: 45, message: 'The step "audit" waits for itself' },
    ]);
  });

  it('of a cycle of "after" and data, at the "after"', () => {
    const [found, ...others] = diagnosticsOf(`steps:
  - { id: charge, component: /m/any, after: [audit] }
  - { id: audit, component: /m/any, input: { $step: charge } }
`);
    expect(others).toEqual([]);
    expect(found).toMatchObject({ code: 'cycle', line: 2, column: 46 });
    expect(found?.message).toContain('charge → audit → charge');
    expect(found?.help).toContain('By "after" alone "charge" waits for "audit"');
  });

  it('not of a step that is there for its effect', () => {
    const source = `steps:
  - { id: other, component: /m/any, skipIf: { $input: dry } }
  - { id: charge, component: /m/any }
  - { id: audit, component: /m/any, after: [charge], mustExecute: true }
output: { $step: other }
`;
    const { compiled } = openFlow({ file: '/nowhere/flow.yaml', source, mockTargets: ['/m/any'] });
    expect(compiled.diagnostics.filter(({ code }) => code === 'unused-step')).toEqual([]);
  });
});

describe('order without data counts', () => {
  const source = `steps:
  - { id: charge, component: /m/any }
  - { id: audit, component: /m/any, after: [charge] }
output: [{ $step: audit }]
`;

  it('in the critical path and level by level', async () => {
    const { simulation } = await simulate(source, {
      profile: { steps: { charge: { seconds: 3 }, audit: { seconds: 4 } } },
    });
    expect(simulation).toMatchObject({
      makespanSeconds: 7,
      criticalPathSeconds: 7,
      levelSeconds: 7,
      criticalSteps: ['charge', 'audit'],
    });
  });

  it('in what explain shows', async () => {
    const opened = openFlow({ file: '/nowhere/flow.yaml', source, mockTargets: ['/m/any'] });
    const { explanation } = await explain(opened);
    expect(explanation?.budgets.edges).toContainEqual({
      from: 'charge',
      to: 'audit',
      reads: [],
      tests: [],
      spillAbove: 0,
      after: true,
    });
  });
});
