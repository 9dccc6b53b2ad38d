import { describe, expect, it } from 'vitest';
import { findProblems } from '../../lib/compiler/check/problems.ts';
import type { Json } from '../../lib/protocol/json.ts';
import { sampleValue } from '../../lib/simulate/sample.ts';

const object = (properties: { [name: string]: Json }, more: object = {}): Json => ({
  type: 'object',
  properties,
  ...more,
});

const SCHEMAS: readonly (readonly [string, Json])[] = [
  ['anything', true],
  ['a text', { type: 'string' }],
  ['a long text', { type: 'string', minLength: 20 }],
  ['a short text', { type: 'string', maxLength: 2 }],
  ['a date', { type: 'string', format: 'date-time' }],
  ['an address', { type: 'string', format: 'email' }],
  ['a number in a range', { type: 'number', minimum: 3, maximum: 4 }],
  ['a number off its bounds', { type: 'number', exclusiveMinimum: 1, exclusiveMaximum: 2 }],
  ['a negative number', { type: 'integer', maximum: -5 }],
  ['a whole number above a bound', { type: 'integer', exclusiveMinimum: 10 }],
  ['a multiple', { type: 'integer', minimum: 11, multipleOf: 5 }],
  ['one of several', { enum: ['small', 'large'] }],
  ['a constant', { const: { kind: 'user' } }],
  ['a list', { type: 'array', items: { type: 'integer' } }],
  ['a list of some length', { type: 'array', items: { type: 'string' }, minItems: 3 }],
  ['a type or null', { type: ['null', 'integer'] }],
  ['null', { type: 'null' }],
  ['a boolean', { type: 'boolean' }],
  ['an object', object({ id: { type: 'string' }, age: { type: 'integer' } }, { required: ['id'] })],
  ['an object whose required field no schema describes', { type: 'object', required: ['id'] }],
  ['an object without a type', { properties: { id: { type: 'string' } }, required: ['id'] }],
  ['objects in a list', { type: 'array', items: object({ id: { type: 'string' } }, { additionalProperties: false }) }],
  ['an alternative', { oneOf: [{ type: 'string' }, { type: 'integer' }] }],
  [
    'all of several',
    { allOf: [object({ a: { type: 'string' } }, { required: ['a'] }), object({ b: { type: 'integer' } })] },
  ],
  [
    'a reference',
    object(
      { user: { $ref: '#/$defs/user' } },
      { $defs: { user: object({ id: { type: 'string' } }) }, required: ['user'] },
    ),
  ],
  [
    'an alternative with a type',
    { type: 'object', anyOf: [{ required: ['a'] }], properties: { a: { type: 'string' } } },
  ],
];

describe('a sample of a schema', () => {
  it.each(SCHEMAS)('fits: %s', (_, schema) => {
    const made = sampleValue(schema);
    expect(findProblems(made, { schema, root: schema }, true), JSON.stringify(made)).toEqual([]);
  });

  it('takes what the schema names itself', () => {
    expect(sampleValue({ type: 'string', default: 'x' })).toBe('x');
    expect(sampleValue({ type: 'string', examples: ['y', 'z'] })).toBe('y');
  });

  it('is true where that is free, so that conditions hold', () => {
    expect(sampleValue({ type: 'boolean' })).toBe(true);
    expect(sampleValue(undefined)).toBe(true);
  });

  it('of a schema that holds itself has an end', () => {
    const tree: Json = object({ child: { $ref: '#' } });
    expect(JSON.stringify(sampleValue(tree)).length).toBeLessThan(200);
  });
});
