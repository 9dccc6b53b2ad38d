import fc from 'fast-check';
import type { Json } from '../../lib/protocol/json.ts';
import { fieldName, jsonValue, onceIn, path } from './draw-values.ts';

/** Which of the three dialects a reference is written in. */
type Dialect = 'current' | 'guide' | '2025';

/**
 * An expression as drawn. A step is a number, which becomes an id only once the steps before it are known, so that every
 * part can shrink separately.
 */
export type Draft =
  | { readonly kind: 'value'; readonly value: Json; readonly literal: boolean }
  | { readonly kind: 'input'; readonly path: string | undefined; readonly dialect: Dialect }
  | {
      readonly kind: 'step';
      readonly pick: number;
      readonly path: string | undefined;
      readonly dialect: Dialect;
      readonly onSkip: { readonly defaultValue?: Json } | undefined;
    }
  | { readonly kind: 'variable'; readonly name: string; readonly from: boolean; readonly fallback: Draft | undefined }
  | { readonly kind: 'map'; readonly entries: { readonly [key: string]: Draft } }
  | { readonly kind: 'list'; readonly items: readonly Draft[] }
  | { readonly kind: 'if'; readonly parts: readonly Draft[] }
  | { readonly kind: 'coalesce'; readonly items: readonly Draft[] }
  | { readonly kind: 'operation'; readonly operator: string; readonly operands: readonly Draft[] };

const dialect = fc.constantFrom<Dialect>('current', 'guide', '2025');
const onSkip = onceIn(6, fc.record({ defaultValue: jsonValue }, { requiredKeys: [], noNullPrototype: true }));

const value = fc.record({ kind: fc.constant('value' as const), value: jsonValue, literal: fc.boolean() });
const input = fc.record({ kind: fc.constant('input' as const), path, dialect });
const step = fc.record({ kind: fc.constant('step' as const), pick: fc.nat(7), path, dialect, onSkip });

/** Names of variables: given for the run, set by the flow or by the schema, or nowhere; and paths into them. */
const variableName = fc.constantFrom('v', '$.v.a', 'v["a.b"]', 'nothing', 'own', 'own.b', 'schema', 'nowhere');

const variable = (any: fc.Arbitrary<Draft>): fc.Arbitrary<Draft> =>
  fc.record({
    kind: fc.constant('variable' as const),
    name: variableName,
    from: fc.boolean(),
    fallback: onceIn(2, any),
  });

const map = (any: fc.Arbitrary<Draft>): fc.Arbitrary<Draft> =>
  fc.record({
    kind: fc.constant('map' as const),
    entries: fc.oneof(
      { weight: 8, arbitrary: fc.dictionary(fieldName, any, { maxKeys: 3, noNullPrototype: true }) },
      { weight: 1, arbitrary: fc.record({ $blob: any, blobType: any, size: any }, { noNullPrototype: true }) },
    ),
  });

const list = (any: fc.Arbitrary<Draft>): fc.Arbitrary<Draft> =>
  fc.record({ kind: fc.constant('list' as const), items: fc.array(any, { maxLength: 3 }) });

const choice = (any: fc.Arbitrary<Draft>): fc.Arbitrary<Draft> =>
  fc.record({ kind: fc.constant('if' as const), parts: fc.array(any, { minLength: 2, maxLength: 3 }) });

const coalesce = (any: fc.Arbitrary<Draft>): fc.Arbitrary<Draft> =>
  fc.record({ kind: fc.constant('coalesce' as const), items: fc.array(any, { minLength: 1, maxLength: 3 }) });

/** How many operands each operator has; at least, for those that have any number. */
const OPERATORS: { readonly [operator: string]: readonly [least: number, most: number] } = {
  ...{ $eq: [2, 2], $ne: [2, 2], $lt: [2, 2], $lte: [2, 2], $gt: [2, 2], $gte: [2, 2], $in: [2, 2] },
  ...{ $length: [1, 1], $not: [1, 1], $concat: [0, 3], $and: [0, 3], $or: [0, 3] },
};

const operation = (any: fc.Arbitrary<Draft>): fc.Arbitrary<Draft> =>
  fc
    .constantFrom(...Object.entries(OPERATORS))
    .chain(([operator, [minLength, maxLength]]) =>
      fc.array(any, { minLength, maxLength }).map((operands): Draft => ({ kind: 'operation', operator, operands })),
    );

/** Any expression, some levels deep. */
export const draft: fc.Arbitrary<Draft> = fc.letrec<{ any: Draft }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 3, depthSize: 'small', withCrossShrink: true },
    { weight: 3, arbitrary: value },
    { weight: 3, arbitrary: input },
    { weight: 8, arbitrary: step },
    { weight: 1, arbitrary: variable(tie('any')) },
    { weight: 3, arbitrary: map(tie('any')) },
    { weight: 2, arbitrary: list(tie('any')) },
    { weight: 4, arbitrary: choice(tie('any')) },
    { weight: 4, arbitrary: coalesce(tie('any')) },
    { weight: 3, arbitrary: operation(tie('any')) },
  ),
})).any;
