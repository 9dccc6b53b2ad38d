import fc from 'fast-check';
import { stringify } from 'yaml';
import { type Draft, draft } from './draft.ts';
import { ids, inputs, type Sample, type StepDraft, step, writeStepDraft } from './draw-flow.ts';
import { jsonValue, onceIn } from './draw-values.ts';
import type { Mocks } from './mocked.ts';
import { type Before, type Written, write } from './write-draft.ts';

/** A step that runs a flow. */
interface Runner {
  readonly runner: 'map' | 'eval' | 'iterate';
  /** The items of a map, or the input of the flow. */
  readonly inputs: readonly Draft[];
  /** Whether the items are what one expression gives. */
  readonly isWhole: boolean;
  /** What is given to the flow's variables: by their names, or as a whole. */
  readonly variables: { readonly [name: string]: Draft } | undefined;
  readonly variablesAsWhole: Draft | undefined;
  readonly fails: boolean;
  readonly onError: StepDraft['onError'];
  readonly skipIf: Draft | undefined;
  readonly isLiteral: boolean;
  readonly flow: Inner;
}

/** A flow, of steps that call a component or run a flow. */
interface Inner {
  readonly steps: readonly (StepDraft | Runner)[];
  readonly output: Draft;
  readonly isEager: boolean;
  readonly hasOwn: boolean;
  readonly endsWith: 'result' | 'next' | 'either';
}

/** The names that expressions read, see draft.ts, and one that none reads. */
const VARIABLES = ['v', 'nothing', 'own', 'schema', 'nowhere', 'unread'] as const;

const mostly = <T>(one: fc.Arbitrary<T>, other: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ weight: 4, arbitrary: one }, { weight: 1, arbitrary: other });

/** A reference to a variable, which inner flows read more often than others. */
const variable: fc.Arbitrary<Draft> = fc.record({
  kind: fc.constant('variable' as const),
  name: fc.constantFrom('v', '$.v.a', 'own', 'own.b', 'schema', 'nowhere', 'nothing'),
  from: fc.boolean(),
  fallback: onceIn(3, draft),
});

const anyDraft = fc.oneof(
  { weight: 3, arbitrary: draft },
  { weight: 2, arbitrary: variable },
  {
    weight: 1,
    arbitrary: fc
      .tuple(variable, draft, draft)
      .map(([condition, one, other]): Draft => ({ kind: 'if', parts: [condition, one, other] })),
  },
  { weight: 1, arbitrary: fc.tuple(variable, draft).map((items): Draft => ({ kind: 'list', items })) },
);

const call = fc
  .tuple(step(onceIn(6, anyDraft)), anyDraft, fc.boolean())
  .map(([one, input, changes]): StepDraft => (changes ? { ...one, input } : one));

const whole: fc.Arbitrary<Draft> = fc.oneof(
  { weight: 2, arbitrary: draft },
  {
    weight: 1,
    arbitrary: fc
      .record({ v: jsonValue, own: jsonValue })
      .map((value): Draft => ({ kind: 'value', value, literal: false })),
  },
);

const { inner } = fc.letrec<{ inner: Inner; runner: Runner }>((tie) => ({
  inner: fc.record({
    steps: fc.array(
      fc.oneof(
        { maxDepth: 2, depthIdentifier: 'flows' },
        { weight: 3, arbitrary: call },
        { weight: 2, arbitrary: tie('runner') },
      ),
      { minLength: 1, maxLength: 3, depthIdentifier: 'flows' },
    ),
    output: anyDraft,
    isEager: fc.boolean(),
    hasOwn: fc.boolean(),
    endsWith: fc.constantFrom('result', 'next', 'either'),
  }),
  runner: fc.record({
    runner: fc.constantFrom('map', 'map', 'eval', 'iterate'),
    inputs: fc.array(anyDraft, { maxLength: 3 }),
    isWhole: onceIn(4, fc.constant(true)).map((one) => one ?? false),
    variables: mostly(
      fc.dictionary(fc.constantFrom(...VARIABLES), anyDraft, { maxKeys: 4, noNullPrototype: true }),
      fc.constant(undefined),
    ),
    variablesAsWhole: onceIn(6, whole),
    fails: fc.boolean(),
    onError: onceIn(
      3,
      fc.oneof(fc.constant({ action: 'skip' }), fc.record({ action: fc.constant('useDefault'), defaultValue: draft })),
    ),
    skipIf: onceIn(8, anyDraft),
    isLiteral: fc.boolean(),
    flow: tie('inner'),
  }),
}));

/** Flows with flows in them that see values of their own, in one or two levels. */
export const innerFlow: fc.Arbitrary<Sample> = fc
  .record({ ids, inputs, flow: inner, v: jsonValue })
  .map(({ ids: names, inputs: given, flow, v }) => ({
    source: stringify({ ...writeFlow(flow, names), schemas: SCHEMAS }),
    inputs: given,
    variables: { v, nothing: null },
    mocks: mocksOf(flow, names, ''),
  }));

const SCHEMAS = {
  type: 'object',
  properties: { variables: { type: 'object', properties: { schema: { default: { a: 5 } } } } },
};

/** What leads to what the flow of a runner gives, in the runner's result. */
const GIVEN = { map: 'values[0]', eval: 'result.result', iterate: 'result' } as const;

const isRunner = (one: StepDraft | Runner): one is Runner => 'runner' in one;

function writeFlow({ steps, output, isEager, hasOwn }: Inner, names: readonly string[]): { [key: string]: Written } {
  const given = new Map(
    steps.flatMap((one, at) => (isRunner(one) ? [[names[at] ?? '', GIVEN[one.runner]] as const] : [])),
  );
  const before = (at: number): Before => ({ ids: names.slice(0, at), stepsInDefaults: isEager, given });
  return {
    steps: steps.map((one, at) =>
      isRunner(one) ? writeRunner(one, before(at), names, at) : writeStepDraft(one, before(at), names[at]),
    ),
    output: write(output, { ...before(steps.length), stepsInDefaults: true }),
    evaluation: isEager ? 'eager' : 'lazy',
    ...(hasOwn && { variables: { own: { b: [[2]] } } }),
  };
}

function writeRunner(drawn: Runner, before: Before, names: readonly string[], at: number): Written {
  const { runner, fails, variables, variablesAsWhole, flow, onError, skipIf } = drawn;
  const own = writeFlow(flow, names);
  const written: Written = runner === 'iterate' ? { ...own, output: ending(flow, own.output ?? null) } : own;
  const all = drawn.inputs.map((one) => write(one, before));
  const [first = null] = all;
  const key = { map: 'items', eval: 'input', iterate: 'initial_input' }[runner];
  const given = variablesAsWhole ? write(variablesAsWhole, before) : variables && writeAll(variables, before);
  const inner = drawn.isLiteral ? { $literal: asJson(written) } : asJson(written);
  return {
    id: names[at] ?? '',
    component: drawn.isLiteral ? `/${runner}` : `/builtin/${runner}`,
    input: {
      [key]: runner === 'map' && !drawn.isWhole ? all : first,
      [runner === 'map' ? 'workflow' : 'flow']: inner,
      ...(runner === 'iterate' && { max_iterations: 2 }),
      ...(runner === 'map' && fails && { on_failure: 'fail' }),
      ...(given !== undefined && { variables: given }),
    },
    ...(skipIf && { skipIf: write(skipIf, before) }),
    ...(onError && {
      onError: {
        action: onError.action,
        ...(onError.defaultValue && {
          defaultValue: write(onError.defaultValue, { ...before, ids: before.stepsInDefaults ? before.ids : [] }),
        }),
      },
    }),
  };
}

/** What the flow of an iterate gives. */
function ending({ endsWith }: Inner, output: Written): Written {
  if (endsWith !== 'either') return { [endsWith]: output };
  const parts: readonly (readonly [string, Written])[] = [
    ['$if', { $variable: 'v', default: false }],
    ['then', { result: output }],
    ['else', { next: output }],
  ];
  return Object.fromEntries(parts);
}

const writeAll = (drafts: { readonly [name: string]: Draft }, before: Before): Written =>
  Object.fromEntries(Object.entries(drafts).map(([name, one]) => [name, write(one, before)]));

/** The guide's dialect has maps as keys, which no literal may have: the current one in its place. */
function asJson(written: Written): Written {
  if (Array.isArray(written)) return written.map(asJson);
  if (written instanceof Map) {
    const [[reference = {}] = [], ...more] = [...written];
    const [[key = '$input'] = []] = [Object.keys(reference as object)];
    const source = (reference as { [key: string]: Written })[key];
    return { [key]: source ?? null, ...Object.fromEntries(more.map(([name, value]) => [String(name), asJson(value)])) };
  }
  if (typeof written !== 'object' || written === null) return written;
  return Object.fromEntries(Object.entries(written).map(([key, value]) => [key, asJson(value)]));
}

/** The mocks of a flow's steps, and of those of the flows in it. */
function mocksOf({ steps }: Inner, names: readonly string[], prefix: string): Mocks {
  const found = steps.map((one, at): Mocks => {
    const id = `${prefix}${names[at] ?? ''}`;
    if (isRunner(one)) return mocksOf(one.flow, names, `${id}.`);
    return one.mock ? { [id]: one.mock } : {};
  });
  return Object.assign({}, ...found);
}
