import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Compiled, type CompileOptions, compile } from '../../lib/compiler/compile.ts';
import { PACK } from '../../lib/compiler/emit/packing/pack-component.ts';
import { runs } from '../chance.ts';
import { compare } from './compare.ts';
import type { Sample } from './draw-flow.ts';
import { layeredFlow } from './draw-layers.ts';

const FLOWS = runs(20);

/** Compiles a flow as {@link compare} does. */
const compiled = ({ source, variables, mocks }: Sample, options: CompileOptions): Compiled =>
  compile(source, { ...options, leastFanOut: 2, variables, opaque: ({ id }) => mocks[id] !== undefined });

const isPacked = ({ steps }: Compiled): boolean => steps.some(({ component, added }) => added && component === PACK);

// So few values that nearly every Parallel, and every step of which two paths are read, has too many.
it.each([
  ['as it is', { values: 1 }],
  ['in nested state machines', { values: 1, definitionBytes: 15_000 }],
] as const)(
  'a random flow whose values are packed in blobs does what the language says: %s',
  { timeout: 240_000 },
  async (_, limits) => {
    const packed: Compiled[] = [];
    const property = fc.asyncProperty(layeredFlow, async (sample) => {
      const own = compiled(sample, { limits });
      // One expression may be larger than a state machine here.
      fc.pre(own.diagnostics.every(({ code }) => code !== 'definition-too-large'));
      await compare(sample, { limits });
      if (isPacked(own)) packed.push(own);
    });
    await fc.assert(property, { numRuns: FLOWS, includeErrorInReport: true, interruptAfterTimeLimit: 200_000 });
    expect(packed.length).toBeGreaterThan(FLOWS / 3);
    if ('definitionBytes' in limits) {
      expect(packed.filter(({ nestedMachines }) => nestedMachines.length > 0).length).toBeGreaterThan(FLOWS / 6);
    }
  },
);
