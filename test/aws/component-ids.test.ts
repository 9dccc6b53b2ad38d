import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { componentId } from '../../lib/aws/component-ids.ts';
import { runs } from '../chance.ts';

describe('the construct id of a component', () => {
  it.each([
    ['/user/load', 'UserLoad'],
    ['/builtin/put_blob', 'BuiltinPut_blob'],
    ['/a/b-c', 'AB-c'],
    ['/a-b/c', 'A-bC'],
    ['/a/b/c', 'ABC'],
  ])('of %s is %s', (path, id) => {
    expect(componentId(path)).toBe(id);
  });

  it.each(['/a/bC', '/A/b', '/a/b.c', '/a/1b', '/日/次', '/a/b+/c/d', `/a/${'x'.repeat(200)}`])(
    'of %s has a hash',
    (path) => {
      expect(componentId(path)).toMatch(/^[A-Za-z0-9]{0,100}\.[0-9a-f]{12}$/);
    },
  );

  it('is another one for each path and each variant, and always the same one', () => {
    const part = fc.oneof(
      fc.constantFrom('a', 'b', 'A', 'ab', 'B', 'c', '1', '_', '-', '.', '日', 'x'.repeat(99)),
      fc.string({ minLength: 1, maxLength: 3 }),
    );
    const path = fc
      .array(fc.tuple(fc.constantFrom('/', '', '-', '_', '+/'), part), { minLength: 1, maxLength: 5 })
      .map((parts) => `/${parts.flat().join('')}`);
    const asked = fc.tuple(path, fc.constantFrom('', '', '1', '2'));
    fc.assert(
      fc.property(
        fc.uniqueArray(asked, { selector: ([one, variant]) => `${one}\n${variant}`, maxLength: 30 }),
        (all) => {
          const ids = all.map(([one, variant]) => componentId(one, variant));
          expect(new Set(ids).size).toBe(all.length);
          expect([...all].reverse().map(([one, variant]) => componentId(one, variant))).toEqual([...ids].reverse());
          for (const id of ids) expect(id).not.toContain('/');
        },
      ),
      { numRuns: runs(500) },
    );
  });
});
