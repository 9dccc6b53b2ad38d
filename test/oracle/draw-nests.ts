import fc from 'fast-check';
import type { Json } from '../../lib/protocol/json.ts';
import type { Sample } from './draw-flow.ts';
import { onceIn } from './draw-values.ts';
import { type Behaviour, gives, SKIPS } from './mocked.ts';

/** Each level puts the nest so far into an expression, as one of its parts. */
const LEVELS = {
  // biome-ignore lint/suspicious/noThenProperty: a key of the language.
  condition: (inner: Json, leaf: Json, other: Json) => ({ $if: inner, then: leaf, else: other }),
  // biome-ignore lint/suspicious/noThenProperty: a key of the language.
  then: (inner: Json, leaf: Json, other: Json) => ({ $if: leaf, then: inner, else: other }),
  // biome-ignore lint/suspicious/noThenProperty: a key of the language.
  else: (inner: Json, leaf: Json, other: Json) => ({ $if: leaf, then: other, else: inner }),
  first: (inner: Json, leaf: Json) => ({ $coalesce: [inner, leaf] }),
  last: (inner: Json, leaf: Json) => ({ $coalesce: [leaf, inner] }),
  middle: (inner: Json, leaf: Json, other: Json) => ({ $coalesce: [leaf, inner, other] }),
  map: (inner: Json) => ({ a: inner }),
  list: (inner: Json, leaf: Json) => [inner, leaf],
};

type Kind = keyof typeof LEVELS;

/** A part that is no nest: a step's result or a part of it, which may be missing, the flow's input, or a literal. */
type LeafKind = 'step' | 'path' | 'useDefault' | 'input' | 'literal';

interface Level {
  readonly kind: Kind;
  readonly leaves: readonly [LeafKind, LeafKind];
  readonly literal: Json;
}

const leafKind = fc.constantFrom<LeafKind>('step', 'step', 'step', 'path', 'useDefault', 'input', 'input', 'literal');

const level = fc.record<Level>({
  kind: fc.constantFrom(...(Object.keys(LEVELS) as Kind[])),
  leaves: fc.tuple(leafKind, leafKind),
  literal: fc.constantFrom<Json>(null, false, true, 0, 'text'),
});

/** Most levels of a nest are of the same few kinds: what grows without bound does so by repetition. */
const levels = (minLength: number, maxLength: number) =>
  fc.oneof(
    fc.array(level, { minLength, maxLength }),
    fc
      .tuple(fc.array(level, { minLength: 1, maxLength: 3 }), fc.integer({ min: minLength, max: maxLength }))
      .map(([some, length]) => Array.from({ length }, (_, at) => some[at % some.length] as Level)),
  );

function leafOf(kind: LeafKind, at: number, { literal }: Level): Json {
  switch (kind) {
    case 'step':
      return { $step: `s${at}` };
    case 'path':
      return { $step: `s${at}`, path: 'p' };
    case 'useDefault':
      return { $from: { step: `s${at}` }, onSkip: { action: 'useDefault', defaultValue: literal } };
    case 'input':
      return { $input: `f${at}` };
    case 'literal':
      return literal;
  }
}

/** An expression that is nested in itself. Its leaves at level n are of the steps `s2n` and `s2n+1`. */
const nestOf = (all: readonly Level[]): Json =>
  all.reduce<Json>(
    (inner, each, at) =>
      LEVELS[each.kind](inner, leafOf(each.leaves[0], 2 * at, each), leafOf(each.leaves[1], 2 * at + 1, each)),
    { $input: 'innermost' },
  );

/** What a step that may be skipped reads. */
const READ = ['r1', 'r2', 'r3', 'r4', 'r5'];

/** Where the nest is: in the output, in a step's input or `skipIf`, or in the default of one that fails. */
const PLACES = {
  output: (nest: Json) => ({ output: nest }),
  input: (nest: Json) => ({ steps: [task('last', nest)], output: { $coalesce: [{ $step: 'last' }, 'none'] } }),
  skipIf: (nest: Json) => ({
    steps: [
      ...READ.map((id) => task(id, id)),
      {
        ...task(
          'last',
          READ.map((id) => ({ $step: id })),
        ),
        skipIf: nest,
      },
    ],
    output: { $coalesce: [{ $step: 'last' }, 'none'] },
  }),
  default: (nest: Json) => ({
    steps: [{ ...task('last', 1), onError: { action: 'useDefault', defaultValue: nest } }],
    output: { $coalesce: [{ $step: 'last' }, 'none'] },
  }),
};

const task = (id: string, input: Json): { readonly [key: string]: Json } => ({ id, component: '/mock/any', input });

const behaviour = fc.constantFrom<Behaviour>(
  ...[null, false, true, 'x', { p: true }, { p: null }, { q: 1 }].map(gives),
  SKIPS,
);

const value = fc.constantFrom<Json | undefined>(null, false, true, 'y', undefined);

/** The flow's input has a value at most of its paths. */
const inputOf = (values: readonly (Json | undefined)[]): Json =>
  Object.fromEntries(values.flatMap((one, at) => (one === undefined ? [] : [[`f${at}`, one]])));

/** A flow with conditions and values that are nested in each other. */
export const nests = (minLength: number, maxLength: number): fc.Arbitrary<Sample> =>
  levels(minLength, maxLength).chain((all) =>
    fc
      .record({
        place: fc.constantFrom(...(Object.keys(PLACES) as (keyof typeof PLACES)[])),
        values: fc.array(value, { minLength: 2 * all.length, maxLength: 2 * all.length }),
        others: fc.array(value, { minLength: 2 * all.length, maxLength: 2 * all.length }),
        behaviours: fc.array(behaviour, { minLength: 2 * all.length, maxLength: 2 * all.length }),
      })
      .map(({ place, values, others, behaviours }): Sample => {
        const { steps = [], output }: { steps?: readonly Json[]; output: Json } = PLACES[place](nestOf(all));
        const own = behaviours.map((_, at) => task(`s${at}`, at));
        return {
          source: JSON.stringify({ steps: [...own, ...steps], output, evaluation: 'lazy' }),
          inputs: [inputOf(values), inputOf(others)],
          variables: {},
          mocks: {
            ...Object.fromEntries(behaviours.map((one, at) => [`s${at}`, [one]])),
            '/mock/any': [gives('read')],
            last: [
              place === 'default'
                ? { outcome: 'failed', error: { code: 'COMPONENT_FAILED', message: '' } }
                : gives('last'),
            ],
          },
        };
      }),
  );

/** How a step reads the ones before it: under one condition or under several. */
const LINKS = {
  // biome-ignore lint/suspicious/noThenProperty: a key of the language.
  arms: (asked: Json, _: Json, before: Json) => ({ $if: asked, then: { a: before }, else: { b: before } }),
  twice: (asked: Json, other: Json, before: Json) => ({
    // biome-ignore lint/suspicious/noThenProperty: a key of the language.
    a: { $if: asked, then: before },
    // biome-ignore lint/suspicious/noThenProperty: a key of the language.
    b: { $if: other, then: before },
  }),
  both: (asked: Json, other: Json, before: Json, earlier: Json) => ({
    // biome-ignore lint/suspicious/noThenProperty: a key of the language.
    a: { $if: asked, then: before },
    // biome-ignore lint/suspicious/noThenProperty: a key of the language.
    b: { $if: other, else: earlier, then: 0 },
  }),
  fallback: (asked: Json, _: Json, before: Json) => ({ $coalesce: [asked, before] }),
  default: (asked: Json, other: Json, before: Json, earlier: Json) => ({
    $coalesce: [asked, { x: { $coalesce: [other, earlier] }, y: before }],
  }),
};

interface Link {
  readonly kind: keyof typeof LINKS;
  /** Whether each condition reads a step of its own; else it reads the flow's input. */
  readonly bySteps: readonly [boolean, boolean];
}

const link = fc.record<Link>({
  kind: fc.constantFrom(...(Object.keys(LINKS) as (keyof typeof LINKS)[])),
  bySteps: fc.tuple(fc.boolean(), fc.boolean()),
});

const links = (minLength: number, maxLength: number) =>
  fc.oneof(
    fc.array(link, { minLength, maxLength }),
    fc
      .tuple(link, fc.integer({ min: minLength, max: maxLength }))
      .map(([one, length]): Link[] => Array.from({ length }, () => one)),
  );

/** Most conditions hold, so that most of a chain is wanted in many runs. */
const flagValue = fc
  .tuple(fc.integer({ min: 0, max: 9 }), value)
  .map(([number, any]) => (number === 0 ? any : number % 2 === 0 ? true : null));

/** A chain of steps, each of which reads those before it under conditions: the ways in which one may be wanted multiply. */
export const chains = (minLength: number, maxLength: number): fc.Arbitrary<Sample> =>
  links(minLength, maxLength).chain((all) => {
    const flags = fc.array(flagValue, { minLength: 2 * all.length, maxLength: 2 * all.length });
    return fc.tuple(flags, flags, flags).map(([ofSteps, ...ofInputs]): Sample => {
      const asked = (at: number, bySteps: boolean): Json => (bySteps ? { $step: `c${at}` } : { $input: `f${at}` });
      const before = (at: number): Json => ({ $step: `s${Math.max(0, at)}` });
      const steps = all.flatMap(({ kind, bySteps: [one, other] }, at) => [
        ...[2 * at, 2 * at + 1].filter((_, which) => (which === 0 ? one : other)).map((id) => task(`c${id}`, id)),
        task(`s${at + 1}`, LINKS[kind](asked(2 * at, one), asked(2 * at + 1, other), before(at), before(at - 1))),
      ]);
      return {
        source: JSON.stringify({
          steps: [task('s0', 'first'), ...steps],
          output: { last: { $step: `s${all.length}` } },
        }),
        inputs: ofInputs.map(inputOf),
        variables: {},
        mocks: {
          '/mock/any': [gives('done')],
          ...Object.fromEntries(ofSteps.map((one, at) => [`c${at}`, [gives(one ?? null)]])),
        },
      };
    });
  });

/** How a flow is run by the one around it. The items of a `map` are only known at run time, or are two. */
const RUNNERS = {
  map: (flow: Json) => runnerOf('/map', { items: { $input: '$' }, workflow: flow }, 'values'),
  items: (flow: Json) => runnerOf('/map', { items: [[1], [2]], workflow: flow }, 'values'),
  eval: (flow: Json) => runnerOf('/eval', { flow, input: { $input: '$' } }, 'result.result'),
  iterate: (flow: Json) =>
    runnerOf(
      '/iterate',
      {
        flow: {
          steps: runnerOf('/eval', { flow, input: { $input: '$' } }, 'result.result').steps,
          output: { result: { $step: 'inner' } },
        },
        initial_input: { $input: '$' },
      },
      'result',
    ),
};

const runnerOf = (component: string, input: Json, path: string) => ({
  steps: [{ id: 'inner', component, input }],
  output: { $step: 'inner', path },
});

/** Flows that run each other, all in the same way. */
export const flowsInFlows = (least: number, most: number): fc.Arbitrary<Json> =>
  fc
    .tuple(fc.constantFrom(...Object.values(RUNNERS)), fc.integer({ min: least, max: most }), onceIn(3, fc.nat(3)))
    .map(([run, depth, timed]) =>
      Array.from({ length: depth }).reduce<Json>((flow, _, at) => (at === timed ? inTime(run(flow)) : run(flow)), {
        steps: [task('own', 1)],
        output: { $step: 'own' },
      }),
    );

/** A flow of one step, which has more time than it takes, and then a state machine of its own. */
const inTime = (flow: ReturnType<typeof runnerOf>) => ({
  ...flow,
  steps: flow.steps.map((step) => ({
    ...step,
    timeout: 600,
    onError: { action: 'retry', maxRetries: 1, on: ['CANCELLED'] },
  })),
});

/** `map` in `map`, over lists in lists of the flow's input. */
export const mapsInMaps = (depth: number): fc.Arbitrary<Sample> =>
  fc.array(fc.integer({ min: 0, max: 3 }), { minLength: depth, maxLength: depth }).map((lengths): Sample => {
    const flow = lengths.reduce<Json>((inner) => RUNNERS.map(inner), {
      steps: [task('own', { $input: '$' })],
      output: { $step: 'own' },
    });
    const lists = (most: number) =>
      lengths.reduce<Json>((inner, length) => Array.from({ length: Math.min(length, most) }, () => inner), 'item');
    return {
      source: JSON.stringify(flow),
      inputs: [lists(2), lists(1)],
      variables: {},
      mocks: { '/mock/any': [gives('own')] },
    };
  });
