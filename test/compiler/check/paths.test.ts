import { describe, expect, it } from 'vitest';
import { expectChecks } from './expect-checks.ts';

describe('a path that is not there', () => {
  it('of a result is an error, with the nearest field', () => {
    const texts = expectChecks(`
steps:
  - id: load
    component: /user/load
    input: { user_id: u001 }
output:
  name: { $step: load, path: profile.nam }
                             ~~~~~~~~~~~ unknown-path
  other: { { $step: load }, path: address }
                                  ~~~~~~~ unknown-path`);
    expect(texts).toEqual([
      'There is no field "nam" in "profile" of the result of "load" | Did you mean "name"?',
      'There is no field "address" in the result of "load" | Its schema lists id, age, email, profile, tags, nick, valid, cached.',
    ]);
  });

  it('is told by what stands there instead', () => {
    const texts = expectChecks(`
steps:
  - id: load
    component: /user/load
    input: { user_id: u001 }
output:
  - { $step: load, path: id.first }
                         ~~~~~~~~ unknown-path
  - { $step: load, path: "tags.first" }
                         ~~~~~~~~~~~~ unknown-path
  - { $step: load, path: "profile[0]" }
                         ~~~~~~~~~~~~ unknown-path`);
    expect(texts.map((text) => text.split(' | ')[0])).toEqual([
      'There is no field "first" in "id" of the result of "load", which is a string',
      'There is no field "first" in "tags" of the result of "load", which is a list',
      'There is no item 0 in "profile" of the result of "load"',
    ]);
  });

  it("is one of the step's own outputSchema before the component's", () => {
    expectChecks(`
steps:
  - id: load
    component: /user/load
    input: { user_id: u001 }
    outputSchema: { type: object, properties: { nom: { type: string } }, additionalProperties: false }
output: [{ $step: load, path: nom }, { $step: load, path: id }]
                                                          ~~ unknown-path`);
  });

  it('is doubted where a schema lists fields but does not rule out others', () => {
    const [text] = expectChecks(`
inputSchema: { type: object, properties: { user_id: { type: string } } }
steps:
  - id: load
    component: /user/load
    input: { user_id: { $input: usr_id } }
                                ~~~~~~ doubtful-path`);
    expect(text).toBe(`There is no field "usr_id" in the flow's input | Did you mean "user_id"?`);
  });

  it('is doubted where what is missing is passed over', () => {
    expectChecks(`
steps:
  - id: load
    component: /user/load
    input: { user_id: u001 }
output:
  $coalesce: [{ $step: load, path: nmae }, none]
                                   ~~~~ doubtful-path`);
  });

  it('is any path of a variable that its schema does not have', () => {
    expectChecks(`
variablesSchema:
  type: object
  properties: { model: { type: object, properties: { name: { type: string } }, additionalProperties: false } }
steps: []
output: { $variable: model.size }
                     ~~~~~~~~~~ unknown-path`);
  });
});

describe('a path that may be there is no fault', () => {
  it.each([
    ['optional', 'load, path: nick'],
    ['an item of a list', 'load, path: "tags[7]"'],
    ['of a whole that may be null', 'find, path: at'],
    ['of anything', 'any, path: a.b'],
    ['of a step with another default', 'safe, path: fallback'],
  ])('%s', (_, reference) => {
    expectChecks(`
steps:
  - { id: load, component: /user/load, input: { user_id: u001 } }
  - { id: find, component: /text/find, input: { text: a } }
  - { id: any, component: /any/thing }
  - { id: safe, component: /user/load, input: { user_id: u001 }, onError: { action: useDefault, defaultValue: { fallback: 1 } } }
evaluation: eager
output: { $step: ${reference} }`);
  });
});

describe('a reference to a step whose id has a path behind it', () => {
  it('is told how the path is written, of the step with the longest id', () => {
    const texts = expectChecks(`
steps:
  - { id: load, component: /any/thing }
  - { id: load.more, component: /any/thing }
evaluation: eager
output:
  - { $step: load.profile.name }
    ~~~~~~~~~~~~~~~~~~~~~~~~~~~~ unknown-step
  - { $step: "load[0].id" }
    ~~~~~~~~~~~~~~~~~~~~~~~ unknown-step
  - { $step: load.more.id }
    ~~~~~~~~~~~~~~~~~~~~~~~ unknown-step
  - { $step: loader.id }
    ~~~~~~~~~~~~~~~~~~~~ unknown-step`);
    expect(texts.map((text) => text.split(' | ')[1])).toEqual([
      'Write { $step: load, path: profile.name }.',
      'Write { $step: load, path: "[0].id" }.',
      'Write { $step: load.more, path: id }.',
      'Use the id of a step in this flow.',
    ]);
  });
});

describe('a path in the input of a built-in component', () => {
  it('that is none is told where it is written', () => {
    const texts = expectChecks(`
inputSchema: { type: object, properties: { a: {} } }
steps:
  - { id: ids, component: /builtin/extract, input: { data: { $input: a }, path: "$[*].id" } }
                                                                                ~~~~~~~~~ bad-path
  - { id: last, component: /extract, input: { data: { $input: a }, path: "items[-1]" } }
                                                                         ~~~~~~~~~~~ bad-path
  - id: results
    component: /builtin/extract
    input: { data: { $input: a }, path: "results[*].result" }
                                        ~~~~~~~~~~~~~~~~~~~ bad-path
  - id: several
    component: /data/extract_multiple
    input: { data: { $input: a }, fields: [id, "tags[*]"] }
                                          ~~~~~~~~~~~~~~~ bad-path
  - { id: right, component: /builtin/extract, input: { data: { $input: a }, path: "$[0].id" } }
  - { id: other, component: /any/thing, input: { data: { $input: a }, path: "$[*].id" } }`);
    expect(texts[0]).toContain('Wildcards and negative indices are not supported');
    expect(texts[2]).toContain('write "values"');
  });
});
