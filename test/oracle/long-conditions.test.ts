import fc from 'fast-check';
import { expect, it } from 'vitest';
import { stringify } from 'yaml';
import { compile } from '../../lib/compiler/compile.ts';
import type { Json } from '../../lib/protocol/json.ts';
import { runs } from '../chance.ts';
import { compare } from './compare.ts';
import type { Sample } from './draw-flow.ts';
import { gives, type Mocks } from './mocked.ts';

/** How a step reads the one before it under a condition. */
interface Reading {
  readonly kind: 'if' | 'else' | 'coalesce' | 'skipIf';
  /** Whether the condition reads a step; else it reads the flow's input. */
  readonly byStep: boolean;
  readonly holds: boolean;
  /** Whether the step also reads the last but one. */
  readonly twice: boolean;
}

const reading = fc.record<Reading>({
  kind: fc.constantFrom('if', 'if', 'if', 'else', 'coalesce', 'skipIf'),
  byStep: fc.boolean(),
  // Most hold, so that most of a chain is wanted in many runs.
  holds: fc.integer({ min: 0, max: 19 }).map((number) => number > 0),
  twice: fc.integer({ min: 0, max: 19 }).map((number) => number === 0),
});

const read = (step: number): Json => ({ $step: `s${step}` });
const flag = (at: number, { byStep }: Reading): Json => (byStep ? { $step: `c${at}` } : { $input: `f${at}` });

function inputOf(at: number, each: Reading): Json {
  const asked = flag(at, each);
  const before = each.twice && at > 1 ? [read(at - 1), read(at - 2)] : read(at - 1);
  // biome-ignore lint/suspicious/noThenProperty: a key of the language.
  if (each.kind === 'if') return { $if: asked, then: before };
  // biome-ignore lint/suspicious/noThenProperty: a key of the language.
  if (each.kind === 'else') return { $if: asked, then: at, else: before };
  return each.kind === 'coalesce' ? { $coalesce: [asked, before] } : before;
}

/** The value of the flag with which the condition holds or not. */
const flagValue = ({ kind, holds }: Reading): Json => {
  if (kind === 'coalesce') return holds ? null : 'there';
  return kind === 'if' ? holds : !holds;
};

/** A chain of steps, each of which is wanted only where all after it are. */
const chain = fc.array(reading, { minLength: 20, maxLength: 40 }).map((readings): Sample => {
  const steps = readings.flatMap((each, at) => [
    ...(each.byStep ? [{ id: `c${at}`, component: '/mock/flag' }] : []),
    {
      id: `s${at}`,
      component: '/mock/step',
      input: at === 0 ? 'first' : { was: inputOf(at, each) },
      ...(each.kind === 'skipIf' && at > 0 && { skipIf: flag(at, each) }),
    },
  ]);
  const flags = Object.fromEntries(readings.map((each, at) => [`f${at}`, flagValue(each)]));
  const mocks: Mocks = Object.fromEntries(
    readings.flatMap((each, at) => [
      ...(each.byStep ? [[`c${at}`, [gives(flagValue(each))]]] : []),
      [`s${at}`, [gives({ step: at })]],
    ]),
  );
  const output = { $coalesce: [read(readings.length - 1), 'skipped'] };
  return { source: stringify({ steps, output, evaluation: 'lazy' }), inputs: [flags], variables: {}, mocks };
});

/** Many fallbacks, each of which runs only if those before it give null. */
const fallbacks = fc.array(fc.boolean(), { minLength: 20, maxLength: 40 }).map((there): Sample => {
  const steps = there.map((_, at) => ({
    id: `s${at}`,
    component: '/mock/try',
    input: at % 3 === 0 ? { $input: `f${at}` } : at,
  }));
  const flags = Object.fromEntries(there.map((_, at) => [`f${at}`, at]));
  const last = there.length - 1;
  const mocks: Mocks = Object.fromEntries(
    there.map((is, at) => [`s${at}`, [gives(is && (at > 15 || at === last) ? at : null)]]),
  );
  const output = { $coalesce: there.map((_, at) => read(at)) };
  return { source: stringify({ steps, output, evaluation: 'lazy' }), inputs: [flags], variables: {}, mocks };
});

/** Many parallel steps, each wanted only if those before it are. */
const nested = fc
  .array(
    fc.integer({ min: 0, max: 19 }).map((number) => number > 0),
    { minLength: 14, maxLength: 22 },
  )
  .map((holds): Sample => {
    const steps = holds.map((_, at) => ({ id: `s${at}`, component: '/mock/step', input: at }));
    const output = holds.reduceRight<Json>(
      // biome-ignore lint/suspicious/noThenProperty: a key of the language.
      (rest, _, at) => ({ $if: { $input: `f${at}` }, then: { own: read(at), rest }, else: 'no more' }),
      'all',
    );
    const inputs = [Object.fromEntries(holds.map((each, at) => [`f${at}`, each]))];
    return {
      source: stringify({ steps, output, evaluation: 'lazy' }),
      inputs,
      variables: {},
      mocks: { '/mock/step': [gives('own')] },
    };
  });

it.each([
  ['a chain of conditions', chain],
  ['a long $coalesce', fallbacks],
  ['nested conditions', nested],
])(
  '%s: conditions are hoisted for many guards, also into nested state machines',
  { timeout: 240_000 },
  async (_, flows) => {
    let hoisted = 0;
    const count = runs(25);
    const property = fc.asyncProperty(flows, async (sample) => {
      const compared = await compare(sample);
      hoisted += 'runs' in compared && compared.isHoisted ? 1 : 0;
      await compare(sample, { limits: { definitionBytes: 40_000 } });
    });
    await fc.assert(property, { numRuns: count, endOnFailure: true, includeErrorInReport: true });
    expect(hoisted).toBeGreaterThan(count / 2);
  },
);

it.each([
  ['a chain', (size: number) => lazyChain(size)],
  ['a $coalesce', (size: number) => coalesce(size)],
])('%s of 300 conditions takes three times the bytes of one of 100', (_, flow) => {
  const bytes = (size: number): number => JSON.stringify(compile(flow(size)).stateMachine).length;
  expect(bytes(300) / bytes(100)).toBeLessThan(3.5);
});

const lazyChain = (size: number): string =>
  stringify({
    steps: Array.from({ length: size }, (_, at) => ({
      id: `s${at}`,
      component: '/mock/step',
      // biome-ignore lint/suspicious/noThenProperty: a key of the language.
      input: at === 0 ? 'first' : { $if: { $input: `f${at}` }, then: read(at - 1) },
    })),
    output: read(size - 1),
  });

const coalesce = (size: number): string =>
  stringify({
    steps: Array.from({ length: size }, (_, at) => ({ id: `s${at}`, component: '/mock/step', input: at })),
    output: { $coalesce: Array.from({ length: size }, (_, at) => read(at)) },
  });
