import { describe, expect, it } from 'vitest';
import { compile } from '../../lib/compiler/compile.ts';
import { renderDiagnostics } from '../../lib/diagnostics/render.ts';
import { readFlow } from '../../lib/flow/read/read-flow.ts';
import { expectDiagnostics } from './expect-diagnostics.ts';

describe('diagnostics stand where the fault is', () => {
  it('for what is no YAML, once', () => {
    const [text] = expectDiagnostics(`
steps:
  - id: a
    component: /user/load
    input: { a: 1, b: ] }
                      ~ yaml-syntax`);
    expect(text).toContain('not valid YAML');
  });

  it('for an unknown key, with the nearest one', () => {
    const [text] = expectDiagnostics(`
steps:
  - id: a
    component: /user/load
    inputs: {}
    ~~~~~~ unknown-key`);
    expect(text).toBe('Unknown key "inputs" in the step "a" | Did you mean "input"?');
  });

  it('for an unknown step, with the nearest one', () => {
    const [text] = expectDiagnostics(`
steps:
  - id: load_user
    component: /user/load
  - id: b
    component: /user/load
    input: { user: { $step: load_usr } }
                   ~~~~~~~~~~~~~~~~~~~ unknown-step`);
    expect(text).toBe('There is no step "load_usr" | Did you mean "load_user"?');
  });

  it('for a choice in the metadata that is neither yes nor no', () => {
    const [text] = expectDiagnostics(`
metadata: { aws: { type: EXPRESS, fuse: "true" } }
                                        ~~~~~~ wrong-type
steps:
  - { id: a, component: /user/load }`);
    expect(text).toContain('"metadata.aws.fuse" of the flow is the string "true", but true or false is expected');
    expectDiagnostics(`
metadata: { aws: { fuse: null }, fuse: 3 }
steps:
  - { id: a, component: /user/load }`);
  });

  it('for a cycle, naming the whole way round', () => {
    const [text] = expectDiagnostics(`
steps:
  - id: a
        ~ cycle
    component: /x/y
    input: { $step: c }
  - id: b
    component: /x/y
    input: { $step: a }
  - id: c
    component: /x/y
    input: { $step: b }`);
    expect(text).toContain('a → c → b → a');
  });

  it('for a duplicate id, naming the first', () => {
    const [text] = expectDiagnostics(`
steps:
  - id: a
    component: /x/y
  - id: a
        ~ duplicate-id
    component: /x/y`);
    expect(text).toContain('the first is on line 2');
  });

  it('for a wrong path, saying what is wrong with it', () => {
    const texts = expectDiagnostics(`
steps:
  - id: a
    component: /x/y
    input:
      last: { $input: "items[-1]" }
                      ~~~~~~~~~~~ bad-path
      all: { $input: "items[*]" }
                     ~~~~~~~~~~ bad-path
      odd: { $input: "$x" }
                     ~~~~ bad-path`);
    expect(texts.map((text) => text.split(' | ')[0])).toEqual([
      '"items[-1]" is not a valid path: a negative index is not allowed',
      '"items[*]" is not a valid path: a wildcard is not allowed',
      '"$x" is not a valid path: after "$" comes "." or "["',
    ]);
  });

  it('for a wrong type, an id that is none, a component that is none', () => {
    expectDiagnostics(`
name: 5
      ~ wrong-type
steps:
  - id: "a b"
        ~~~~~ bad-id
    component: /x/y
  - id: b
    component: load
               ~~~~ bad-component`);
  });

  it('for an id and a component that are null', () => {
    const [text] = expectDiagnostics(`
steps:
  - id: null
        ~~~~ wrong-type
    component: /x/y
  - id: b
    component: null
               ~~~~ wrong-type
output: 1`);
    expect(text).toContain('"id" of a step is null, but a string is expected');
  });

  it('for an alias without an anchor and a key that stands twice', () => {
    expectDiagnostics(`
steps:
  - id: a
    component: /x/y
    input: { x: *nothing }
                ~~~~~~~~ unknown-alias
    id: b
    ~~ duplicate-key`);
  });

  it('for an alias inside the value that it repeats', () => {
    expectDiagnostics(`
steps:
  - id: a
    component: /x/y
    input: &all { x: [*all] }
                      ~~~~ circular-alias`);
  });

  it('for a second document', () => {
    const [problem] = readFlow('output: 1\n---\noutput: 2\n', 'f.yaml').diagnostics;
    expect(problem?.message).toBe(
      'This is not valid YAML: "---" starts a second document, but a file holds a single flow',
    );
  });

  it('for more than 600 levels, wherever they come from', () => {
    const nested = (depth: number, inner = '1') => `${'['.repeat(depth)}${inner}${']'.repeat(depth)}`;
    // The flow itself is the first level.
    expect(compile(`output: ${nested(599)}`).diagnostics).toEqual([]);
    for (const source of [`output: ${nested(600)}`, `output: ${nested(4000)}`, `output: ${nested(20_000)}`])
      expect(compile(source).diagnostics.map(({ code }) => code)).toEqual(['too-deep']);
    expect(compile(`output: ${nested(750)}`).diagnostics).toMatchObject([{ line: 1, column: 9 + 599, endColumn: 609 }]);
    const aliased = `variables: { a: &a ${nested(350)} }\noutput: ${nested(350, '*a')}`;
    expect(compile(aliased).diagnostics.map(({ code }) => code)).toEqual(['too-deep']);
    const variables = { a: JSON.parse(nested(700)) };
    expect(compile('output: { $variable: a }', { variables }).diagnostics).toMatchObject([{ code: 'too-deep' }]);
  });

  it('for an expression that is none, as a warning', () => {
    const [text] = expectDiagnostics(`
steps:
  - id: a
    component: /x/y
    input: { $setp: b }
             ~~~~~ unknown-dollar-key`);
    expect(text).toContain('Did you mean "$step"?');
    const [ref] = expectDiagnostics(`
output: { $ref: b }
          ~~~~ unknown-dollar-key`);
    expect(ref).not.toContain('Did you mean');
  });

  it('for more retries than AWS makes', () => {
    const flow = (retries: number, mark = '') => `
steps:
  - id: a
    component: /x/y
    onError: { action: retry, maxRetries: ${retries} }${mark}
output: { $step: a }`;
    const [text] = expectDiagnostics(flow(100_000_000, `\n${' '.repeat(42)}~~~~~~~~~ wrong-type`));
    expect(text).toContain('a whole number from 0 to 99,999,999');
    expectDiagnostics(flow(1000));
    const [many] = expectDiagnostics(
      flow(99_999_999).replace('component', '~ too-many-retries\n    component').replace('    ~', '        ~'),
    );
    expect(many).toContain('maxRetries: 1000');
  });

  it('for times and codes that are none', () => {
    const [late, soon, code, factor] = expectDiagnostics(`
steps:
  - id: a
    component: /x/y
    timeout: 30s
             ~~~ wrong-type
    onError:
      action: retry
      delay: 0
             ~ wrong-type
      on: [TIME_OUT, INVALID_INPUT]
           ~~~~~~~~ unknown-error-code
      backoff: 0.5
               ~~~ wrong-type
output: { $step: a }`);
    expect(late).toContain('a number of seconds above 0, up to 99,999,999, such as 30,');
    expect(soon).toContain('a whole number from 1');
    expect(code).toContain('Did you mean TIMEOUT?');
    expect(factor).toContain('a number from 1');
  });

  it('for a timeout of a flow inside a step, and of one in an Express flow', () => {
    const [inner] = expectDiagnostics(`
steps:
  - id: a
    component: /eval
    input: { flow: { $literal: { timeout: 5, output: 1 } } }
                                          ~ inner-timeout
output: { $step: a }`);
    expect(inner).toContain('at the step that runs the flow');
    expectDiagnostics(`
metadata: { aws: { type: EXPRESS } }
steps:
  - id: a
        ~ express-step-timeout
    component: /eval
    timeout: 5
    input: { flow: { $literal: { output: 1 } } }
output: { $step: a }`);
  });

  it('for a step that waits for an answer in an Express execution, and in the items of one', () => {
    const [express] = expectDiagnostics(`
metadata: { aws: { type: EXPRESS } }
steps:
  - id: a
    component: /builtin/approval
               ~~~~~~~~~~~~~~~~~ cannot-wait
    input: { title: Go on? }
output: { $step: a }`);
    expect(express).toContain('Remove metadata.aws.type: EXPRESS');
    expectDiagnostics(`
steps:
  - id: each
    component: /map
    input:
      items: [1]
      workflow:
        metadata: { aws: { type: EXPRESS } }
        steps:
          - id: a
            component: /wait_for_callback
                       ~~~~~~~~~~~~~~~~~~ cannot-wait
output: { $step: each }`);
  });

  it('for a step that nothing wants and for an elision, as warnings', () => {
    expectDiagnostics(`
steps:
  - id: a
        ~ never-runs
    component: /x/y
  - id: b
    component: /x/y
    input: { messages: [...] }
                        ~~~ elision
output: { $step: b }`);
  });
});

describe('diagnostics for people', () => {
  it('show the place, the line and the help', () => {
    const source = 'steps:\n  - id: a\n    componnet: /x/y\n';
    const { diagnostics } = compile(source, { file: 'flows/a.yaml' });
    expect(renderDiagnostics(diagnostics, () => source, { color: false })).toMatchInlineSnapshot(`
      "✘ [ERROR] Unknown key "componnet" in the step "a"

          flows/a.yaml:3:5:
            3 │     componnet: /x/y
              ╵     ~~~~~~~~~

        Did you mean "component"?

      "
    `);
  });
});

describe('errors of different kinds are reported together', () => {
  it('as an unknown step beside a wrong onError, and a misspelt key', () => {
    expectDiagnostics(`
steps:
  - id: a
    component: /user/load
    onError: { action: rety }
                       ~~~~ wrong-type
    inptu: 1
    ~~~~~ unknown-key
  - id: b
    component: user/load
               ~~~~~~~~~ bad-component
    input: { user: { $step: bb } }
                   ~~~~~~~~~~~~~ unknown-step
output: { $step: b }`);
  });

  it('but not where the step may be one that has no id, or there are none that can be read', () => {
    expectDiagnostics(`
steps:
  - idd: a
    ~~~ unknown-key
    component: /user/load
output: { $step: a }`);
    expectDiagnostics(`
steps: { a: { component: /user/load } }
       ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ wrong-type
output: { $step: a }`);
  });

  it('and an unknown step inside a flow that lacks its $literal says so', () => {
    const [text] = expectDiagnostics(`
steps:
  - id: a
    component: /builtin/put_blob
    input: { data: { steps: [{ id: b, component: /user/load }], output: { $step: b } }, blob_type: flow }
                                                                        ~~~~~~~~~~~~ unknown-step`);
    expect(text).toContain('Put that flow under $literal');
  });

  it('for an empty file', () => {
    expect(compile('# nothing yet\n').diagnostics).toMatchObject([{ code: 'empty-file', line: 1, column: 1 }]);
  });

  it('for a variable whose name is no path, once', () => {
    expectDiagnostics(`
output: { $variable: "*x.y" }
                     ~~~~~~ bad-path`);
  });
});
