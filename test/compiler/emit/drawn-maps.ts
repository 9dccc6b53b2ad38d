import fc from 'fast-check';
import type { Json, JsonObject } from '../../../lib/protocol/json.ts';

// Flows of maps, fan-outs and other steps that call functions at the same time: nothing in them reads anything else.

/** A step that calls a function. */
export const step = (id: string, component = '/my/work', input: Json = { $input: '$' }): JsonObject => ({
  id,
  component,
  input,
});

/** A `map` over a list of the input, unless `more` has another. */
export const each = (id: string, inner: JsonObject[], more: JsonObject = {}): JsonObject =>
  step(id, '/map', { items: { $input: 'items' }, ...more, workflow: { $literal: { steps: inner } } });

/** A flow in which every step runs. */
export const flowOf = (...steps: JsonObject[]): JsonObject => ({ steps, evaluation: 'eager' });

/** A part of a drawn flow. */
export interface Drawn {
  readonly kind: 'step' | 'wide' | 'map' | 'few' | 'eval';
  readonly width: number;
  readonly inside: readonly Drawn[];
}

const { drawn } = fc.letrec<{ drawn: Drawn; inside: readonly Drawn[] }>((tie) => ({
  inside: fc.array(tie('drawn'), { minLength: 1, maxLength: 3 }),
  drawn: fc.oneof(
    { depthSize: 'small', maxDepth: 2 },
    fc.record({
      kind: fc.constantFrom('step', 'wide'),
      width: fc.integer({ min: 10, max: 60 }),
      inside: fc.constant([]),
    }),
    fc.record({
      kind: fc.constantFrom('map', 'few', 'eval'),
      width: fc.integer({ min: 1, max: 5 }),
      inside: tie('inside'),
    }),
  ),
}));

const WRITTEN: { readonly [K in Drawn['kind']]: (one: Drawn, id: string) => JsonObject[] } = {
  step: (_, id) => [step(id, `/my/${id}`)],
  wide: ({ width }, id) => Array.from({ length: width }, (_, at) => step(`${id}_${at}`, `/my/${id}`, { at })),
  map: ({ inside }, id) => [each(id, written(inside, id))],
  few: ({ width, inside }, id) => [each(id, written(inside, id), { items: Array.from({ length: width }, () => ({})) })],
  eval: ({ inside }, id) => [
    step(id, '/eval', { input: {}, flow: { $literal: { steps: written(inside, id), evaluation: 'eager' } } }),
  ],
};

const written = (all: readonly Drawn[], prefix: string): JsonObject[] =>
  all.flatMap((one, at) => WRITTEN[one.kind](one, `${prefix}${at}`));

/** Draws up to four parts of a flow. */
export const drawnSteps: fc.Arbitrary<readonly Drawn[]> = fc.array(drawn, { minLength: 1, maxLength: 4 });

/** The flow of drawn parts. */
export const drawnFlow = (all: readonly Drawn[]): JsonObject => flowOf(...written(all, 's'));
