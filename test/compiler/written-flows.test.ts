import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { check } from '../../lib/compiler/check/index.ts';
import { compile } from '../../lib/compiler/compile.ts';
import type { Json } from '../../lib/protocol/json.ts';
import { runs } from '../chance.ts';
import { expectDiagnostics } from '../diagnostics/expect-diagnostics.ts';

/** Innermost: a flow with a step of its own. */
const INNERMOST: Json = {
  steps: [{ id: 'a', component: '/x/y', input: { v: { $input: '$' } } }],
  output: { result: { $step: 'a' } },
};

const runners = fc.array(fc.constantFrom('map', 'eval', 'iterate', 'builtin/map', 'builtin/eval'), {
  minLength: 1,
  maxLength: 4,
});

/** Flows that run flows, outermost first; `written` makes a value of an inner flow. */
const nested = ([name, ...inner]: readonly string[], written: (flow: Json) => Json): Json => {
  if (name === undefined) return INNERMOST;
  const step = { id: 'r', component: `/${name}`, input: inputOf(name, written(nested(inner, written))) };
  return { steps: [step], output: { result: { $step: 'r' } } };
};

function inputOf(name: string, flow: Json): Json {
  if (name.endsWith('map')) return { items: { $input: 'l' }, workflow: flow };
  return name === 'iterate' ? { initial_input: { $input: '$' }, flow } : { input: { $input: '$' }, flow };
}

/** What needs no "of the flow" in the diagnostics of a file. */
const OF_FLOW = /(metadata\.aws)$/;

describe('a flow that is written out', () => {
  it('is the same with and without $literal, at every depth', () => {
    fc.assert(
      fc.property(runners, (names) => {
        const under = compile(JSON.stringify(nested(names, (flow) => ({ $literal: flow }))));
        const without = compile(JSON.stringify(nested(names, (flow) => flow)));
        expect(without.diagnostics.map(({ code }) => code)).toEqual(under.diagnostics.map(({ code }) => code));
        expect(without.stateMachine).toEqual(under.stateMachine);
      }),
      { numRuns: runs(20) },
    );
  });

  it('gets the diagnostics of a flow of its own, whichever key of it is wrong', () => {
    const step = fc.constant({ id: 'a', component: '/x/y', input: { $input: '$' } });
    const flow = fc.record(
      { steps: fc.tuple(step), output: fc.constant({ $step: 'a' }), metadata: fc.constant({ aws: { fuse: true } }) },
      { requiredKeys: [] },
    );
    const wrongs = fc.constantFrom<Json>(
      {},
      { step: [] },
      { steps: 1 },
      { tasks: [] },
      { outputs: 1 },
      { ouput: { $input: 'x' } },
      { evaluation: 'lazzy' },
      { variable: {} },
      { inputSchma: {} },
      { metadata: { aws: { fues: true, type: 1 } } },
      { steps: [{ id: 'a', componet: '/x/y', metadata: { aws: { memory: 1 } } }] },
    );
    fc.assert(
      fc.property(runners, flow, wrongs, fc.boolean(), ([name = 'eval'], right, wrong, isUnder) => {
        const inner = { ...right, ...Object(wrong) };
        // What tells it from data of a component that has the name of a runner, and is the project's own.
        fc.pre(
          name.startsWith('builtin') || isUnder || 'steps' in inner || 'output' in inner || !('metadata' in inner),
        );
        fc.pre(Object.keys(inner).length > 0);
        const text = JSON.stringify(inner);
        const input = JSON.stringify(inputOf(name, isUnder ? { $literal: 'HERE' } : 'HERE'));
        const around = `{"steps": [{"id": "r", "component": "/${name}", "input": ${input}}]}`;
        const at = around.indexOf('"HERE"');
        const found = (source: string, shift: number) =>
          compile(source)
            .diagnostics.filter(({ severity }) => severity === 'error')
            .map(({ code, column, message, help }) => ({
              ...{ code, column: column - shift },
              ...{ message: message.replaceAll(' of step "r"', ''), help: help.replaceAll(' of step "r"', '') },
            }));
        const own = found(text, 0).map((one) => ({ ...one, message: one.message.replace(OF_FLOW, '$1 of the flow') }));
        expect(
          found(
            around.replace('"HERE"', () => text),
            at,
          ),
        ).toEqual(own);
      }),
      { numRuns: runs(300) },
    );
  });

  it('is told from an expression that is misspelt, and from data of a component with the name of a runner', () => {
    const readsStep = (component: string, flow: Json): boolean => {
      const step = { id: 'r', component, input: { flow } };
      const { flow: read } = compile(JSON.stringify({ steps: [{ id: 'a', component: '/x/y' }, step] }));
      return read?.steps[1]?.input.kind === 'map';
    };
    const read: Json = { $step: 'a' };
    expect(readsStep('/eval', { rate: read, name: 'x' })).toBe(true);
    expect(readsStep('/eval', [read])).toBe(true);
    expect(readsStep('/builtin/eval', { $coalsce: [read] })).toBe(true);
    expect(readsStep('/eval', { output: read })).toBe(false);
    expect(readsStep('/eval', [{ id: 'b', component: '/x/y', input: read }])).toBe(false);
    expect(readsStep('/builtin/eval', { rate: read })).toBe(false);
  });

  it('may stand under a misspelt key, which is told in place of its references', () => {
    const source = `
steps:
  - id: each
    component: /builtin/map
    input:
      items: [1]
      workflw: { steps: [{ id: a, component: /x/y, input: { $input: $ } }], output: { $step: a } }
      ~~~~~~~ no-inner-flow`;
    const [text] = expectDiagnostics(source, (flow) => {
      const { flow: read, diagnostics } = compile(flow, { file: 'flow.yaml' });
      return [...diagnostics, ...(read ? check(read, () => undefined) : [])];
    });
    expect(text).toContain('Rename "workflw" to "workflow".');
  });

  it('sees none of the steps around it, and says so', () => {
    const texts = expectDiagnostics(`
steps:
  - { id: load, component: /x/load }
  - id: outer
    component: /map
    input:
      items: [1]
      workflow:
        steps:
          - id: inner
            component: /eval
            input:
              flow:
                steps: [{ id: a, component: /x/y, input: { $step: load } }]
                                                         ~~~~~~~~~~~~~~~ outer-step
                output: [{ $step: lod }, { $step: a }]
                         ~~~~~~~~~~~~~~ unknown-step
        output: { $step: inner }
output: [{ $step: load }, { $step: outer }]`);
    expect(texts[0]).toContain('"load" is a step of the flow around this one; an inner flow sees none of its steps');
  });

  it('sees none of the variables around it, and says so', () => {
    const source = `
variables: { lang: en }
steps:
  - id: each
    component: /map
    input:
      items: [1]
      workflow: { steps: [], output: { $variable: lang } }
                                     ~~~~~~~~~~~~~~~~~~~ outer-variable
output: [{ $step: each }, { $variable: lang }]`;
    expectDiagnostics(source, (text) => {
      const { flow } = compile(text, { file: 'flow.yaml' });
      return flow ? check(flow, () => undefined) : [];
    });
  });
});
