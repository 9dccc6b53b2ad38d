import { describe, expect, it } from 'vitest';
import { sizeOfBranch } from '../../../../lib/asl/sizes.ts';
import type { MapState, TaskState } from '../../../../lib/asl/state-machine.ts';
import { statesIn } from '../../../../lib/asl/walk-states.ts';
import { type CompileOptions, compile } from '../../../../lib/compiler/compile.ts';
import { isObject } from '../../../../lib/protocol/json.ts';
import { outline } from '../outline.ts';

const compiled = (source: string, options: CompileOptions = {}) => {
  const made = compile(source, { leastFanOut: 2, ...options });
  expect(made.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  return { ...made, stateMachine: made.stateMachine ?? { StartAt: '', States: {} } };
};

const mapOf = (source: string, options?: CompileOptions): MapState | undefined =>
  statesIn(compiled(source, options).stateMachine)
    .map(([, state]) => state)
    .find((state) => state.Type === 'Map');

const taskOf = (map: MapState | undefined): TaskState | undefined =>
  Object.values(map?.ItemProcessor.States ?? {}).find((state) => state.Type === 'Task');

const flow = (inputs: readonly string[], output = inputs.map((_, at) => `{ $step: w${at} }`).join(', ')): string => `
steps:
  - { id: src, component: /m/src }
${inputs.map((input, at) => `  - { id: w${at}, component: /m/w, input: ${input} }`).join('\n')}
output: [${output}]`;

describe('the Map of steps that are alike', () => {
  it('has what differs in its items, and what is the same for all in its Task', () => {
    const input = (at: number) =>
      `{ all: { $step: src, path: all }, one: { $step: src, path: p${at} }, deep: [{ n: ${at}, m: 0 }, ${at}] }`;
    const map = mapOf(flow([input(1), input(2)]));
    expect(map?.Items).toEqual([
      { step: 'w0', one: '{% $lookup($src, "p1") %}', 'deep.0.n': 1 },
      { step: 'w1', one: '{% $lookup($src, "p2") %}', 'deep.0.n': 2 },
    ]);
    expect(taskOf(map)?.Arguments).toMatchObject({
      FunctionName: '${component:/m/w}',
      Payload: {
        step: '{% $lookup($states.input, "step") %}',
        input: {
          all: '{% $lookup($src, "all") %}',
          one: '{% $lookup($states.input, "one") %}',
          deep: [{ n: '{% $lookup($states.input, "deep.0.n") %}', m: 0 }, '{% $lookup($states.input, "deep.0.n") %}'],
        },
      },
    });
  });

  it('has whole inputs in its items where these have nothing in common', () => {
    expect(mapOf(flow(['{ a: 1 }', '{ b: 1 }', '[1, 2]', '{ b: 1, a: 1 }']))?.Items).toEqual([
      { step: 'w0', input: { a: 1 } },
      { step: 'w1', input: { b: 1 } },
      { step: 'w2', input: [1, 2] },
      { step: 'w3', input: { b: 1, a: 1 } },
    ]);
  });

  it('keeps whole what may look like a marker', () => {
    const map = mapOf(flow(['{ a: { $literal: { $missing: x } } }', '{ a: { $literal: { $missing: y } } }']));
    expect(map?.Items).toEqual([
      { step: 'w0', a: { $$missing: 'x' } },
      { step: 'w1', a: { $$missing: 'y' } },
    ]);
  });

  it('has names of its own for fields that are called like its own', () => {
    expect(mapOf(flow(['{ step: 1, a: { b: 1 }, a.b: 2 }', '{ step: 2, a: { b: 3 }, a.b: 4 }']))?.Items).toEqual([
      { step: 'w0', step_2: 1, 'a.b': 1, 'a.b_2': 2 },
      { step: 'w1', step_2: 2, 'a.b': 3, 'a.b_2': 4 },
    ]);
  });

  it('gives each step the bytes above which it spills, where they differ', () => {
    const many = Array.from({ length: 30 }, () => '{ $step: w1 }').join(', ');
    const source = `${flow(['1', '2'], '{ $step: last }, { $step: other }')}`.replace(
      'output',
      `  - { id: last, component: /m/last, input: [{ $step: w0 }, { $step: w1 }] }
  - { id: other, component: /m/other, input: [${many}] }
output`,
    );
    const [first, second] = [125_000, 9000];
    const items = mapOf(source)?.Items;
    expect(items).toEqual([
      { step: 'w0', spillAbove: expect.any(Number), input: 1 },
      { step: 'w1', spillAbove: expect.any(Number), input: 2 },
    ]);
    const limits = Array.isArray(items) ? items.map((item) => (isObject(item) ? item.spillAbove : null)) : [];
    expect(limits[0]).toBeGreaterThan(first - 1000);
    expect(limits[1]).toBeLessThan(second);
  });

  it('gives what is read its variables, or hands it out', () => {
    const source = flow(['1', '2']);
    const followed = source.replace(
      'output: [{ $step: w0 }, { $step: w1 }]',
      '  - { id: last, component: /m/l, input: [{ $step: w0 }, { $step: w1 }] }\noutput: { $step: last }',
    );
    const map = mapOf(followed);
    expect(map?.Assign).toEqual({ w0: '{% $states.result[0] %}', w1: '{% $states.result[1] %}' });
    expect(map?.Output).toEqual({});
    const beside = followed
      .replace('output:', '  - { id: other, component: /m/o }\noutput: [')
      .replace(/$/, ', { $step: other }]');
    expect(outline(compiled(beside).stateMachine)).toBe('(2 × one of w0 + w1 → last | other)');
  });

  it('hands nothing on of what nobody reads', () => {
    const map = mapOf(`${flow(['1', '2'], '1')}\nevaluation: eager`);
    expect(taskOf(map)?.Output).toEqual({});
    expect(map?.Assign).toBeUndefined();
  });

  it('tells each step with its place in the Map', () => {
    const { states } = compiled(flow(['1', '2'])).sourceMap;
    expect(states['one of w0 + w1']).toEqual({ role: 'step', iterations: ['w0', 'w1'] });
  });
});

describe('the payloads of a Map of steps', () => {
  const inputs = Array.from(
    { length: 12 },
    (_, at) => `{ own: { $step: src, path: p${at} }, all: { $step: src, path: all } }`,
  );
  const { budget, stateMachine } = compiled(flow(inputs));
  const limit = (what: string) => budget?.payloadLimits.find((one) => one.what === what);

  it('are in its items the values that each step reads by itself', () => {
    const { values = [], availableBytes = 0 } = limit('what is given to step "w0" and those beside it') ?? {};
    expect(values).toEqual(inputs.map(() => 'src'));
    expect(JSON.stringify(stateMachine)).toContain(`"spillAbove":${budget?.spillAbove('src')}`);
    expect(12 * (budget?.share('src') ?? availableBytes)).toBeLessThanOrEqual(availableBytes);
  });

  it('are in its result the values that are read of the steps', () => {
    const { values = [], availableBytes = 0 } = limit('what step "w0" and those beside it hand on') ?? {};
    expect(values).toEqual(inputs.map((_, at) => `w${at}`));
    expect(values.reduce((sum, id) => sum + (budget?.share(id) ?? availableBytes), 0)).toBeLessThanOrEqual(
      availableBytes,
    );
  });
});

describe('the size of a Map of steps', () => {
  it('has the events of all its iterations', () => {
    const { stateMachine } = compiled(flow(['1', '2', '3']));
    // The execution's two, four of the Map, of each iteration its two and five of its Task.
    expect(sizeOfBranch(stateMachine).events).toBe(2 + 4 + 3 * 7);
  });
});

describe('steps that would not fit together into a Map', () => {
  const text = 'x'.repeat(3000);

  it('are more Maps', () => {
    const inputs = Array.from({ length: 80 }, (_, at) => `"${text}${at}"`);
    expect(outline(compiled(flow(inputs)).stateMachine)).toMatch(/^\(26 × .+ \| 27 × .+ \| 27 × [^|]+\)$/);
  });

  it('fit where the defaults of what they read are large: a function carries those', () => {
    const ids = Array.from({ length: 40 }, (_, at) => `d${at}`);
    const before = ids.map((id, at) => {
      const value = `${id} ${'x'.repeat(6500)}`;
      const input = at === 0 ? '1' : `{ $step: d${at - 1} }`;
      return `  - { id: ${id}, component: /m/d, input: ${input}, onError: { action: useDefault, defaultValue: "${value}" } }`;
    });
    const source = flow(ids.map((id) => `[{ $step: ${id} }, { $step: d39 }]`)).replace(
      'steps:',
      `steps:\n${before.join('\n')}`,
    );
    const { stateMachine } = compiled(source);
    expect(outline(stateMachine)).toContain('40 × one of w0');
    expect(JSON.stringify(stateMachine)).toContain('${component:/builtin/carry}');
    expect(outline(compiled(source.replaceAll('x'.repeat(6500), '')).stateMachine)).toContain('d39 → 40 × one of w0');
  });
});
