import { describe, expect, it } from 'vitest';
import { type Analysis, analyse } from '../../../lib/compiler/analyse/analysis.ts';
import { makePlan } from '../../../lib/compiler/plan/make-plan.ts';
import type { Plan } from '../../../lib/compiler/plan/plan.ts';
import { readFlow } from '../../../lib/flow/read/read-flow.ts';
import { faultsOfAnalysis, faultsOfPlan } from './well-formed.ts';

const SOURCE = `
steps:
  - { id: a, component: /m/a }
  - { id: b, component: /m/b, input: { $step: a } }
  - id: each
    component: /map
    input: { items: { $step: a }, workflow: { $literal: { steps: [{ id: in, component: /m/in }], output: { $step: in } } } }
output: [{ $step: b }, { $step: each }]`;

function analysed(): Analysis {
  const { flow } = readFlow(SOURCE, 'flow.yaml');
  const analysis = flow && analyse(flow, []);
  if (!analysis) throw new Error('the flow is none');
  return analysis;
}

const planned = (): Plan => makePlan(analysed());

/** The plan without a step, which its tree still has. */
function without(plan: Plan, id: string): Plan {
  const steps = new Map(plan.steps);
  steps.delete(id);
  return { ...plan, steps };
}

describe('what a pass has made is well-formed', () => {
  it('as it comes from analysis and planning', () => {
    expect(faultsOfAnalysis(analysed())).toEqual([]);
    expect(faultsOfPlan(planned())).toEqual([]);
  });

  it('but not where two steps have one id, or a step is read that is not there', () => {
    const analysis = analysed();
    const { flow } = analysis;
    const [first, ...rest] = flow.steps;
    const twice = { ...flow, steps: [...flow.steps, ...(first ? [first] : [])] };
    expect(faultsOfAnalysis({ ...analysis, flow: twice })).toEqual(['two steps are called "a"']);
    expect(faultsOfAnalysis({ ...analysis, flow: { ...flow, steps: rest } })).toContain(
      '"a" is read or waited for, and no step is called so',
    );
  });

  it('but not where a step runs before what it reads', () => {
    const analysis = analysed();
    const faults = faultsOfAnalysis({ ...analysis, running: [...analysis.running].reverse() });
    expect(faults).toContain('"b" comes before "a", which it waits for');
    const plan = planned();
    if (plan.tree?.kind !== 'sequence') throw new Error('the tree is no sequence');
    const backwards: Plan = { ...plan, tree: { ...plan.tree, parts: [...plan.tree.parts].reverse() } };
    expect(faultsOfPlan(backwards)).toContain('"b" does not come after "a", which it waits for');
  });

  it('but not where the tree and the steps are not the same', () => {
    const plan = planned();
    expect(faultsOfPlan(without(plan, 'b'))).toEqual([
      '"b" stands in the tree, and is no step',
      'the output reads "b", which does not run',
      '"a" is read by "b", which does not run',
    ]);
    const { tree } = plan;
    if (!tree) throw new Error('there is no tree');
    const doubled: Plan = { ...plan, tree: { kind: 'sequence', parts: [tree, { kind: 'step', id: 'b' }] } };
    expect(faultsOfPlan(doubled)).toEqual(['"b" stands twice in the tree']);
  });

  it('but not where a flow inside a step is none', () => {
    const plan = planned();
    const each = plan.steps.get('each');
    const inner = each?.inner;
    if (!each || !inner) throw new Error('the flow inside is not planned');
    const broken: Plan = { ...plan, steps: new Map(plan.steps).set('each', { ...each, inner: without(inner, 'in') }) };
    expect(faultsOfPlan(broken)[0]).toBe('in "each": "in" stands in the tree, and is no step');
  });
});
