import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { check } from '../../lib/compiler/check/index.ts';
import { compile } from '../../lib/compiler/compile.ts';
import { isObject, type Json } from '../../lib/protocol/json.ts';
import { runs } from '../chance.ts';
import { expectDiagnostics } from '../diagnostics/expect-diagnostics.ts';

/** A flow that runs flows in flows, `depth` deep, the innermost with a step of its own; each is under `$literal`. */
const nested: fc.Arbitrary<Json> = fc
  .letrec<{ flow: Json; runner: Json }>((tie) => ({
    flow: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constant({
        steps: [{ id: 'a', component: '/x/y', input: { v: { $input: '$' } } }],
        output: { result: { $step: 'a' } },
      }),
      tie('runner').map((step) => ({ steps: [step], output: { result: { $step: 'r' } } })),
    ),
    runner: fc
      .tuple(fc.constantFrom('map', 'eval', 'iterate', 'builtin/map', 'builtin/eval'), tie('flow'))
      .map(([name, flow]) => ({ id: 'r', component: `/${name}`, input: inputOf(name, { $literal: flow }) })),
  }))
  .runner.map((step) => ({ steps: [step], output: { $step: 'r' } }));

function inputOf(name: string, flow: Json): Json {
  if (name.endsWith('map')) return { items: { $input: 'l' }, workflow: flow };
  return name === 'iterate' ? { initial_input: { $input: '$' }, flow } : { input: { $input: '$' }, flow };
}

/** Without every `$literal`. */
function bare(value: Json): Json {
  if (Array.isArray(value)) return value.map(bare);
  if (!isObject(value)) return value;
  if (value.$literal !== undefined) return bare(value.$literal);
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, bare(part)]));
}

describe('a flow that is written out', () => {
  it('is the same with and without $literal, at every depth', () => {
    fc.assert(
      fc.property(nested, (flow) => {
        const [under, without] = [flow, bare(flow)].map((each) => compile(JSON.stringify(each)));
        expect(without?.diagnostics).toEqual(
          under?.diagnostics.map((each) => expect.objectContaining({ code: each.code })),
        );
        expect(without?.stateMachine).toEqual(under?.stateMachine);
      }),
      { numRuns: runs(40) },
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
