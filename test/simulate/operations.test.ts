import { describe, expect, it } from 'vitest';
import { simulate } from '../../lib/simulate/index.ts';

const DURATIONS = { steps: { a: { seconds: 1 }, b: { seconds: 1 }, it: { seconds: 1 }, other: { seconds: 1 } } };

/** The ids of the steps that run in the simulation of a flow with two steps `a` and `b`, and these. */
async function ran(more: object): Promise<readonly string[]> {
  const { steps = [], ...rest } = more as { steps?: readonly object[] };
  const own = ['a', 'b'].map((id) => ({ id, component: `/any/${id}`, input: { $input: 'id' }, mustExecute: true }));
  const flow = { evaluation: 'lazy', steps: [...own, ...steps], ...rest };
  const { simulation, failure, diagnostics } = await simulate(JSON.stringify(flow), { profile: DURATIONS });
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  expect(failure).toBeUndefined();
  return (simulation?.timeline ?? []).filter(({ startMs }) => startMs !== null).map(({ id }) => id);
}

const A = { $step: 'a', path: 'x' };
const B = { $step: 'b', path: 'y' };
const IN = { $input: 'n' };

const CONDITIONS: readonly (readonly [string, object])[] = [
  ['of one step', { $gt: [A, 3] }],
  ['of two steps', { $lt: [A, B] }],
  ['that two steps are equal', { $eq: [A, B] }],
  ['that two steps differ', { $ne: [A, B] }],
  ['that a step is as the input', { $eq: [A, IN] }],
  ['of the input', { $gte: [IN, 18] }],
  ['of a mode of the input', { $eq: [{ $input: 'mode' }, 'full'] }],
  ['of several modes of the input', { $not: { $in: [{ $input: 'mode' }, ['full', 'brief']] } }],
  ['of the length of a list of the input', { $gt: [{ $length: { $input: 'list' } }, 2] }],
  ['of conditions', { $and: [{ $gt: [A, 3] }, { $not: { $input: 'off' } }, { $or: [{ $not: B }, IN] }] }],
  ['that nothing holds', { $not: { $or: [A, { $lt: [B, A] }, { $eq: [{ $input: 'mode' }, 'full'] }] } }],
  ['of texts', { $eq: [{ $concat: [{ $input: 'first' }, ' ', { $input: 'last' }] }, 'a b'] }],
];

describe('a simulated run', () => {
  it.each(CONDITIONS)('takes the arm of a condition %s', async (name, condition) => {
    // biome-ignore lint/suspicious/noThenProperty: a key of the language.
    const output = { $if: condition, then: { $step: 'it' }, else: { $step: 'other' } };
    const steps = ['it', 'other'].map((id) => ({ id, component: `/any/${id}` }));
    const found = await ran({ steps, output });
    // No texts put together are found that are equal to another.
    expect(found).toContain(name === 'of texts' ? 'other' : 'it');
    expect(found.filter((id) => id.includes('operands'))).toEqual([]);
  });

  it.each(CONDITIONS)('skips no step for a condition %s', async (_, condition) => {
    const steps = [{ id: 'it', component: '/any/it', skipIf: condition, mustExecute: true }];
    expect(await ran({ steps, output: 1 })).toContain('it');
  });

  it('has operands that fit', async () => {
    const output = {
      text: { $concat: [{ $input: 'name' }, '!', { $step: 'a', path: 'name' }] },
      length: { $length: { $input: 'list' } },
      greater: { $gt: [{ $input: 'from' }, { $input: 'to' }] },
      among: { $in: [{ $input: 'name' }, { $input: 'list' }] },
      all: { $concat: [{ $input: 'name' }, { $step: 'a', path: 'name' }, { $step: 'b', path: 'name' }] },
    };
    expect(await ran({ output })).toEqual(['a', 'b']);
  });

  it('has an input that fits its schema', async () => {
    const properties = { plan: { enum: ['free', 'team'] }, n: { type: 'integer', maximum: 3 } };
    const inputSchema = { type: 'object', required: ['plan', 'n'], properties };
    const output = {
      $if: { $and: [{ $ne: [{ $input: 'plan' }, 'free'] }, { $lte: [{ $input: 'n' }, 2] }] },
      // biome-ignore lint/suspicious/noThenProperty: a key of the language.
      then: { $step: 'it' },
    };
    expect(await ran({ inputSchema, steps: [{ id: 'it', component: '/any/it' }], output })).toContain('it');
  });
});
