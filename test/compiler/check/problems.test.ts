import { describe, expect, it } from 'vitest';
import { findProblems } from '../../../lib/compiler/check/problems.ts';
import type { Json } from '../../../lib/protocol/json.ts';

const problemsOf = (value: Json, schema: Json): readonly string[] =>
  findProblems(value, { schema, root: schema }, true).map(({ problem }) => problem);

describe('a pattern of a schema', () => {
  it('refuses a value for which it runs away', () => {
    const schema = { properties: { a: { pattern: '^(a+)+$' } } };
    expect(problemsOf({ a: `${'a'.repeat(40)}b` }, schema)).toEqual([
      'cannot be checked: the regular expression "^(a+)+$" takes longer than 2 seconds for a text of 41 characters',
    ]);
    expect(problemsOf({ a: 'aaa' }, schema)).toEqual([]);
    expect(problemsOf({ a: 'aab' }, schema)).toEqual(['is a string ("aab"), but it must match pattern "^(a+)+$"']);
  });

  it('counts characters, and may be one that is only valid without the flag u', () => {
    expect(problemsOf('😀', { pattern: '^.$' })).toEqual([]);
    expect(problemsOf('éa', { pattern: '^\\p{L}+$' })).toEqual([]);
    expect(problemsOf('a-b', { pattern: '^\\w+\\-\\w+\\_$' })).toHaveLength(1);
    expect(problemsOf({ 'a-': 1 }, { patternProperties: { '\\-': { type: 'string' } } })).toHaveLength(1);
  });
});
