import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  allWithin,
  childrenOf,
  type Expression,
  forEachChild,
  literal,
  mapChildren,
} from '../../lib/flow/expression.ts';

const span = { line: 1, column: 1, endLine: 1, endColumn: 2 };
const path = { text: '$', path: { segments: [] } };

const { expression: drawn } = fc.letrec<{ expression: Expression }>((tie) => {
  const part = tie('expression');
  const parts = fc.array(part, { maxLength: 3 });
  const all: { readonly [K in Expression['kind']]: fc.Arbitrary<Extract<Expression, { kind: K }>> } = {
    literal: fc.integer().map((value) => literal(value, span)),
    // An object of its own each time: an `$if` with one object for both arms has one arm.
    input: fc.constant('input' as const).map((kind) => ({ kind, path, span })),
    step: fc.string().map((step) => ({ kind: 'step', step, path, span })),
    variable: fc.option(part, { nil: undefined }).map((fallback) => ({
      ...{ kind: 'variable', name: 'v', path, span },
      ...(fallback && { fallback }),
    })),
    map: parts.map((values) => ({
      kind: 'map',
      entries: values.map((value, at) => ({ key: `k${at}`, keySpan: span, value })),
      span,
    })),
    list: parts.map((items) => ({ kind: 'list', items, span })),
    operation: parts.map((operands) => ({ kind: 'operation', operator: 'concat', operands, span })),
    coalesce: parts.map((items) => ({ kind: 'coalesce', items, span })),
    if: fc.record({
      kind: fc.constant('if'),
      condition: part,
      consequent: part,
      alternative: part,
      span: fc.constant(span),
    }),
  };
  return { expression: fc.oneof({ depthSize: 'small', withCrossShrink: true }, ...Object.values(all)) };
});

/** Everything in a value that looks like an expression, found without knowing the kinds. */
function looksLikeOne(value: unknown): readonly unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  if ('kind' in value) return [value];
  return Object.values(value).flatMap(looksLikeOne);
}

describe('the expressions that an expression is made of', () => {
  it('are all found, in the order in which they are written', () => {
    fc.assert(
      fc.property(drawn, (expression) => {
        expect(childrenOf(expression)).toEqual(Object.values(expression).flatMap(looksLikeOne));
      }),
    );
  });

  it('leave the expression the same object where none is changed', () => {
    fc.assert(
      fc.property(drawn, (expression) => {
        expect(mapChildren(expression, (child) => child)).toBe(expression);
      }),
    );
  });

  it('are changed each at its own place, the one expression left as it was', () => {
    fc.assert(
      fc.property(drawn, (expression) => {
        const before = structuredClone(expression);
        const names = childrenOf(expression).map((_, at) => literal(at, span));
        const next = names.values();
        const changed = mapChildren(expression, () => next.next().value ?? literal(null, span));
        expect(childrenOf(changed)).toEqual(names);
        expect(changed.kind).toBe(expression.kind);
        expect(expression).toEqual(before);
      }),
    );
  });

  it('may be changed one alone', () => {
    const list: Expression = { kind: 'list', items: [literal(1, span), literal(2, span), literal(3, span)], span };
    const changed = mapChildren(list, (child) =>
      child.kind === 'literal' && child.value === 2 ? literal(0, span) : child,
    );
    expect(childrenOf(changed)).toEqual([literal(1, span), literal(0, span), literal(3, span)]);
    expect(childrenOf(changed)[2]).toBe(list.items[2]);
  });

  it('have a role, which says when they are evaluated', () => {
    const [a, b, c] = [literal('a', span), literal('b', span), literal('c', span)];
    const rolesOf = (expression: Expression): readonly string[] => {
      const roles: string[] = [];
      forEachChild(expression, (_, role) => roles.push(role));
      return roles;
    };
    expect(rolesOf({ kind: 'if', condition: a, consequent: b, alternative: c, span })).toEqual([
      'condition',
      'arm',
      'arm',
    ]);
    expect(rolesOf({ kind: 'list', items: [a], span })).toEqual(['part']);
    expect(rolesOf({ kind: 'map', entries: [{ key: 'k', keySpan: span, value: a }], span })).toEqual(['part']);
    expect(rolesOf({ kind: 'coalesce', items: [a, b], span })).toEqual(['item', 'item']);
    expect(rolesOf({ kind: 'operation', operator: 'eq', operands: [a, b], span })).toEqual(['operand', 'operand']);
    expect(rolesOf({ kind: 'variable', name: 'v', path, fallback: a, span })).toEqual(['fallback']);
  });
});

describe('all within an expression', () => {
  it('is the expression, then all within each of its children', () => {
    fc.assert(
      fc.property(drawn, (expression) => {
        expect(allWithin(expression)).toEqual([expression, ...childrenOf(expression).flatMap(allWithin)]);
      }),
    );
  });
});
