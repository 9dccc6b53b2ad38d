import fc from 'fast-check';
import { type Draft, draft } from './draft.ts';
import { assemble, ids, inputs, mock, type Sample, type StepDraft, step, succeeds } from './draw-flow.ts';
import { jsonValue, onceIn, path } from './draw-values.ts';

/** A step among others that are like it: what its mock does, and what of its input is not the same for all. */
const member = fc.record({
  mock: fc.oneof({ weight: 12, arbitrary: succeeds.map((one) => [one]) }, { weight: 1, arbitrary: mock }),
  own: draft,
  value: jsonValue,
});
type Member = typeof member extends fc.Arbitrary<infer T> ? T : never;

/** How much of their input the steps share: nothing, all but a field, all but an item of a list in a field. */
const FORMS = ['nothing', 'field', 'item'] as const;

interface Likeness {
  readonly form: (typeof FORMS)[number];
  readonly same: Draft;
  readonly isRetried: boolean | undefined;
  /** How many steps come before: these are all that they read. */
  readonly sees: number;
}

function inputOf({ own, value }: Member, { form, same }: Likeness): Draft {
  const given: Draft = { kind: 'value', value, literal: true };
  if (form === 'nothing') return own;
  if (form === 'field') return { kind: 'map', entries: { same, own, given } };
  return {
    kind: 'map',
    entries: { same, 'a.b': given, a: { kind: 'list', items: [same, { kind: 'map', entries: { b: own } }] } },
  };
}

const memberStep = (one: Member, likeness: Likeness): StepDraft => ({
  mock: one.mock ?? [{ result: null }],
  builtin: { name: 'noop' },
  input: inputOf(one, likeness),
  skipIf: undefined,
  onError: likeness.isRetried ? { action: 'retry' } : undefined,
  mustExecute: undefined,
  rank: 0,
  sees: likeness.sees,
});

/** Flows in which some steps side by side are alike, and the output reads the same of each. */
export const wideFlow: fc.Arbitrary<Sample> = fc
  .record({
    ids,
    inputs,
    before: fc.array(step(onceIn(12, draft)), { maxLength: 2 }),
    members: fc.array(member, { minLength: 2, maxLength: 4 }),
    form: fc.constantFrom(...FORMS),
    same: draft,
    isRetried: onceIn(4, fc.constant(true)),
    after: fc.array(step(onceIn(4, draft)), { maxLength: 1 }),
    read: path,
    rest: onceIn(3, draft),
    evaluation: fc.constantFrom('eager' as const, 'lazy' as const),
    guaranteed: fc.boolean(),
    v: jsonValue,
  })
  .map(({ before, members, after, form, same, isRetried, read, rest, ...drawn }) => {
    const likeness: Likeness = { form, same, isRetried, sees: before.length };
    const reads = members.map((_, at): Draft => readOf(before.length + at, read));
    return assemble({
      ...drawn,
      steps: [...before, ...members.map((one) => memberStep(one, likeness)), ...after],
      output: { kind: 'list', items: [...reads, ...(rest ? [rest] : [])] },
    });
  });

const readOf = (pick: number, path: string | undefined): Draft => ({
  kind: 'step',
  pick,
  path,
  dialect: 'current',
  onSkip: undefined,
});
