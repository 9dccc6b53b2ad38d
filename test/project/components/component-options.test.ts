import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BadOption, checkOptions } from '../../../lib/project/components/component-options.ts';
import { requirementsOf, requirementsOfFusedChain } from '../../../lib/project/components/requirements.ts';
import { checkFlows } from '../../../lib/project/load-flows.ts';
import { runs } from '../../chance.ts';
import { componentSource, project } from '../../run/project.ts';

const problemOf = (options: { readonly [key: string]: unknown }): BadOption | undefined => {
  try {
    checkOptions(options);
    return undefined;
  } catch (error) {
    if (error instanceof BadOption) return error;
    throw error;
  }
};

describe('the requirements of a fused chain', () => {
  it('have all that any of its components uses', () => {
    const uses = [['cache'], undefined, ['cache', 'map-items:read']];
    const requirements = requirementsOfFusedChain(uses.map((each) => requirementsOf(each ? { uses: each } : {})));
    expect(requirements).toEqual({ uses: ['cache', 'map-items:read'] });
  });
});

describe('the options of a component', () => {
  it('are told at their place, with what was found and wanted', async () => {
    const home = project({
      'lambdas/my/small.ts': componentSource('return input;', 'memorySize: 64'),
      'lambdas/my/long.ts': componentSource('return input;', 'timeout: 1000'),
      'lambdas/my/odd.ts': componentSource('return input;', 'memory: 512'),
      'lambdas/my/none.ts': componentSource('return input;', 'reservedConcurrency: 0'),
    });
    const steps = ['small', 'long', 'odd', 'none'].map((name) => ({ id: name, component: `/my/${name}` }));
    const found = await checkFlows([{ file: join(home, 'flow.yaml'), source: JSON.stringify({ steps }) }]);
    expect(
      found.map(({ file, line, column, message, help }) => [
        file.replace(/^.*lambdas/, ''),
        line,
        column,
        message,
        help,
      ]),
    ).toEqual([
      [
        '/my/small.ts',
        5,
        85,
        'The component "/my/small" cannot be loaded: its "memorySize" is a number (64), but a whole number of MB from 128 to 10240 is expected',
        'Write a whole number of MB from 128 to 10240 for "memorySize".',
      ],
      [
        '/my/long.ts',
        5,
        85,
        'The component "/my/long" cannot be loaded: its "timeout" is a number (1000), but a number of seconds above 0, at most 900 is expected',
        'Write a number of seconds above 0, at most 900 for "timeout".',
      ],
      [
        '/my/odd.ts',
        5,
        85,
        'The component "/my/odd" cannot be loaded: it has an unknown option "memory"',
        'Did you mean "memorySize"?',
      ],
      [
        '/my/none.ts',
        5,
        85,
        'The component "/my/none" cannot be loaded: its "reservedConcurrency" is a number (0), but a whole number of calls of at least 1 is expected',
        'Write a whole number of calls of at least 1 for "reservedConcurrency".',
      ],
    ]);
  });

  it('are refused just where AWS would refuse them', () => {
    const numbers = fc.oneof(fc.integer({ min: -10, max: 12_000 }), fc.double({ min: -5, max: 1000, noNaN: true }));
    fc.assert(
      fc.property(numbers, (value) => {
        const isMemory = Number.isInteger(value) && value >= 128 && value <= 10_240;
        expect(problemOf({ memorySize: value })?.option).toBe(isMemory ? undefined : 'memorySize');
        const isCount = Number.isInteger(value) && value >= 1;
        expect(problemOf({ reservedConcurrency: value })?.option).toBe(isCount ? undefined : 'reservedConcurrency');
        expect(problemOf({ timeout: value })?.option).toBe(value > 0 && value <= 900 ? undefined : 'timeout');
      }),
      { numRuns: runs(200) },
    );
    for (const value of ['512', null, true, Number.NaN])
      expect(problemOf({ memorySize: value })).toBeInstanceOf(BadOption);
    for (const value of [['cache'], [], undefined]) expect(problemOf({ uses: value })).toBeUndefined();
    for (const value of ['cache', ['blobs'], ['toString'], true])
      expect(problemOf({ uses: value })?.option).toBe('uses');
    expect(problemOf({ cache: true })?.remedy).toBe('Did you mean "uses"?');
    expect(problemOf({ memorySize: undefined, description: 'a', version: 1, owner: 'me' })).toBeUndefined();
  });
});
