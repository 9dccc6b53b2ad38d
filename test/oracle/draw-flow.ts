import fc from 'fast-check';
import { stringify } from 'yaml';
import type { Json } from '../../lib/protocol/json.ts';
import { type Draft, draft } from './draft.ts';
import { anyData, anyPrompt, type BuiltinDraft, builtin, plainData, writeBuiltin } from './draw-builtin.ts';
import { jsonRecord, jsonValue, onceIn, path } from './draw-values.ts';
import { type Behaviour, fails, type Mocks, SKIPS } from './mocked.ts';
import type { Given } from './oracle.ts';
import { type Before, type Written, write } from './write-draft.ts';

/** A flow's text, its mocks and variables, and the inputs of its runs. */
export interface Sample extends Omit<Given, 'input'> {
  readonly source: string;
  readonly inputs: readonly Json[];
}

const LONG = 'long-'.repeat(20);
const PLAIN_IDS = ['s0', 's1', 's2', 's3', 's4', 's5', 's6'];
/** Ids that look like functions, like each other or like states that the compiler adds, begin with a digit, or are long. */
const ODD_IDS = [
  ...['a.b', 'a-b', 'a_b', 'lookup', '1st', 'output', 'states', 'value', 'true', 'and', 'in', 's0_out', '-', '.', '0'],
  ...['constructor', 'toString', 'map', `${LONG}a`, `${LONG}b`],
];

type OnErrorDraft = { readonly action: string; readonly defaultValue?: Draft };

export interface StepDraft {
  readonly mock: readonly Behaviour[] | undefined;
  /** What the step calls if it has no mock. */
  readonly builtin: BuiltinDraft;
  readonly input: Draft;
  readonly skipIf: Draft | undefined;
  readonly onError: OnErrorDraft | undefined;
  readonly mustExecute: boolean | undefined;
  /** Of the steps before it, which it comes after. @default none */
  readonly after?: readonly number[] | undefined;
  /** The steps are written in the order of their ranks. */
  readonly rank: number;
  /** How many of the first steps it may read. @default all before it */
  readonly sees?: number;
}

export const succeeds = fc.record({
  outcome: fc.constant('success' as const),
  result: fc.oneof({ weight: 5, arbitrary: jsonRecord }, { weight: 1, arbitrary: jsonValue }),
});
const skips = fc.constant(SKIPS);
const failure = fc
  .constantFrom('COMPONENT_FAILED' as const, 'INVALID_INPUT' as const, 'TIMEOUT' as const)
  .map((code) => fails(code));
const picky = fc.tuple(jsonValue, succeeds).map(([input, one]): Behaviour => ({ ...one, input }));

/** One behaviour; one for some inputs, perhaps with one for the others; or undefined, for a built-in component. */
export const mock = fc.oneof(
  { weight: 30, arbitrary: succeeds.map((one): readonly Behaviour[] => [one]) },
  { weight: 30, arbitrary: fc.constant(undefined) },
  { weight: 8, arbitrary: skips.map((one) => [one]) },
  { weight: 2, arbitrary: failure.map((one) => [one]) },
  { weight: 2, arbitrary: fc.tuple(picky, fc.oneof(succeeds, skips)).map((pair) => [...pair]) },
  { weight: 1, arbitrary: picky.map((one) => [one]) },
);

/** What a step comes after, once in so many times. */
export const preceding = (times: number): fc.Arbitrary<readonly number[] | undefined> =>
  onceIn(times, fc.array(fc.nat(7), { minLength: 1, maxLength: 2 }));

const onError = fc.oneof(
  fc.constantFrom({ action: 'skip' }, { action: 'fail' }, { action: 'retry' }, { action: 'useDefault' }),
  fc.record({ action: fc.constantFrom('useDefault', 'continue'), defaultValue: draft }),
);

export const step = (skipIf: fc.Arbitrary<Draft | undefined>): fc.Arbitrary<StepDraft> =>
  fc.record({
    mock,
    builtin: builtin({ data: anyData, prompt: anyPrompt }),
    input: draft,
    skipIf,
    onError: onceIn(3, onError),
    mustExecute: onceIn(8, fc.constant(true)),
    after: preceding(3),
    rank: fc.nat(9),
  });

/** A step as people write them, mostly of a built-in component; with few variants, so that many are identical. */
const plainStep: fc.Arbitrary<StepDraft> = fc.record({
  mock: fc.oneof(
    { weight: 2, arbitrary: succeeds.map((one): readonly Behaviour[] => [one]) },
    { weight: 4, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.constantFrom<readonly Behaviour[]>([{ outcome: 'skipped' }], [{ result: null }]) },
  ),
  builtin: builtin({ data: plainData, prompt: plainData }),
  input: fc.oneof({ weight: 3, arbitrary: plainData }, { weight: 1, arbitrary: draft }),
  skipIf: onceIn(12, fc.oneof(plainData, draft)),
  onError: onceIn(12, onError),
  mustExecute: onceIn(16, fc.constant(true)),
  after: preceding(8),
  rank: fc.nat(9),
});

export const ids = fc.oneof(
  { weight: 2, arbitrary: fc.constant(PLAIN_IDS) },
  { weight: 1, arbitrary: fc.shuffledSubarray(ODD_IDS, { minLength: 7, maxLength: 7 }) },
);
export const inputs = fc.array(fc.oneof({ weight: 5, arbitrary: jsonRecord }, { weight: 1, arbitrary: jsonValue }), {
  minLength: 1,
  maxLength: 3,
});

/** Flows in which all steps run, most of them with a `skipIf` somewhere. */
export const eagerFlow: fc.Arbitrary<Sample> = fc
  .record({
    ids,
    inputs,
    steps: fc.array(step(onceIn(4, draft)), { maxLength: 6, size: 'max' }),
    output: fc.oneof({ weight: 1, arbitrary: fc.constant(undefined) }, { weight: 4, arbitrary: draft }),
    evaluation: fc.constant('eager' as const),
    guaranteed: fc.boolean(),
    v: jsonValue,
  })
  .map(assemble);

/** Several expressions, which want more steps than one does. */
const someDrafts = fc.array(draft, { minLength: 2, maxLength: 4 }).map((items): Draft => ({ kind: 'list', items }));

/** Flows in which only wanted steps run. */
export const lazyFlow: fc.Arbitrary<Sample> = fc
  .record({
    ids,
    inputs,
    steps: fc.array(step(onceIn(4, draft)), { maxLength: 6, size: 'max' }),
    output: fc.oneof({ weight: 2, arbitrary: draft }, { weight: 1, arbitrary: someDrafts }),
    evaluation: fc.constant('lazy' as const),
    guaranteed: fc.boolean(),
    v: jsonValue,
  })
  .map(assemble);

/** Flows of built-in components, most of which the passes can change. */
export const plainFlow: fc.Arbitrary<Sample> = fc
  .record({
    ids: fc.constant(PLAIN_IDS),
    inputs,
    steps: fc
      .array(fc.tuple(plainStep, onceIn(3, fc.constant(true))), { minLength: 2, maxLength: 6, size: 'max' })
      .map((drawn) => drawn.flatMap(([one, twice]) => (twice ? [one, one] : [one])).slice(0, PLAIN_IDS.length)),
    output: fc.oneof({ weight: 2, arbitrary: plainData }, { weight: 1, arbitrary: draft }),
    kind: fc.constantFrom('eager', 'lazy', 'without output'),
    guaranteed: fc.boolean(),
    v: jsonValue,
  })
  .map(({ output, kind, ...drawn }) =>
    assemble({
      ...drawn,
      output: kind === 'without output' ? undefined : output,
      evaluation: kind === 'lazy' ? 'lazy' : 'eager',
    }),
  );

const reference = (pick: number, path?: string): Draft => {
  return { kind: 'step', pick, path, dialect: 'current', onSkip: undefined };
};
const optional = (pick: number): Draft => ({ kind: 'coalesce', items: [reference(pick)] });

/** A step that reads all others, even if they are skipped. */
const lastStep: fc.Arbitrary<StepDraft> = fc.record({
  mock: fc.oneof(
    { weight: 4, arbitrary: succeeds.map((one): readonly Behaviour[] => [one]) },
    { weight: 1, arbitrary: fc.constantFrom<readonly Behaviour[]>([{ outcome: 'skipped' }], [{ result: null }]) },
  ),
  builtin: builtin({ data: anyData, prompt: anyPrompt }),
  input: fc.constant<Draft>({ kind: 'list', items: PLAIN_IDS.map((_, pick) => optional(pick)) }),
  skipIf: fc.constant(undefined),
  onError: onceIn(3, fc.constant({ action: 'retry' })),
  mustExecute: fc.constant(undefined),
  after: preceding(3),
  rank: fc.nat(9),
});

/** Flows with one last step; their outputs read paths of its result and of others. */
export const lastStepFlow: fc.Arbitrary<Sample> = fc
  .record({
    ids,
    inputs,
    steps: fc.array(step(onceIn(6, draft)), { minLength: 1, maxLength: 5, size: 'max' }),
    last: lastStep,
    own: fc.array(path, { minLength: 1, maxLength: 2 }),
    others: fc.array(draft, { maxLength: 2 }),
    guaranteed: fc.boolean(),
    v: jsonValue,
  })
  .map(({ steps, last, own, others, ...drawn }) =>
    assemble({
      ...drawn,
      steps: [...steps, last],
      output: { kind: 'list', items: [...own.map((at) => reference(steps.length, at)), ...others] },
      evaluation: 'lazy',
    }),
  );

/** Flows in which most steps read only the one before them, as in a fused chain. */
export const chainFlow: fc.Arbitrary<Sample> = fc
  .record({
    ids,
    inputs,
    steps: fc.array(fc.tuple(step(onceIn(12, draft)), anyData), { minLength: 2, maxLength: 6, size: 'max' }),
    last: anyData,
    evaluation: fc.constantFrom('eager' as const, 'lazy' as const),
    guaranteed: fc.boolean(),
    v: jsonValue,
  })
  .map(({ steps, last, ...drawn }) => {
    const linked = steps.map(([one, input], at) => ({
      ...one,
      input: ofStep(input, at - 1),
      onError: at % 5 === 4 ? one.onError : undefined,
      mustExecute: undefined,
    }));
    return assemble({ ...drawn, steps: linked, output: ofStep(last, steps.length - 1) });
  });

/** A reference to a step, redirected to the step at a position. */
const ofStep = (drawn: Draft, at: number): Draft =>
  drawn.kind === 'step' ? { ...drawn, pick: Math.max(0, at) } : drawn;

interface FlowDraft {
  readonly ids: readonly string[];
  readonly inputs: readonly Json[];
  readonly steps: readonly StepDraft[];
  readonly output: Draft | undefined;
  readonly evaluation: 'eager' | 'lazy';
  /** Whether an input schema requires the field `a`. */
  readonly guaranteed: boolean;
  readonly v: Json;
}

export function assemble(drawn: FlowDraft): Sample {
  const { ids, steps, output, evaluation, v } = drawn;
  const eager = evaluation === 'eager';
  const written = steps.map((one, at) =>
    writeStepDraft(
      one,
      { ids: ids.slice(0, Math.min(at, one.sees ?? at)), stepsInDefaults: eager && output !== undefined },
      ids[at],
    ),
  );
  const order = steps.map((_, at) => at).sort((a, b) => (steps[a]?.rank ?? 0) - (steps[b]?.rank ?? 0) || a - b);
  const all: Before = { ids: ids.slice(0, steps.length), stepsInDefaults: output !== undefined };
  const flow = {
    steps: order.map((at) => written[at] ?? null),
    ...(output && { output: write(output, all) }),
    evaluation,
    variables: { own: { b: [[2]] } },
    schemas: { type: 'object', properties: { ...inputSchema(drawn), ...VARIABLES_SCHEMA } },
  };
  const mocks: Mocks = Object.fromEntries(steps.flatMap(({ mock }, at) => (mock ? [[ids[at] ?? '', mock]] : [])));
  return { source: stringify(flow), inputs: inputsOf(drawn), variables: { v, nothing: null }, mocks };
}

const VARIABLES_SCHEMA = { variables: { type: 'object', properties: { schema: { default: { a: 5 } } } } };

const inputSchema = ({ guaranteed }: FlowDraft): { [key: string]: Json } =>
  guaranteed ? { input: { type: 'object', required: ['a'] } } : {};

const inputsOf = ({ guaranteed, inputs }: FlowDraft): readonly Json[] =>
  guaranteed ? inputs.map((one) => (typeof one === 'object' && one !== null && 'a' in one ? one : { a: one })) : inputs;

export function writeStepDraft(drawn: StepDraft, before: Before, id = ''): Written {
  const { mock, input, skipIf, onError, mustExecute, after = [] } = drawn;
  const earlier = after.flatMap((pick) => before.ids[pick % before.ids.length] ?? []);
  return {
    id,
    ...(mock ? { component: '/mock/any', input: write(input, before) } : writeBuiltin(drawn.builtin, input, before)),
    ...(skipIf && { skipIf: write(skipIf, before) }),
    ...(onError && { onError: writeOnError(onError, before) }),
    ...(mustExecute && { mustExecute }),
    ...(earlier.length > 0 && { after: earlier }),
  };
}

function writeOnError({ action, defaultValue }: OnErrorDraft, before: Before): Written {
  // The oracle does not wait for the backoff of retries.
  // No component fails so: nobody waits.
  if (action === 'retry') return { action, maxRetries: 2, delay: 5, backoff: 1.5, on: ['CANCELLED'] };
  const within = { ...before, ids: before.stepsInDefaults ? before.ids : [] };
  return { action, ...(defaultValue && { defaultValue: write(defaultValue, within) }) };
}
