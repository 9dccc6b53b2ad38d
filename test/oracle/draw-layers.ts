import fc from 'fast-check';
import { type Draft, draft } from './draft.ts';
import { assemble, ids, inputs, type Sample, type StepDraft, step } from './draw-flow.ts';
import { jsonValue, onceIn, path } from './draw-values.ts';

/** The most steps that make values, and that read them. */
const MAKERS = 3;
const READERS = 3;

const reference = fc.record({
  kind: fc.constant('step' as const),
  pick: fc.nat(MAKERS - 1),
  path,
  dialect: fc.constant('current' as const),
  onSkip: onceIn(4, fc.record({ defaultValue: jsonValue })),
});

/** How a reader reads a step of the layer before: as it is, in a list that is tested, or where it may be absent. */
const read: fc.Arbitrary<Draft> = fc.oneof(
  { weight: 6, arbitrary: reference },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('coalesce' as const),
      items: fc.array(reference, { minLength: 1, maxLength: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.tuple(reference, reference, reference).map((parts): Draft => ({ kind: 'if', parts })) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(reference, reference, reference)
      .map(([tested, ...others]): Draft => ({ kind: 'if', parts: [{ kind: 'list', items: [tested] }, ...others] })),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(reference, reference)
      .map(([one, other]): Draft => ({ kind: 'coalesce', items: [{ kind: 'map', entries: { a: one } }, other] })),
  },
);

const reader = fc.record({
  own: step(onceIn(6, read)),
  reads: fc.array(read, { minLength: 1, maxLength: 3 }),
  more: onceIn(4, draft),
});

const readerStep = ({ own, reads, more }: { own: StepDraft; reads: readonly Draft[]; more: Draft | undefined }) => ({
  ...own,
  builtin: { name: 'noop' as const },
  input: {
    kind: 'map' as const,
    entries: { of: { kind: 'list' as const, items: [...reads, ...(more ? [more] : [])] } },
  },
});

/** Flows of two layers, in which the steps of the second read many of the first. */
export const layeredFlow: fc.Arbitrary<Sample> = fc
  .record({
    ids,
    inputs,
    makers: fc.array(step(onceIn(12, draft)), { minLength: 2, maxLength: MAKERS }),
    readers: fc.array(reader, { minLength: 2, maxLength: READERS }),
    rest: onceIn(4, draft),
    evaluation: fc.constantFrom('eager' as const, 'lazy' as const),
    guaranteed: fc.boolean(),
    v: jsonValue,
  })
  .map(({ makers, readers, rest, ...drawn }) => {
    const makerSteps = makers.map((one): StepDraft => ({ ...one, sees: 0 }));
    const readerSteps = readers.map((one): StepDraft => ({ ...readerStep(one), sees: makers.length }));
    const last = readers.map(
      (_, at): Draft => ({
        ...{ kind: 'step', pick: makers.length + at, path: undefined, dialect: 'current' },
        onSkip: { defaultValue: 'skipped' },
      }),
    );
    return assemble({
      ...drawn,
      steps: [...makerSteps, ...readerSteps],
      output: { kind: 'list', items: [...last, ...(rest ? [rest] : [])] },
    });
  });
