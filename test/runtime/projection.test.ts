import { describe, expect, it } from 'vitest';
import { project, projectSkipped } from '../../lib/runtime/projection.ts';

const RESULT = { id: 'u1', zero: 0, empty: '', no: false, nothing: null, profile: { name: 'Ada' }, list: [1] };

describe('the slots of a result', () => {
  it('hold the values read, and nothing else', () => {
    expect(project(RESULT, ['id', 'profile.name', '$.list[0]'], 's')).toEqual({
      id: 'u1',
      'profile.name': 'Ada',
      '$.list[0]': 1,
    });
  });

  it.each(['$', ''])('hold all of it under %j', (key) => {
    expect(project(RESULT, [key], 's')).toEqual({ [key]: RESULT });
  });

  it('are none where nothing is read', () => {
    expect(project(RESULT, [], 's')).toEqual({});
  });

  it.each([
    ['id', true, true, true],
    ['zero', true, false, true],
    ['empty', true, false, true],
    ['no', false, false, true],
    ['nothing', false, false, false],
    ['lost', false, false, false],
    ['profile', true, true, true],
  ])('test %s: $if %s, $skipIf %s, $present %s', (path, onIf, onSkipIf, present) => {
    const slots = project(RESULT, [`$if(${path})`, `$skipIf(${path})`, `$present(${path})`], 's');
    expect(Object.values(slots)).toEqual([onIf, onSkipIf, present]);
  });

  it('say of a missing path what there is in its place, and list it', () => {
    expect(project(RESULT, ['idd', 'profile.mail', 'list[3]', 'id.x', '$if(gone)'], 'load')).toEqual({
      idd: {
        $missing: '"idd" of step "load" (it has "id", "zero", "empty", "no", "nothing", "profile", "list")',
      },
      'profile.mail': { $missing: '"profile.mail" of step "load" (at "profile" there is an object with "name")' },
      'list[3]': { $missing: '"list[3]" of step "load" (at "list" there is a list of 1)' },
      'id.x': { $missing: '"id.x" of step "load" (at "id" there is a string ("u1"))' },
      '$if(gone)': false,
      $missing: ['idd', 'profile.mail', 'list[3]', 'id.x'],
    });
  });

  it('are null at every path of a result that is null', () => {
    expect(project(null, ['a.b', '$present(a)'], 's')).toEqual({ 'a.b': null, '$present(a)': false });
  });

  it('carry values that look like markers escaped', () => {
    expect(project({ a: { $skipped: true } }, ['a'], 's')).toEqual({ a: { $$skipped: true } });
  });

  it('cannot be asked for what is no path', () => {
    expect(() => project(RESULT, ['a['], 's')).toThrow(expect.objectContaining({ name: 'EXPRESSION_FAILURE' }));
  });
});

it('the slots of a skipped step are skipped, and its tests false', () => {
  expect(projectSkipped(['a', '$present(a)'])).toEqual({
    a: { $skipped: true },
    '$present(a)': false,
    $skipped: true,
  });
});
