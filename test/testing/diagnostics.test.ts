import { describe, expect, test } from 'vitest';
import { compile } from '../../lib/compiler/compile.ts';
import { type Diagnostic, Reporter } from '../../lib/diagnostics/diagnostics.ts';
import { readTree } from '../../lib/flow/text/read-tree.ts';
import { findComponents } from '../../lib/project/components/index.ts';
import { mocksForCase } from '../../lib/testing/case-mocks.ts';
import { readPluginConfig } from '../../lib/testing/plugin-config.ts';
import { readTests } from '../../lib/testing/read-tests.ts';
import { expectDiagnostics } from '../diagnostics/expect-diagnostics.ts';

const catalog = findComponents({ folders: [] });

/** What is wrong with the tests of a flow, whose inline configuration counts. */
function ofTests(source: string): readonly Diagnostic[] {
  const reporter = new Reporter('flow.yaml');
  const { cases, config: place } = readTests(source, reporter);
  const config = place?.kind === 'inline' ? readPluginConfig(place.tree, reporter) : [];
  const { steps } = compile(source, { file: 'flow.yaml' });
  const found = cases.flatMap((one) => [
    ...one.diagnostics,
    ...mocksForCase(one, { file: 'flow.yaml', steps, catalog, config }).diagnostics,
  ]);
  return [...reporter.diagnostics, ...found].sort((one, other) => one.line - other.line || one.column - other.column);
}

const check = (annotated: string): readonly string[] => expectDiagnostics(annotated, ofTests);

describe('diagnostics of tests stand where the fault is', () => {
  test('for unknown keys, with the nearest', () => {
    const texts = check(`
test:
  casess: []
  ~~~~~~ unknown-key
  cases:
    - name: a
      inptu: {}
      ~~~~~ unknown-key
      output: { outcom: success }
                ~~~~~~ unknown-key`);
    expect(texts[1]).toBe('Unknown key "inptu" in the case "a" | Did you mean "input"?');
  });

  test('for wrong types', () => {
    check(`
test:
  cases:
    - name: [a]
            ~~~ wrong-type
      tags: [1]
             ~ wrong-type
      mocks: []
             ~~ wrong-type
      output:
        outcome: won
                 ~~~ wrong-type
    - 5
      ~ wrong-type`);
  });

  test('for a case without a name', () => {
    check(`
test:
  cases:
    - { input: 1 }
      ~~~~~~~~~~~~ missing-key
    - { name: null }
              ~~~~ wrong-type`);
  });

  test('for a test section that is none', () => {
    check(`
test: later
      ~~~~~ wrong-type`);
  });

  test('for matchers: unknown, with a wrong argument, with no regular expression, among other keys', () => {
    const texts = check(`
test:
  cases:
    - name: a
      output:
        result:
          a: { $less_then: 5 }
               ~~~~~~~~~~ unknown-matcher
          b: { $range: [3, 1] }
                       ~~~~~~ wrong-type
          c: { $matches: '(' }
                         ~~~ bad-regex
          d: { $length: 3, name: x }
               ~~~~~~~ plain-matcher
          e: { $length: x }
                        ~ wrong-type
          f: { $any: 5 }
                     ~ wrong-type
          g: { $not_empty: 1 }
                           ~ wrong-type
          h: [{ $greater_than: { a: 1 } }]
                               ~~~~~~~~ wrong-type
        performance_metrics: { time: 5 }
                               ~~~~ unknown-key`);
    expect(texts[0]).toContain('Did you mean "$less_than"?');
    expect(texts[2]).toContain('"(" is not a valid regular expression: Unterminated group');
  });

  test('for mocks: wrong in themselves, of nothing that runs, or of what calls no component', () => {
    const texts = check(`
steps:
  - { id: load, component: /my/load }
  - { id: nap, component: /builtin/sleep, input: { duration_ms: 1 } }
  - { id: each, component: /map, input: { items: [1], workflow: { steps: [], output: 1 } } }
output: [{ $step: load }, { $step: nap }, { $step: each }]
test:
  cases:
    - name: a
      mocks:
        load: { outcome: succes }
                         ~~~~~~ wrong-type
        /my/load: [{ error: { code: OOPS, message: x } }, 5]
                                    ~~~~ wrong-type
                                                          ~ wrong-type
        /my/laod: { result: 1 }
        ~~~~~~~~ unknown-mock-target
        each: { result: { values: [2] } }
        /builtin/map: { result: { values: [2] } }
        nap: { result: 1 }
        ~~~ mock-without-effect`);
    expect(texts.find((text) => text.includes('/my/laod'))).toContain('Did you mean "/my/load"?');
  });

  test('for each value of a mock that is not what it has to be', () => {
    const texts = check(`
steps: [{ id: load, component: /my/load }]
output: { $step: load }
test:
  cases:
    - name: a
      mocks:
        load:
          - { outcome: null, input: null, error: null, seconds: null, times: null }
          - { seconds: -1, times: 0.5 }
                       ~~ wrong-type
                                  ~~~ wrong-type
          - { error: 5 }
                     ~ wrong-type
          - { error: { code: TIMEOUT } }
                     ~~~~~~~~~~~~~~~~~ missing-key
          - { error: { message: null, mesage: x } }
                                ~~~~ wrong-type
                                      ~~~~~~ unknown-key
          - { time: 3 }
              ~~~~ unknown-key`);
    expect(texts.map((text) => text.split(' | ')[0])).toEqual([
      '"seconds" of the mock of "load" is the number -1, but a number of at least 0 is expected',
      '"times" of the mock of "load" is the number 0.5, but a whole number above 0 is expected',
      '"error" of the mock of "load" is the number 5, but a map is expected',
      'The error of the mock of "load" has no "message"',
      '"message" of the error of the mock of "load" is null, but a string is expected',
      'Unknown key "mesage" in the error of the mock of "load"',
      'Unknown key "time" in the mock of "load"',
    ]);
  });

  test('for a component of a plugin that does not run here, unless a mock stands in', () => {
    const texts = check(`
steps:
  - { id: a, component: /python/train }
                        ~~~~~~~~~~~~~ unsupported-plugin
test:
  config:
    plugins: { python: { type: grpc } }
    routes: { /python: [{ plugin: python }] }
  cases:
    - name: alone
    - name: mocked
      mocks: { /python/train: { result: 1 } }`);
    expect(texts[0]).toContain('plugins of the type "grpc" are not supported');
  });

  test('for configuration: plugins without a type, routes to nowhere, behaviours that are none', () => {
    check(`
test:
  config:
    plugins:
      nothing: {}
               ~~ wrong-type
      mock:
        type: mock
        components:
          /a: { behaviors: { { x: 1 }: { outcome: lost } } }
                                                  ~~~~ wrong-type
          /b: []
              ~~ wrong-type
    routes:
      /a: [{ plugin: mook }]
                     ~~~~ unknown-plugin
      /b: mock
          ~~~~ wrong-type
  cases: [{ name: a }]`);
  });
});

describe('behaviours keyed by what they answer', () => {
  const read = (yaml: string) => {
    const reporter = new Reporter('config.yml');
    const tree = readTree(yaml, reporter);
    return { config: tree ? readPluginConfig(tree, reporter) : [], diagnostics: reporter.diagnostics };
  };

  test('may be maps in block style, one after another, with nested ones, texts and null', () => {
    const { config, diagnostics } = read(`
plugins:
  mock:
    type: mock
    components:
      /one:
        behaviors:
          { a: 1 }:
            outcome: success
            result: 1

          { a: 1, b: { c: [2] } }:
            outcome: success
            result: 2
          text: { result: 3 }
          null: { result: 4 }
routes:
  /mock/{*component}: [{ plugin: mock }]
`);
    expect(diagnostics).toEqual([]);
    const behaviours = config[0]?.plugins[0]?.components.get('/one') ?? [];
    // What says more about the input comes first: it is the better fit.
    expect(behaviours.map(({ input, result }) => [input, result])).toEqual([
      [{ a: 1, b: { c: [2] } }, 2],
      [{ a: 1 }, 1],
      ['text', 3],
      [null, 4],
    ]);
  });
});
