import { describe, it } from 'vitest';
import { expectChecks } from './expect-checks.ts';

describe('a default that a reader cannot take', () => {
  it('is told at the default', () => {
    expectChecks(`
steps:
  - id: load
    component: /user/load
    input: { user_id: u001 }
    onError: { action: useDefault, defaultValue: { nam: Ada } }
                                                 ~~~~~~~~~~~~ default-type
  - id: other
    component: /user/load
    input: { user_id: u001 }
    onError: { action: continue, defaultValue: { age: old } }
                                               ~~~~~~~~~~~~ default-type
  - id: add
    component: /math/add
    input: { a: { $step: other, path: age }, b: 1 }
output: [{ $step: load, path: profile.name }, { $step: add }]`);
  });

  it('is told of any component, and at every depth', () => {
    expectChecks(`
steps:
  - id: each
    component: /map
    input:
      items: [1]
      workflow:
        steps:
          - { id: a, component: /unknown/one, onError: { action: useDefault, defaultValue: { txt: 1 } } }
                                                                                           ~~~~~~~~~~ default-type
        output: { $step: a, path: text }
output: { $step: each }`);
  });

  it('is none where the readers take it', () => {
    expectChecks(`
steps:
  - { id: a, component: /unknown/one, onError: { action: useDefault, defaultValue: { txt: 1 } } }
  - { id: b, component: /unknown/one, onError: { action: useDefault } }
  - { id: c, component: /unknown/one, onError: { action: useDefault, defaultValue: { text: { $input: t } } } }
output:
  - { $coalesce: [{ $step: a, path: text }, none] }
  - { $step: b, path: text }
  - { $step: c, path: text.more }`);
  });
});
