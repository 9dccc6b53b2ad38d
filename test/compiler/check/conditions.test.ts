import { describe, expect, it } from 'vitest';
import { expectChecks } from './expect-checks.ts';

describe('a condition that is never true', () => {
  it('is a constant, by the rules of where it stands', () => {
    expectChecks(`
steps:
  - id: a
    component: /any/thing
    skipIf: 0
            ~ never-true
    input: { $if: null, then: 1 }
                  ~~~~ never-true
  - id: b
    component: /any/thing
    skipIf: { $input: s }
    input: { $if: 0, then: 1 }
                  ~ always-true`);
  });

  it('is something whose schema says so', () => {
    const texts = expectChecks(`
steps:
  - id: load
    component: /user/load
    input: { user_id: u001 }
  - id: a
    component: /any/thing
    skipIf: { $step: load, path: cached }
            ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ never-true
    input:
      - { $if: { $step: load, path: valid }, then: 1 }
               ~~~~~~~~~~~~~~~~~~~~~~~~~~~~ always-true
      - { $if: { $step: load, path: age }, then: 1 }
               ~~~~~~~~~~~~~~~~~~~~~~~~~~ always-true
      - { $if: { $coalesce: [{ $step: load, path: cached }, false] }, then: 1 }
               ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ never-true`);
    expect(texts[0]).toBe('This skipIf is never true: its value is false | Remove the skipIf, or fix it.');
    expect(texts[2]).toContain(
      'This $if is always true: its value is a number | For $if, only false, null and a missing value',
    );
  });

  it('is something that is never there', () => {
    expectChecks(`
steps:
  - id: load
    component: /user/load
    input: { user_id: u001 }
output:
  $if: { $step: load, path: valdi }
       ~~~~~~~~~~~~~~~~~~~~~~~~~~~~ never-true
                            ~~~~~ doubtful-path
  then: 1`);
  });
});

describe('a condition with two answers is no fault', () => {
  it.each([
    ['$if', '{ $step: load, path: email }'],
    ['$if', '{ $step: load, path: nick }'],
    ['$if', '{ $coalesce: [{ $input: on }, false] }'],
    ['$if', '{ $variable: on, default: false }'],
    ['$if', '{ $variable: on }'],
    ['$if', '{ $if: { $input: a }, then: true, else: false }'],
    ['$if', '{ $step: find }'],
    ['skipIf', '{ $step: load, path: age }'],
    ['skipIf', '{ $step: load, path: valid }'],
  ])('%s: %s', (key, condition) => {
    const step = key === '$if' ? `input: { $if: ${condition}, then: 1 }` : `skipIf: ${condition}`;
    expectChecks(`
variables: { on: false }
steps:
  - { id: load, component: /user/load, input: { user_id: u001 } }
  - { id: find, component: /text/find, input: { text: a } }
  - id: it
    component: /any/thing
    ${step}`);
  });
});
