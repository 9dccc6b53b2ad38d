import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Reporter } from '../../../lib/diagnostics/diagnostics.ts';
import { faultyNumbersIn, inexactNumbersIn, numberFault } from '../../../lib/flow/text/numbers.ts';
import { readTree } from '../../../lib/flow/text/read-tree.ts';
import { runs, SEED } from '../../chance.ts';

const LARGEST_EXACT = 2n ** 53n;

describe('a number as it is written', () => {
  it.each([
    ['9007199254740993', { kind: 'inexact', became: '9007199254740992' }],
    ['-9007199254740993', { kind: 'inexact', became: '-9007199254740992' }],
    ['12345678901234567890', { kind: 'inexact', became: '12345678901234567000' }],
    ['123456789012345678901234', { kind: 'inexact', became: '1.2345678901234569e+23' }],
    ['0x20000000000001', { kind: 'inexact', became: '9007199254740992' }],
    ['1e-400', { kind: 'inexact', became: '0' }],
    ['1e400', { kind: 'too-large' }],
    ['-1e400', { kind: 'too-large' }],
  ])('%s is at fault', (written, fault) => {
    expect(numberFault(written)).toEqual(fault);
  });

  it.each(['9007199254740992', '10000000000000000', '1000000000000000000000', '1e21', '0e5', '0.1', '-0', '007', '+3'])(
    '%s is kept',
    (written) => {
      expect(numberFault(written)).toBeUndefined();
    },
  );

  it('is found in JSON and in YAML at the same place, just where another number is printed', () => {
    const anyInteger = fc.oneof(
      fc.bigInt({ min: -(2n ** 80n), max: 2n ** 80n }),
      fc.bigInt({ min: -20n, max: 20n }).map((offset) => LARGEST_EXACT + offset),
    );
    const values = fc.array(
      fc.oneof(
        anyInteger.map(String),
        fc.string().map((text) => JSON.stringify(text)),
      ),
    );
    fc.assert(
      fc.property(values, fc.constantFrom(', ', ',\n  '), (items, comma) => {
        const text = `{ "list": [${items.join(comma)}] }`;
        const reporter = new Reporter('in.json');
        readTree(text, reporter);
        const changed = items.filter((item) => !item.startsWith('"') && BigInt(Number(item)) !== BigInt(item));

        expect(inexactNumbersIn({ text, file: 'in.json' })).toEqual(reporter.diagnostics);
        expect(faultyNumbersIn(text).map(({ written }) => written)).toEqual(expect.arrayContaining(changed));
      }),
      { seed: SEED, numRuns: runs(200) },
    );
  });
});
