import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compile } from '../../lib/compiler/compile.ts';
import { heightOf } from '../../lib/compiler/emit/jsonata/height.ts';
import { loadStateMachine } from '../../lib/engine/index.ts';
import type { Json } from '../../lib/protocol/json.ts';
import { runs } from '../chance.ts';
import { expectShallow, expressionsIn, levelsOf } from '../compiler/emit/jsonata/shallow.ts';
import { compare } from './compare.ts';
import type { Sample } from './draw-flow.ts';
import { gives, SKIPS } from './mocked.ts';

/** What a flow reads at a position: of its input, or of a step. */
type Read = (at: number) => Json;

const ofInput: Read = (at) => ({ $input: `f${at}` });
const ofStep: Read = (at) => ({ $step: 'a', path: `f${at}` });

/** `$if … else $if …`, from the first arm to the last. */
const ladder = (arms: number, condition: Read, value: Read): Json =>
  // biome-ignore lint/suspicious/noThenProperty: a key of the language.
  counted(arms).reduceRight<Json>((rest, at) => ({ $if: condition(at), then: value(at), else: rest }), 'none');

const counted = (count: number): readonly number[] => Array.from({ length: count }, (_, at) => at);

/** A value within so many levels. */
const within = (levels: number, inside: Json, wrap: (inner: Json, at: number) => Json): Json =>
  counted(levels).reduce<Json>(wrap, inside);

const list = (inner: Json): Json => [inner];
const map = (inner: Json): Json => ({ a: inner });
const mixed = (inner: Json, at: number): Json => (at % 3 === 0 ? [at, inner] : at % 3 === 1 ? { a: inner } : [inner]);

/** A flow with a step `a` that gives its `value`, or is skipped. */
function flowOf(
  output: Json,
  value: Json,
  more: { readonly input?: Json; readonly steps?: readonly Json[] } = {},
): Sample {
  const steps = [{ id: 'a', component: '/mock/a', skipIf: { $input: 'skip' } }, ...(more.steps ?? [])];
  return {
    source: JSON.stringify({ steps, output, evaluation: 'lazy' }),
    inputs: [more.input ?? {}, { skip: true }],
    variables: {},
    mocks: { a: [gives(value)], '/mock/s': [gives('s')] },
  };
}

const flag = (at: number): { readonly [key: string]: Json } => ({ [`f${at}`]: 'here' });

describe('a flow that is deep runs as the oracle says', { timeout: 60_000 }, () => {
  it.each([
    [
      '24 arms over a step',
      flowOf(
        ladder(24, ofStep, (at) => at),
        flag(23),
      ),
    ],
    [
      '46 arms over the input',
      flowOf(
        ladder(46, ofInput, (at) => at),
        1,
        { input: flag(45) },
      ),
    ],
    [
      '75 arms that want a step each',
      flowOf(
        ladder(75, ofInput, (at) => ({ $step: `s${at}` })),
        1,
        { input: flag(70), steps: wanted(75) },
      ),
    ],
    ['a list 41 deep', flowOf(within(41, { $step: 'a' }, list), [1])],
    ['a list 60 deep', flowOf(within(60, { $step: 'a' }, list), [1])],
    ['a map 81 deep', flowOf(within(81, { $step: 'a' }, map), { b: 1 })],
    [
      'maps and lists 200 deep in an arm',
      flowOf({ $coalesce: [{ $input: 'no' }, within(200, { $step: 'a' }, mixed)] }, [[]]),
    ],
    ['120 items of a $coalesce', flowOf({ $coalesce: counted(120).map(ofStep) }, flag(119))],
    [
      '40 $coalesce in each other',
      flowOf(
        within(40, 'end', (inner, at) => ({ $coalesce: [ofStep(at), { in: inner }] })),
        flag(0),
      ),
    ],
  ])('%s', async (_, sample) => {
    expect(await compare(sample)).toMatchObject({ runs: ['success', expect.any(String)] });
  });

  it('any chain and any depth', async () => {
    const property = fc.asyncProperty(drawn, async (sample) => {
      await compare(sample);
    });
    await fc.assert(property, { numRuns: runs(4), endOnFailure: true, includeErrorInReport: true });
  });
});

function wanted(count: number): readonly Json[] {
  return counted(count).map((at) => ({ id: `s${at}`, component: '/mock/s', input: at }));
}

/** Conditions and values of any kind, in chains and in each other. */
const expression = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.integer({ min: 0, max: 40 }).map((at): Json => ofInput(at)),
    fc.integer({ min: 0, max: 40 }).map((at): Json => ofStep(at)),
    fc.constantFrom<Json>(null, 0, 'text', [[1]], {}),
    fc.tuple(tie('value'), tie('value'), fc.integer({ min: 1, max: 40 }), fc.boolean()).map(
      ([last, arm, arms, byStep]): Json => ({
        $coalesce: [ladder(arms, byStep ? ofStep : ofInput, (at) => (at % 2 === 0 ? at : arm)), last],
      }),
    ),
    fc.tuple(tie('value'), fc.integer({ min: 1, max: 60 })).map(([inner, levels]) => within(levels, inner, mixed)),
    fc
      .tuple(tie('value'), fc.integer({ min: 1, max: 12 }))
      // biome-ignore lint/suspicious/noThenProperty: a key of the language.
      .map(([inner, levels]) => within(levels, inner, (cond, at) => ({ $if: cond, then: ofStep(at), else: at }))),
    fc.array(tie('value'), { maxLength: 30 }).map((items): Json => ({ $coalesce: items })),
  ),
})).value;

const flags = fc
  .array(fc.integer({ min: 0, max: 40 }), { maxLength: 6 })
  .map((at): Json => Object.fromEntries(at.map((one) => [`f${one}`, one % 3 === 0 ? false : { k: one }])));

const drawn = fc.tuple(expression, expression, flags, flags, fc.boolean()).map(
  ([output, read, input, value, skips]): Sample => ({
    ...flowOf({ own: output, b: { $coalesce: [{ $step: 'b' }, 'no b'] } }, value, {
      input,
      steps: [{ id: 'b', component: '/mock/s', input: read, skipIf: read }],
    }),
    mocks: { a: [skips ? SKIPS : gives(value)], '/mock/s': [gives('s')] },
  }),
);

describe('the expressions of a deep flow', () => {
  it.each([
    ['500 arms over a step', ladder(500, ofStep, (at) => at)],
    ['200 arms over the input that want the same step', ladder(200, ofInput, ofStep)],
    ['lists 500 deep', within(500, { $step: 'a' }, list)],
    [
      'a path of 300 fields',
      {
        $input: counted(300)
          .map((at) => `f${at}`)
          .join('.'),
      },
    ],
  ])('%s: are shallow, and load', (_, output) => {
    const compiled = compile(JSON.stringify({ steps: [{ id: 'a', component: '/m/a' }], output }));
    expect(compiled.stateMachine).toBeDefined();
    expectShallow(compiled);
    for (const { stateMachine } of [compiled, ...compiled.nestedMachines])
      expect(() => loadStateMachine(stateMachine as never)).not.toThrow();
  });

  it('are never deeper than they are thought to be', () => {
    const property = fc.property(drawn, ({ source }) => {
      for (const text of expressionsIn(compile(source))) expect(levelsOf(text)).toBeLessThanOrEqual(heightOf(text));
    });
    fc.assert(property, { numRuns: runs(3) });
  });

  it('beyond what a text may have are refused with their place', () => {
    const { diagnostics } = compile(`output: ${'['.repeat(5000)}x${']'.repeat(5000)}`);
    expect(diagnostics[0]).toMatchObject({ code: 'too-deep', line: 1 });
  });
});
