import { describe, expect, it } from 'vitest';
import { GATHER, gatherWide } from '../../../lib/compiler/analyse/gather.ts';
import { usesOf } from '../../../lib/compiler/analyse/uses.ts';
import type { Flow } from '../../../lib/flow/flow.ts';
import { readFlow } from '../../../lib/flow/read/read-flow.ts';

const refs = (count: number): string => Array.from({ length: count }, (_, at) => `{ $step: s${at} }`).join(', ');

/** A flow of many steps. `more`: its other steps and its output. */
function flowOf(count: number, more: string): Flow {
  const steps = Array.from({ length: count }, (_, at) => `  - { id: s${at}, component: /my/one }`);
  const { flow, diagnostics } = readFlow(`steps:\n${steps.join('\n')}\n${more}`, 'flow.yaml');
  expect(diagnostics).toEqual([]);
  if (!flow) throw new Error('no flow');
  return flow;
}

const added = ({ steps }: Flow) => steps.filter((step) => step.added);
const valuesIn = (flow: Flow, id: string): number => {
  const step = flow.steps.find((one) => one.id === id);
  return step ? usesOf(step.input).length : 0;
};

describe('a step that reads more values than a payload has room for', () => {
  it('is unchanged if there are few', () => {
    const flow = flowOf(300, `  - { id: all, component: /my/all, input: [${refs(300)}] }`);
    expect(gatherWide(flow)).toBe(flow);
  });

  it('reads one value, which added steps gather', () => {
    const wide = gatherWide(
      flowOf(1000, `  - { id: all, component: /my/all, input: { list: [${refs(1000)}], n: 1 } }`),
    );
    expect(added(wide).map(({ id, component }) => [id, component, valuesIn(wide, id)])).toEqual([
      ['all.part_1', GATHER, 334],
      ['all.part_2', GATHER, 334],
      ['all.part_3', GATHER, 332],
      ['all.part_4', GATHER, 3],
    ]);
    expect(valuesIn(wide, 'all')).toBe(1);
  });

  it('keeps the condition under which it runs', () => {
    const more = `  - { id: all, component: /my/all, input: [${refs(500)}], skipIf: { $input: off } }`;
    const skips = added(gatherWide(flowOf(500, more))).map(({ skipIf }) => skipIf?.kind);
    expect(new Set(skips)).toEqual(new Set(['input']));
  });

  it('gathers each branch of an $if separately', () => {
    const many = `{ $if: { $input: on }, then: [${refs(500)}], else: 0 }`;
    const wide = gatherWide(flowOf(500, `  - { id: all, component: /my/all, input: ${many} }\noutput: { $step: all }`));
    expect(wide.steps.find(({ id }) => id === 'all')?.input).toMatchObject({
      kind: 'if',
      consequent: { kind: 'step', step: 'all.part_3' },
      alternative: { kind: 'literal', value: 0 },
    });
  });

  it('takes the first of thousands that is present from those of its parts', () => {
    const wide = gatherWide(
      flowOf(1000, `  - { id: one, component: /my/one, input: { v: { $coalesce: [${refs(1000)}] } } }`),
    );
    // Each item is tested, and read.
    expect(added(wide).map(({ id }) => [id, valuesIn(wide, id)])).toEqual([
      ['one.part_1', 668],
      ['one.part_2', 668],
      ['one.part_3', 664],
    ]);
    const part = (at: number) => ({ kind: 'step', step: `one.part_${at}`, path: { text: '[0]', guaranteed: true } });
    expect(wide.steps.find(({ id }) => id === 'one')?.input).toMatchObject({
      entries: [{ value: { kind: 'coalesce', items: [part(1), part(2), part(3)] } }],
    });
  });
});

describe('an output with too many values', () => {
  it('reads one value', () => {
    const wide = gatherWide(flowOf(900, `output: [${refs(900)}]`));
    expect(wide.output).toMatchObject({ kind: 'step', step: 'output.part_4' });
  });

  it('is a map of the results if the flow has no output', () => {
    const wide = gatherWide(flowOf(900, ''));
    expect(wide.output).toMatchObject({ kind: 'step', step: 'output.part_4' });
    expect(added(wide)).toHaveLength(4);
  });
});
