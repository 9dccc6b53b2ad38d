import fc from 'fast-check';
import { type Draft, draft } from './draft.ts';
import { assemble, ids, inputs, mock, preceding, type Sample, type StepDraft, step, succeeds } from './draw-flow.ts';
import { jsonValue, onceIn, path } from './draw-values.ts';

/** One of several steps that are alike: what its mock does, and the parts of its input that differ. */
const member = fc.record({
  mock: fc.oneof({ weight: 12, arbitrary: succeeds.map((one) => [one]) }, { weight: 1, arbitrary: mock }),
  own: draft,
  value: jsonValue,
  after: preceding(6),
});
type Member = typeof member extends fc.Arbitrary<infer T> ? T : never;

/** What of their input differs: all of it, a field, or an item of a list in a field. */
const DIFFERENCES = ['everything', 'field', 'item'] as const;

interface Likeness {
  readonly difference: (typeof DIFFERENCES)[number];
  readonly same: Draft;
  readonly isRetried: boolean | undefined;
  /** How many steps come before: they read no others. */
  readonly sees: number;
}

function inputOf({ own, value }: Member, { difference, same }: Likeness): Draft {
  const given: Draft = { kind: 'value', value, literal: true };
  if (difference === 'everything') return own;
  if (difference === 'field') return { kind: 'map', entries: { same, own, given } };
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
  after: one.after,
  rank: 0,
  sees: likeness.sees,
});

/** Flows in which some parallel steps are alike, and the output reads the same path of each. */
export const wideFlow: fc.Arbitrary<Sample> = fc
  .record({
    ids,
    inputs,
    before: fc.array(step(onceIn(12, draft)), { maxLength: 2 }),
    members: fc.array(member, { minLength: 2, maxLength: 4 }),
    difference: fc.constantFrom(...DIFFERENCES),
    same: draft,
    isRetried: onceIn(4, fc.constant(true)),
    later: fc.array(step(onceIn(4, draft)), { maxLength: 1 }),
    read: path,
    rest: onceIn(3, draft),
    evaluation: fc.constantFrom('eager' as const, 'lazy' as const),
    guaranteed: fc.boolean(),
    v: jsonValue,
  })
  .map(({ before, members, later, difference, same, isRetried, read, rest, ...drawn }) => {
    const likeness: Likeness = { difference, same, isRetried, sees: before.length };
    const reads = members.map((_, at): Draft => readOf(before.length + at, read));
    return assemble({
      ...drawn,
      steps: [...before, ...members.map((one) => memberStep(one, likeness)), ...later],
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
