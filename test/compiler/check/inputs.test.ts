import { describe, expect, it } from 'vitest';
import { expectChecks } from './expect-checks.ts';

describe('an input that can never fit', () => {
  it('is told at the constant that is wrong', () => {
    const texts = expectChecks(`
steps:
  - id: load
    component: /user/load
    input:
      user_id: 5
               ~ input-type
      limit: many
             ~~~~ input-type
output: { $step: load }`);
    expect(texts.map((text) => text.split(' | ')[0])).toEqual([
      'The input of "load" does not match /user/load: "user_id" is a number (5), but a string is expected',
      'The input of "load" does not match /user/load: "limit" is a string ("many"), but an integer is expected',
    ]);
  });

  it('is none where something is left out of it', () => {
    expectChecks(`
steps:
  - { id: rename, component: /user/rename, input: { user: "...", names: ["..."] } }
                                                          ~~~~~ elision
                                                                         ~~~~~ elision
  - { id: load, component: /user/load, input: { user_id: 5, limit: "..." } }
                                                         ~ input-type
                                                                   ~~~~~ elision`);
  });

  it('is told at the reference whose schema is another', () => {
    const texts = expectChecks(`
inputSchema: { type: object, properties: { count: { type: integer } } }
steps:
  - id: load
    component: /user/load
    input: { user_id: { $input: count } }
                      ~~~~~~~~~~~~~~~~~ input-type
  - id: rename
    component: /user/rename
    input: { user: { $step: load } }
                   ~~~~~~~~~~~~~~~ input-type
  - id: add
    component: /math/add
    input: { a: { $step: load, path: age }, b: { $step: load, path: email } }
                                               ~~~~~~~~~~~~~~~~~~~~~~~~~~~~ input-type`);
    expect(texts.map((text) => text.split(' | ')[0])).toEqual([
      'The input of "load" does not match /user/load: "user_id" is a number, but a string is expected',
      'The input of "rename" does not match /user/rename: "user.age" is a number, but a string is expected',
      'The input of "add" does not match /math/add: "b" is null or a string, but a number is expected',
    ]);
  });

  it('lacks a field', () => {
    const texts = expectChecks(`
steps:
  - id: nothing
    component: /user/load
               ~~~~~~~~~~ input-type
  - id: some
    component: /math/add
    input: { a: { $input: a } }
           ~~~~~~~~~~~~~~~~~~~~ input-type
  - id: constant
    component: /math/add
    input: { a: 1 }
           ~~~~~~~~ input-type`);
    expect(texts[1]).toContain('"b" is missing');
    expect(texts[2]).toContain('"b" is missing');
  });

  it('has a field that is not wanted, or not listed', () => {
    const texts = expectChecks(`
steps:
  - id: rename
    component: /user/rename
    input:
      usr: { $input: user }
      ~~~ input-type
      user: { $input: user }
  - id: load
    component: /user/load
    input: { user_id: u001, limt: 5 }
                            ~~~~ unlisted-field`);
    expect(texts).toEqual([
      'The input of "rename" does not match /user/rename: "usr" is not allowed | Change this value, or relax the schema if it is too strict.',
      'The field "limt" is not listed in /user/load | Did you mean "limit"?',
    ]);
  });

  it('is wrong in one arm of an $if, in one item of a $coalesce, in one item of a list', () => {
    expectChecks(`
steps:
  - id: add
    component: /math/add
    input:
      a: { $if: { $input: x }, then: 1, else: one }
                                              ~~~ input-type
      b: { $coalesce: [{ $input: b }, "none"] }
                                      ~~~~~~ input-type
  - id: rename
    component: /user/rename
    input:
      user: { $input: user }
      names: [{ $input: first }, { $step: add }]
                                 ~~~~~~~~~~~~~~ input-type
  - id: short
    component: /user/rename
    input: { user: { $input: user }, names: [{ $input: only }] }
                                            ~~~~~~~~~~~~~~~~~~ input-type`);
  });

  it("is wrong by the step's own inputSchema", () => {
    const [text] = expectChecks(`
steps:
  - id: load
    component: /user/load
    inputSchema: { type: object, properties: { user_id: { type: integer } } }
    input: { user_id: u001 }
                      ~~~~ input-type`);
    expect(text).toContain('does not match the inputSchema of "load"');
  });

  it('is wrong by what a variable is declared to be, or by its default', () => {
    expectChecks(`
variablesSchema: { type: object, properties: { n: { type: string }, m: { type: number } } }
steps:
  - id: add
    component: /math/add
    input: { a: { $variable: n }, b: { $variable: m, default: none } }
                ~~~~~~~~~~~~~~~~ input-type
                                                              ~~~~ input-type`);
  });
});

describe('types go the whole way', () => {
  it('through noop and extract', () => {
    expectChecks(`
steps:
  - id: load
    component: /user/load
    input: { user_id: u001 }
  - id: same
    component: /builtin/noop
    input: { user: { $step: load } }
  - id: name
    component: /extract
    input: { data: { $step: same }, path: user.profile.name }
  - id: add
    component: /math/add
    input: { a: { $step: name }, b: 1 }
                ~~~~~~~~~~~~~~~ input-type`);
  });

  it('into inner flows and out of them', () => {
    const texts = expectChecks(`
steps:
  - id: load
    component: /user/load
    input: { user_id: u001 }
  - id: each
    component: /builtin/map
    input:
      items: { $step: load, path: tags }
      workflow:
        $literal:
          steps:
            - id: sum
              component: /math/add
              input: { a: { $input: $ }, b: 1 }
                          ~~~~~~~~~~~~~ input-type
          output: { total: { $step: sum } }
output:
  - { $step: each, path: "results[0].result.total" }
  - { $step: each, path: "results[0].result.totl" }
                         ~~~~~~~~~~~~~~~~~~~~~~~~ unknown-path`);
    expect(texts[0]).toContain('"a" is a string, but a number is expected');
  });

  it('to what an inner flow says it takes', () => {
    expectChecks(`
steps:
  - id: once
    component: /builtin/eval
    input:
      flow: { $literal: { name: adder, inputSchema: { type: number }, steps: [], output: { $input: $ } } }
      input: many
             ~~~~ input-type
  - id: all
    component: /builtin/map
    input:
      workflow: { $literal: { inputSchema: { type: number }, steps: [], output: 1 } }
      items: { $step: once }
             ~~~~~~~~~~~~~~~ input-type`);
  });

  it('to the outputSchema of the flow', () => {
    expectChecks(`
outputSchema: { type: object, properties: { age: { type: string } }, required: [age, name] }
steps:
  - { id: load, component: /user/load, input: { user_id: u001 } }
output: { age: { $step: load, path: age } }
        ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ output-type
               ~~~~~~~~~~~~~~~~~~~~~~~~~~ output-type`);
  });
});

describe('an input that may fit is no fault', () => {
  it.each([
    ['anything', '/math/add', '{ a: { $input: x }, b: { $step: any } }'],
    ['one form of several', '/user/load', '{ user_id: { $step: load, path: email } }'],
    ['null passed over', '/user/load', '{ user_id: { $coalesce: [{ $step: load, path: email }, null] } }'],
    ['a variable without a schema', '/math/add', '{ a: { $variable: free }, b: 1 }'],
    ['a schema that refers to itself', '/text/find', '{ text: a, next: { text: b, next: { text: { $input: c } } } }'],
    [
      'what a skip puts there',
      '/math/add',
      '{ a: 1, b: { $step: load, path: email, onSkip: { action: useDefault, defaultValue: 1 } } }',
    ],
  ])('%s', (_, component, input) => {
    expectChecks(`
variables: { free: text }
steps:
  - { id: load, component: /user/load, input: { user_id: u001 } }
  - { id: any, component: /any/thing }
  - id: it
    component: ${component}
    input: ${input}`);
  });
});

describe('steps that each read several before them', () => {
  const before = (index: number, back: number): string => `{ $step: s${Math.max(0, index - back)} }`;
  const flowOf = (later: (index: number) => string): string =>
    Array.from({ length: 60 }, (_, index) => index)
      .map((index) => ({ index, input: index === 0 ? '{ $input: x }' : later(index) }))
      .map(({ index, input }) => `  - { id: s${index}, component: /builtin/noop, inputSchema: {}, input: ${input} }`)
      .join('\n');

  it.each([
    ['lists', (index: number) => `[${before(index, 1)}, ${before(index, 2)}, ${before(index, 3)}]`],
    ['alternatives', (index: number) => `{ $coalesce: [${before(index, 1)}, ${before(index, 2)}, 1] }`],
  ])('as %s are no more work than steps', (_, later) => {
    expectChecks(`
steps:
${flowOf(later)}
  - { id: it, component: /any/thing, inputSchema: { type: [array, number] }, input: { $step: s59 } }`);
  });
});

describe('a field that a built-in component requires, under another name', () => {
  it('is told once, with its name', () => {
    const texts = expectChecks(`
steps:
  - id: loop
    component: /builtin/iterate
    input: { initial: { $input: n }, flow: { steps: [], output: { next: { $input: $ } } } }
             ~~~~~~~ misnamed-field
  - { id: pause, component: /builtin/sleep, input: { seconds: 5 } }
                                                     ~~~~~~~ misnamed-field
  - { id: file, component: /builtin/load_file, input: { file: a.json } }
                                                        ~~~~ misnamed-field
  - { id: near, component: /builtin/load_file, input: { pth: { $input: a } } }
                                                        ~~~ misnamed-field`);
    expect(texts.map((text) => text.split(' | ')[1])).toEqual([
      'Rename "initial" to "initial_input".',
      'Rename "seconds" to "duration_ms", which is in milliseconds: a second is 1000.',
      'Rename "file" to "path".',
      'Rename "pth" to "path".',
    ]);
  });

  it('is missing where no field is like it, and no schema is there to relax', () => {
    const texts = expectChecks(`
steps:
  - { id: file, component: /builtin/load_file, input: { format: json } }
                                                      ~~~~~~~~~~~~~~~~ input-type
  - { id: pause, component: /builtin/sleep, input: { duration_ms: long } }
                                                                  ~~~~ input-type`);
    expect(texts.map((text) => text.split(' | ')[1])).toEqual([
      'Add "path" to the input.',
      'Change this value to what /builtin/sleep takes.',
    ]);
  });
});
