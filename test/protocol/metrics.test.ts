import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dimensionValue } from '../../lib/protocol/metrics.ts';
import { runs } from '../chance.ts';

describe('the value of a dimension', () => {
  it('is the name of a step, component or version as it is', () => {
    for (const name of ['load', 'each.load', '/user/load', 'reports/daily', '$LATEST', '12'])
      expect(dimensionValue(name)).toBe(name);
  });

  it('is one that CloudWatch takes, and ends no search expression, whatever the name', () => {
    const names = fc.string({ unit: 'binary', minLength: 1 });
    fc.assert(
      fc.property(names, (name) => {
        expect(dimensionValue(name)).toMatch(/^[!-9;-~][ -~]*$/);
        expect(dimensionValue(name)).not.toMatch(/["'\\]/);
      }),
      { numRuns: runs(500) },
    );
  });

  it('differs where names differ', () => {
    const name = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('ü', '%C3%BC', '%', ':', ' ', "'", '"'));
    fc.assert(
      fc.property(name, name, (a, b) => {
        expect(dimensionValue(a) === dimensionValue(b)).toBe(a === b);
      }),
      { numRuns: runs(500) },
    );
  });
});
