import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FailurePlace, inPlace, readTrace, stackWith, takePlace } from '../../lib/protocol/failure-place.ts';

const id = fc.string();
const place: fc.Arbitrary<FailurePlace> = fc.record(
  {
    link: fc.record({ step: id, times: fc.dictionary(id, fc.option(fc.nat()), { noNullPrototype: true }) }),
    fused: id,
    inOutput: fc.constant<true>(true),
  },
  { requiredKeys: [] },
);
const lines = fc.array(
  fc.string().filter((line) => !line.includes('\n')),
  { minLength: 1 },
);

describe('the place of a failure', () => {
  it('comes out of a stack as it went in, and the stack with it', () => {
    fc.assert(
      fc.property(lines, place, (stack, written) => {
        expect(readTrace(stackWith(stack.join('\n'), written).split('\n'))).toEqual({ stack, place: written });
      }),
    );
  });

  it('stands in place of another', () => {
    fc.assert(
      fc.property(lines, place, place, (stack, first, second) => {
        const once = stackWith(stack.join('\n'), first);
        expect(stackWith(once, second)).toBe(stackWith(stack.join('\n'), second));
      }),
    );
  });

  it('is not read from a stack that imitates it, however often', () => {
    const imitation = fc.array(
      fc.oneof(
        lines,
        place.map((one) => [stackWith('', one).trimStart(), stackWith('x', one)]),
      ),
    );
    fc.assert(
      fc.property(lines, imitation, fc.boolean(), place, (stack, more, isPlaced, written) => {
        const imitated = [...stack, ...more.flat(2)].join('\n');
        const wanted = isPlaced ? written : {};
        expect(readTrace(stackWith(imitated, wanted).split('\n')).place).toEqual(wanted);
      }),
    );
  });

  it('is known until it is taken', () => {
    const failure = inPlace(new Error('x'), { fused: 'kept' });
    expect([takePlace(failure), takePlace(failure), takePlace('x')]).toEqual([{ fused: 'kept' }, {}, {}]);
  });
});

describe('a stack', () => {
  it.each([
    [[]],
    [['Error: x', '    at y']],
    [['Error: x', '    in stepflow ']],
    [['Error: x', '    in stepflow {']],
    [['Error: x', '    in stepflow {"link":{"step": 1}}']],
  ])('that has no place stays as it is: %j', (stack) => {
    expect(readTrace(stack)).toEqual({ stack, place: {} });
  });
});
