import { describe, expect, it } from 'vitest';
import { profileDiagnostics, profileFileOf, readProfile } from '../../../lib/compiler/plan/profile.ts';
import { expectDiagnostics } from '../../diagnostics/expect-diagnostics.ts';

const expectProblems = (annotated: string): readonly string[] =>
  expectDiagnostics(annotated, (source) => readProfile(source, 'flow.profile.json').diagnostics);

describe('a profile', () => {
  it('is read with the seconds of steps and components', () => {
    const { profile, diagnostics } = readProfile(
      '{"steps": {"a": {"seconds": 1.5, "samples": 3}}, "components": {"/my/load": {"seconds": 0}}}',
      'flow.profile.json',
    );
    expect(diagnostics).toEqual([]);
    expect(profile).toEqual({ steps: { a: { seconds: 1.5 } }, components: { '/my/load': { seconds: 0 } } });
  });

  it('may have either part, or none', () => {
    expect(readProfile('{"steps": {"a": {"seconds": 1}}}', 'p').profile).toEqual({
      steps: { a: { seconds: 1 } },
      components: {},
    });
    expect(readProfile('{}', 'p')).toMatchObject({ profile: { steps: {}, components: {} }, diagnostics: [] });
  });

  it('reports what is wrong, with its position', () => {
    const texts = expectProblems(`
{
  "steps": {
    "a": {"seconds": "fast"},
                     ~~~~~~ wrong-type
    "b": {"seconds": -1},
                     ~~ wrong-type
    "c": {},
    ~~~ missing-key
    "d": 5
         ~ wrong-type
  },
  "components": [1]
                ~~~ wrong-type
}`);
    expect(texts).toEqual([
      '"seconds" of the step "a" of a profile is the string "fast", but a number of at least 0 is expected | Write a number of at least 0 for "seconds" of the step "a" of a profile.',
      '"seconds" of the step "b" of a profile is the number -1, but a number of at least 0 is expected | Write a number of at least 0 for "seconds" of the step "b" of a profile.',
      'The step "c" of a profile has no "seconds" | Add "seconds" to the step "c" of a profile.',
      'The step "d" of a profile is the number 5, but a map is expected | Write a map for the step "d" of a profile.',
      '"components" of a profile is a list, but a map is expected | Write a map for "components" of a profile.',
    ]);
  });

  it('accepts no more seconds than an execution may take', () => {
    const [text] = expectProblems(`
{"steps": {"a": {"seconds": 1e308}}}
                            ~~~~~ wrong-type`);
    expect(text).toContain('a number of at most 31622400, a year, is expected');
  });

  it('reports a misspelt key', () => {
    const [text] = expectProblems(`
{"step": {}}
 ~~~~~~ unknown-key`);
    expect(text).toContain('Did you mean "steps"?');
  });

  it.each([
    ['no JSON', '{"steps": {', 'yaml-syntax'],
    ['a list', '[]', 'wrong-type'],
    ['nothing', '', 'wrong-type'],
    ['a number beyond all numbers', '{"steps": {"a": {"seconds": 1e999}}}', 'number-too-large'],
  ])('is none where the file holds %s', (_, source, code) => {
    const { profile, diagnostics } = readProfile(source, 'flow.profile.json');
    expect(profile).toBeUndefined();
    expect(diagnostics.map((one) => one.code)).toContain(code);
  });

  it('warns of steps that the flow does not have', () => {
    const read = readProfile('{"steps": {"load": {"seconds": 1},\n "sav": {"seconds": 1}}}', 'flow.profile.json');
    const compiled = { stateMachine: {}, steps: [{ id: 'load' }, { id: 'save' }], absorbed: [] };
    expect(profileDiagnostics(read, compiled)).toEqual([
      expect.objectContaining({
        code: 'unknown-profile-step',
        severity: 'warning',
        help: 'Did you mean "save"?',
        file: 'flow.profile.json',
        ...{ line: 2, column: 2, endLine: 2, endColumn: 7 },
      }),
    ]);
  });

  it.each(['x/name.yaml', 'x/name.yml', 'x/name.flow.yaml', 'x/name.flow.json'])('is beside %s', (file) => {
    expect(profileFileOf(file)).toBe('x/name.profile.json');
  });
});
