import fc from 'fast-check';
import type { Json } from '../../lib/protocol/json.ts';
import { type Draft, draft } from './draft.ts';
import { onceIn, path } from './draw-values.ts';
import { type Before, type Written, write } from './write-draft.ts';

/** The built-in component of a step without a mock, with the constants of its input. */
export type BuiltinDraft =
  | { readonly name: 'noop' | 'get_blob' }
  | { readonly name: 'put_blob'; readonly type: string | undefined }
  | { readonly name: 'extract'; readonly path: string | undefined; readonly data: Draft }
  | { readonly name: 'extract_multiple'; readonly fields: readonly (string | undefined)[]; readonly data: Draft }
  | { readonly name: 'create_messages'; readonly prompt: Draft; readonly system: string | null | undefined };

const reference = (at: fc.Arbitrary<string | undefined>): fc.Arbitrary<Extract<Draft, { kind: 'step' }>> =>
  fc.record({
    kind: fc.constant('step' as const),
    pick: fc.nat(7),
    path: at,
    dialect: fc.constant('current' as const),
    onSkip: onceIn(8, fc.constant({})),
  });

/** Mostly a single reference, as in the flows that people write. */
export const anyData = fc.oneof({ weight: 4, arbitrary: reference(path) }, { weight: 1, arbitrary: draft });
export const anyPrompt = fc.oneof(
  { weight: 6, arbitrary: reference(fc.constant('text')) },
  { weight: 1, arbitrary: draft },
  { weight: 1, arbitrary: fc.constant({ kind: 'value', value: 'hello', literal: false } as const) },
);

const plainPath = fc.oneof(
  { weight: 6, arbitrary: fc.constant(undefined) },
  { weight: 4, arbitrary: fc.constantFrom('a', 'text') },
  { weight: 3, arbitrary: fc.constantFrom('blob_id', 'data', 'messages', '["a.b"]', 'data.a') },
);
const plainReference = fc
  .tuple(reference(plainPath), fc.boolean())
  // Half of them read the first step, whose result has the most fields.
  .map(([one, first]): Draft => (first ? { ...one, pick: 0 } : one));

/** A reference, or a small expression of references. */
export const plainData: fc.Arbitrary<Draft> = fc.oneof(
  { weight: 8, arbitrary: plainReference },
  { weight: 1, arbitrary: fc.constant({ kind: 'input', path: 'text', dialect: 'current' } as const) },
  { weight: 1, arbitrary: fc.constantFrom<Draft>(value({ a: { b: 1 }, text: 'x' }), value('text'), value(null)) },
  { weight: 1, arbitrary: fc.array(plainReference, { maxLength: 2 }).map((items): Draft => ({ kind: 'list', items })) },
  { weight: 2, arbitrary: plainReference.map((a): Draft => ({ kind: 'map', entries: { a, b: value(2) } })) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(plainReference, plainReference, fc.boolean())
      .map(([one, other, met]): Draft => ({ kind: 'if', parts: [value(met), one, other] })),
  },
  {
    weight: 1,
    arbitrary: fc
      .array(plainReference, { minLength: 1, maxLength: 2 })
      .map((items): Draft => ({ kind: 'coalesce', items: [...items, value(3)] })),
  },
);

function value(json: Json): Draft {
  return { kind: 'value', value: json, literal: false };
}

/** The expressions in the inputs of built-in components. */
interface Inputs {
  readonly data: fc.Arbitrary<Draft>;
  readonly prompt: fc.Arbitrary<Draft>;
}

/** Any of the built-in components that the oracle knows. */
export const builtin = ({ data, prompt }: Inputs): fc.Arbitrary<BuiltinDraft> =>
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ name: fc.constant('noop' as const) }) },
    { weight: 4, arbitrary: fc.record({ name: fc.constant('extract' as const), path, data }) },
    {
      weight: 2,
      arbitrary: fc.record({
        name: fc.constant('extract_multiple' as const),
        fields: fc.array(path, { minLength: 1, maxLength: 3 }),
        data,
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        name: fc.constant('create_messages' as const),
        prompt,
        system: fc.constantFrom(undefined, null, '', 'briefly'),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ name: fc.constant('put_blob' as const), type: onceIn(6, fc.constantFrom('flow', 'odd')) }),
    },
    { weight: 1, arbitrary: fc.record({ name: fc.constant('get_blob' as const) }) },
  );

/** The component and the input of a step that calls a built-in component. `input`: the input drawn for it. */
export function writeBuiltin(
  drawn: BuiltinDraft,
  input: Draft,
  before: Before,
): { readonly component: string; readonly input: Written } {
  return { component: componentOf(drawn), input: inputOf(drawn, input, before) };
}

const componentOf = ({ name }: BuiltinDraft): string => {
  if (name === 'extract_multiple') return '/data/extract_multiple';
  return name === 'extract' ? '/extract' : `/builtin/${name}`;
};

function inputOf(drawn: BuiltinDraft, input: Draft, before: Before): Written {
  switch (drawn.name) {
    case 'noop':
      return write(input, before);
    case 'extract':
      return { data: write(drawn.data, before), path: drawn.path ?? '$' };
    case 'extract_multiple':
      return { data: write(drawn.data, before), fields: drawn.fields.map((field) => field ?? '$') };
    case 'create_messages': {
      const { system, prompt } = drawn;
      return { ...(system !== undefined && { system_instructions: system }), user_prompt: write(prompt, before) };
    }
    case 'put_blob':
      return { data: write(input, before), ...(drawn.type !== undefined && { blob_type: drawn.type }) };
    case 'get_blob':
      return { blob_id: write(input.kind === 'step' ? { ...input, path: 'blob_id' } : input, before) };
  }
}
