import { describe, expect, it } from 'vitest';
import { expectChecks } from './expect-checks.ts';

describe('a step that nobody reads', () => {
  it('is told where it runs only because another one may be skipped', () => {
    const [text] = expectChecks(`
steps:
  - id: left_over
        ~~~~~~~~~ unused-step
    component: /any/thing
  - id: load
    component: /any/thing
    skipIf: { $input: known }
output: { $step: load }`);
    expect(text).toBe(
      'The step "left_over" runs, but nothing reads its result | Read its result or remove the step. If it runs for its side effect, set mustExecute: true.',
    );
  });

  it.each([
    ['says that it must run', '{ id: a, component: /any/thing, mustExecute: true }'],
    ['has a condition of its own', '{ id: a, component: /any/thing, skipIf: { $input: known } }'],
    ['stores something', '{ id: a, component: /cache/store, input: { key: k, value: 1 } }'],
    [
      'is read by another',
      '{ id: a, component: /any/thing }\n  - { id: b, component: /any/thing, mustExecute: true, input: { $step: a } }',
    ],
  ])('is well where it %s', (_, step) => {
    expectChecks(`
steps:
  - ${step}
  - { id: load, component: /any/thing, skipIf: { $input: known } }
output: { $step: load }`);
  });

  it('is well in a flow without an output, whose results are such steps', () => {
    expectChecks(`
steps:
  - { id: a, component: /any/thing }
  - { id: load, component: /any/thing, skipIf: { $input: known } }`);
  });
});

describe('a variable that nothing declares', () => {
  it('is an error without a default, a warning with one', () => {
    const texts = expectChecks(`
variablesSchema: { type: object, properties: { model: { type: string } } }
variables: { depth: 3 }
steps: []
output:
  - { $variable: modle }
    ~~~~~~~~~~~~~~~~~~~~ undefined-variable
  - { $variable: other, default: 1 }
    ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ undeclared-variable
  - { $variable: model }
  - { $variable: depth }`);
    expect(texts[0]).toBe('The variable "modle" is not declared and has no default | Did you mean "model"?');
    expect(texts[1]).toContain('Declare "other" in the properties of variablesSchema');
  });

  it('is one of the parent, inside an inner flow', () => {
    expectChecks(`
variables: { depth: 3 }
steps:
  - id: once
    component: /builtin/eval
    input:
      flow:
        $literal:
          steps: []
          output: { $variable: depth }
                  ~~~~~~~~~~~~~~~~~~~~ outer-variable`);
  });
});
