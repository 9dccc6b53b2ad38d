import fc from 'fast-check';
import type { Json } from '../../lib/protocol/json.ts';
import type { Draft } from './draft.ts';
import { assemble, type Sample, type StepDraft } from './draw-flow.ts';
import { compositeValue, numberValue, operandValue, stringValue } from './draw-operands.ts';
import { onceIn } from './draw-values.ts';
import { type Behaviour, fails, gives, SKIPS } from './mocked.ts';

// Operators over operands that mostly fit them.

/** What a step gives, and a flow gets: a field of each type, and one of any. */
export const typedRecord: fc.Arbitrary<Json> = fc
  .record({
    n: numberValue,
    s: stringValue,
    l: fc.array(operandValue, { maxLength: 3 }),
    m: fc.oneof(compositeValue, operandValue),
    f: fc.constantFrom<Json>(true, false, null),
    long: fc.constantFrom('x', 'é"', '😀').map((one) => one.repeat(50)),
  })
  // Lists that contain what else is there, and maps with their keys in another order.
  .chain((own) =>
    fc.constantFrom<Json>(
      own,
      { ...own, l: [...own.l, own.n, own.m] },
      { ...own, m: { y: own.n, x: own.s } },
      { ...own, m: { x: own.s, y: own.n } },
    ),
  );

type Typed = { number: Draft; text: Draft; list: Draft; any: Draft; truth: Draft };

const value = (json: Json): Draft => ({ kind: 'value', value: json, literal: true });
const operation = (operator: string, operands: readonly Draft[]): Draft => ({ kind: 'operation', operator, operands });

/** A field of a step's result, or of the flow's input. */
const field = (path: string | undefined): fc.Arbitrary<Draft> =>
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constant('step' as const),
        pick: fc.nat(7),
        path: fc.constant(path),
        dialect: fc.constant('current' as const),
        onSkip: onceIn(8, fc.record({ defaultValue: operandValue })),
      }),
    },
    { weight: 2, arbitrary: fc.constant<Draft>({ kind: 'input', path, dialect: 'current' }) },
  );

/** A variable that has a value of every type in it. */
const ofVariable = (name: string): Draft => ({ kind: 'variable', name, from: false, fallback: undefined });

const pairs = (operators: readonly string[], one: fc.Arbitrary<Draft>, other = one): fc.Arbitrary<Draft> =>
  fc.tuple(fc.constantFrom(...operators), one, other).map(([operator, ...both]) => operation(operator, both));

const choiceOf = (truth: fc.Arbitrary<Draft>, arm: fc.Arbitrary<Draft>): fc.Arbitrary<Draft> =>
  fc.tuple(truth, arm, arm).map((parts): Draft => ({ kind: 'if', parts }));

/** An operation on a path that is missing, or that may not fit. */
const OVER_MISSING = fc
  .tuple(
    fc.constantFrom('$lt', '$concat', '$gte'),
    fc.constantFrom('gone', 'n', 'm').chain(field),
    fc.constantFrom('gone', 's', 'n').chain(field),
  )
  .map(([operator, ...operands]) => operation(operator, operands));

const firstOf = (arm: fc.Arbitrary<Draft>): fc.Arbitrary<Draft> =>
  fc
    .tuple(
      fc.oneof(
        { weight: 1, arbitrary: field('gone') },
        { weight: 2, arbitrary: arm },
        { weight: 1, arbitrary: OVER_MISSING },
      ),
      arm,
    )
    .map((items): Draft => ({ kind: 'coalesce', items }));

const typed = fc.letrec<Typed>((tie) => {
  const [number, text, list, any, truth] = [tie('number'), tie('text'), tie('list'), tie('any'), tie('truth')];
  const kindOf = (leaves: readonly (readonly [number, fc.Arbitrary<Draft>])[], own: fc.Arbitrary<Draft>) =>
    fc.oneof(
      { maxDepth: 3, depthIdentifier: 'typed', withCrossShrink: true },
      ...leaves.map(([weight, arbitrary]) => ({ weight, arbitrary })),
      { weight: 4, arbitrary: own },
      { weight: 1, arbitrary: choiceOf(truth, tie('any')) },
    );
  return {
    number: kindOf(
      [
        [6, field('n')],
        [2, numberValue.map(value)],
        [1, fc.constant(ofVariable('typed.n'))],
      ],
      fc.oneof(
        fc.oneof(text, list, any).map((one) => operation('$length', [one])),
        firstOf(number),
      ),
    ),
    text: kindOf(
      [
        [6, field('s')],
        [1, field('long')],
        [2, stringValue.map(value)],
        [1, fc.constant(ofVariable('typed.s'))],
      ],
      fc.oneof(
        {
          weight: 3,
          arbitrary: fc
            .array(fc.oneof(text, number, truth), { maxLength: 3 })
            .map((parts) => operation('$concat', parts)),
        },
        { weight: 1, arbitrary: firstOf(text) },
      ),
    ),
    list: kindOf(
      [
        [5, field('l')],
        [1, fc.array(operandValue, { maxLength: 3 }).map(value)],
        [1, fc.constant(ofVariable('typed.l'))],
      ],
      fc.oneof(
        fc.array(any, { maxLength: 2 }).map((items): Draft => ({ kind: 'list', items })),
        firstOf(list),
      ),
    ),
    any: kindOf(
      [
        [3, field('m')],
        [1, field(undefined)],
        [1, field('gone')],
        [2, operandValue.map(value)],
      ],
      fc.oneof(number, text, list, truth),
    ),
    truth: kindOf(
      [
        [2, field('f')],
        [1, fc.constantFrom(true, false).map(value)],
      ],
      fc.oneof(
        { weight: 3, arbitrary: pairs(['$eq', '$ne'], any) },
        {
          weight: 2,
          arbitrary: fc
            .oneof(number, text, any)
            .chain((one) => pairs(['$eq'], fc.constant(one), fc.oneof(fc.constant(one), field('m')))),
        },
        { weight: 2, arbitrary: pairs(['$lt', '$lte', '$gt', '$gte'], number) },
        { weight: 2, arbitrary: pairs(['$lt', '$lte', '$gt', '$gte'], text) },
        { weight: 3, arbitrary: pairs(['$in'], any, list) },
        {
          weight: 2,
          arbitrary: fc
            .tuple(fc.constantFrom('$and', '$or'), fc.array(truth, { maxLength: 3 }))
            .map(([operator, parts]) => operation(operator, parts)),
        },
        { weight: 1, arbitrary: truth.map((one) => operation('$not', [one])) },
      ),
    ),
  };
});

/** An expression with operators that mostly fit. */
const expression: fc.Arbitrary<Draft> = fc.oneof(
  { weight: 3, arbitrary: typed.truth },
  { weight: 2, arbitrary: typed.text },
  { weight: 2, arbitrary: typed.number },
  { weight: 1, arbitrary: typed.list },
  { weight: 2, arbitrary: choiceOf(typed.truth, typed.any) },
  {
    weight: 2,
    arbitrary: fc
      .dictionary(fc.constantFrom('a', 'b', '$fault', '$operation'), typed.any, {
        minKeys: 1,
        maxKeys: 3,
        noNullPrototype: true,
      })
      .map((entries): Draft => ({ kind: 'map', entries })),
  },
);

const mock: fc.Arbitrary<readonly Behaviour[] | undefined> = fc.oneof(
  { weight: 14, arbitrary: typedRecord.map((one) => [gives(one)]) },
  { weight: 3, arbitrary: fc.constant(undefined) },
  { weight: 2, arbitrary: fc.constantFrom([SKIPS], [gives(null)], [fails()]) },
);

const step: fc.Arbitrary<StepDraft> = fc.record({
  mock,
  builtin: fc.constantFrom({ name: 'noop' as const }, { name: 'put_blob' as const, type: undefined }),
  input: expression,
  skipIf: onceIn(3, fc.oneof({ weight: 4, arbitrary: typed.truth }, { weight: 1, arbitrary: typed.any })),
  onError: onceIn(
    3,
    fc.record({ action: fc.constant('useDefault'), defaultValue: fc.oneof(expression, typedRecord.map(value)) }),
  ),
  mustExecute: onceIn(8, fc.constant(true)),
  rank: fc.nat(9),
});

const IDS = ['s0', 's1', 's2', 's3', 's4', 's5'];

/** Flows whose expressions are mostly operations. */
export const operationFlow: fc.Arbitrary<Sample> = fc
  .record({
    ids: fc.constant(IDS),
    inputs: fc.array(typedRecord, { minLength: 1, maxLength: 2 }),
    steps: fc.array(step, { minLength: 1, maxLength: 5, size: 'max' }),
    output: fc.oneof(
      {
        weight: 3,
        arbitrary: fc
          .array(expression, { minLength: 1, maxLength: 3 })
          .map((items): Draft => ({ kind: 'list', items })),
      },
      { weight: 2, arbitrary: expression },
      { weight: 1, arbitrary: fc.constant(undefined) },
    ),
    evaluation: fc.constantFrom('eager' as const, 'lazy' as const),
    guaranteed: fc.constant(false),
    v: operandValue,
    typed: typedRecord,
  })
  .map(({ typed, ...drawn }) => {
    const sample = assemble({ ...drawn, evaluation: drawn.output ? drawn.evaluation : 'eager' });
    return { ...sample, variables: { ...sample.variables, typed } };
  });
