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
