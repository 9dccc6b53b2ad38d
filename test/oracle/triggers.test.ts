import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compile } from '../../lib/compiler/compile.ts';
import type { Json } from '../../lib/protocol/json.ts';
import { mapEvent } from '../../lib/run/event/map-event.ts';
import { runs } from '../chance.ts';
import { operandValue } from './draw-operands.ts';
import { typedRecord } from './draw-operations.ts';
import { evaluate } from './evaluate.ts';

const read = fc.constantFrom<Json>(
  ...['n', 's', 'l', 'm', 'f', 'long', 'l[0]', 'm.x', 'none'].map((path) => ({ $input: `detail.${path}` })),
  { $input: 'detail' },
  { $input: 'id' },
);

/** Inputs of triggers: data, references and operators in each other. */
const { input: drawnInput } = fc.letrec<{ input: Json }>((tie) => {
  const input = tie('input');
  const binary = fc.constantFrom('$eq', '$ne', '$lt', '$gte', '$in');
  return {
    input: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      read,
      operandValue.map((value): Json => ({ $literal: value })),
      fc.array(input, { maxLength: 3 }),
      fc.dictionary(fc.constantFrom('a', 'b', 'c.d', '$secret'), input, { maxKeys: 3, noNullPrototype: true }),
      fc.tuple(binary, input, input).map(([operator, ...both]): Json => ({ [operator]: both })),
      fc.array(read, { minLength: 1, maxLength: 3 }).map((all): Json => ({ $concat: ['x-', ...all] })),
      read.map((one): Json => ({ $length: one })),
      fc.tuple(input, input, input).map(([$if, then, other]): Json => ({ $if, then, else: other })),
      fc.array(input, { minLength: 1, maxLength: 3 }).map(($coalesce): Json => ({ $coalesce })),
      fc.array(input, { minLength: 1, maxLength: 3 }).map(($and): Json => ({ $and })),
    ),
  };
});

const NOT_TAKEN = /"\$+(?:blob|missing|fault|operation|skipped|secret|link|part)":|_jsonata_|__proto__/;

it('a random input of a trigger is made of an event as the language says', { timeout: 120_000 }, async () => {
  const seen: string[] = [];
  const property = fc.asyncProperty(drawnInput, typedRecord, async (input, detail) => {
    const trigger = { event: { source: 's' }, input };
    const { triggers, diagnostics } = compile(
      JSON.stringify({ metadata: { aws: { triggers: [trigger] } }, output: 1 }),
    );
    const [compiled] = triggers ?? [];
    if (!compiled) {
      expect(diagnostics).not.toEqual([]);
      seen.push('refused');
      return;
    }
    const event = { id: 'e-1', source: 's', 'detail-type': 't', detail };
    const nothing = () => Promise.reject(new Error('a trigger reads no step'));
    const meant = await evaluate(compiled.trigger.input, { input: event, variables: {}, step: nothing });
    const made = await mapEvent(compiled, event);
    if (NOT_TAKEN.test(JSON.stringify(event))) expect(made).toMatchObject({ error: { code: 'INVALID_INPUT' } });
    else if (meant.kind === 'value') {
      if ('error' in made) expect(made.error.message).toContain('more digits');
      else expect(made).toEqual({ input: meant.value });
    } else expect(made).toMatchObject({ error: { code: 'EXPRESSION_FAILURE' } });
    seen.push('input' in made ? 'input' : 'error');
  });
  await fc.assert(property, { numRuns: runs(150), includeErrorInReport: true });
  expect(seen.filter((one) => one === 'input').length).toBeGreaterThan(seen.length / 4);
});
