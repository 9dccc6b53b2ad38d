import { describe, expect, it } from 'vitest';
import { OPERANDS } from '../../lib/compiler/analyse/lower-operations.ts';
import { compile } from '../../lib/compiler/compile.ts';
import { expectShallow } from './emit/jsonata/shallow.ts';

/** Of a state machine, at AWS. */
const DEFINITION_BYTES = 2 ** 20;

const task = (id: string, more: object = {}) => ({ id, component: `/my/${id}`, input: {}, ...more });
const n = (step: string) => ({ $step: step, path: 'n' });
const input = (path: string) => ({ $input: path });

/** Compiles a flow. Its `calls`: the steps that call a function, those that a spilled input alone needs aside. */
function compiled(flow: object) {
  const { stateMachine, nestedMachines, steps, diagnostics } = compile(JSON.stringify(flow));
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  if (!stateMachine) throw new Error('a flow without errors has a state machine');
  expectShallow({ stateMachine, nestedMachines });
  const calls = steps.filter((step) => step.calls).map(({ id }) => id);
  return { calls, own: steps.filter(({ component }) => component === OPERANDS), stateMachine, nestedMachines };
}

const mapOf = (flow: object) => ({ id: 'm', component: '/map', input: { items: input('items'), workflow: flow } });

describe('an operator costs no function', () => {
  it.each<[string, object]>([
    ['of the input, in a skipIf', { steps: [task('a', { skipIf: { $lt: [input('n'), 5] } })], output: { $step: 'a' } }],
    [
      'of two fields of the input',
      { steps: [task('a', { skipIf: { $eq: [input('n'), input('m')] } })], output: { $step: 'a' } },
    ],
    [
      'of one of some constants',
      { steps: [task('a', { skipIf: { $in: [input('kind'), ['x', 'y']] } })], output: { $step: 'a' } },
    ],
    [
      'of the length of the input',
      { steps: [task('a', { skipIf: { $eq: [{ $length: input('list') }, 0] } })], output: { $step: 'a' } },
    ],
    [
      "of one step's result, in a skipIf",
      { steps: [task('a'), task('b', { input: n('a'), skipIf: { $gt: [n('a'), 5] } })], output: { $step: 'b' } },
    ],
    [
      "of one step's result, in the condition of the output",
      // biome-ignore lint/suspicious/noThenProperty: a key of the language.
      { steps: [task('a'), task('b')], output: { $if: { $gte: [n('a'), 1] }, then: { $step: 'b' } } },
    ],
    ['of equal steps', { steps: [task('a'), task('b')], output: { $eq: [{ $step: 'a' }, n('b')] } }],
    ['of a step and the input', { steps: [task('a')], output: { $eq: [n('a'), input('n')] } }],
    [
      "of a function's input",
      {
        steps: [task('a'), task('b', { input: { t: { $concat: ['Dear ', n('a'), input('x')] } } })],
        output: { $step: 'b' },
      },
    ],
    [
      "of a function's input, of several steps",
      { steps: [task('a'), task('b'), task('c', { input: { t: { $lt: [n('a'), n('b')] } } })], output: { $step: 'c' } },
    ],
    ['of a text in the output', { steps: [task('a')], output: { $concat: ['Dear ', n('a')] } }],
    [
      'of what a map has counted',
      {
        steps: [mapOf({ steps: [task('a')], output: { $step: 'a' } })],
        output: { $gt: [{ $step: 'm', path: 'failed' }, 0] },
      },
    ],
    [
      'of each item of a map',
      { steps: [mapOf({ steps: [task('a', { skipIf: { $gt: [input('n'), 1] } })], output: { $step: 'a' } })] },
    ],
    [
      'of conditions',
      {
        steps: [task('a'), task('b')],
        output: { $and: [{ $gt: [n('a'), 1] }, { $or: [{ $eq: [n('b'), 1] }, { $not: input('x') }] }] },
      },
    ],
  ])('%s', (_, flow) => {
    expect(compiled(flow).own).toEqual([]);
  });

  it('nor a state, in a condition that is there anyway', () => {
    const statesOf = (skipIf: object): number => {
      const flow = { steps: [task('a', { skipIf })], output: { $step: 'a' } };
      return Object.keys(compiled(flow).stateMachine.States).length;
    };
    expect(statesOf({ $eq: [input('kind'), 'x'] })).toBe(statesOf(input('kind')));
    // One more, which fails the flow where the operands do not fit.
    expect(statesOf({ $lt: [input('n'), 5] })).toBe(statesOf(input('n')) + 1);
  });

  it('but one where values of several steps meet outside of a function', () => {
    const { calls } = compiled({ steps: [task('a'), task('b')], output: { $lt: [n('a'), n('b')] } });
    expect(calls).toEqual(['a', 'b', 'output.operands_1']);
  });
});

describe('many operators', () => {
  const range = (length: number) => Array.from({ length }, (_, at) => at);

  it.each<[string, object]>([
    [
      '200 comparisons of the input',
      { steps: range(200).map((at) => task(`s${at}`, { skipIf: { $lt: [input(`f${at}`), at] } })) },
    ],
    [
      '200 comparisons of steps',
      { steps: [task('a'), ...range(200).map((at) => task(`s${at}`, { skipIf: { $lt: [n('a'), at] } }))] },
    ],
    [
      '200 in one condition',
      // biome-ignore lint/suspicious/noThenProperty: a key of the language.
      { steps: [task('a')], output: { $if: { $and: range(200).map((at) => ({ $lt: [n('a'), at] })) }, then: 1 } },
    ],
    [
      '1,000 parts of a text of the input',
      {
        steps: [task('a')],
        output: { a: { $step: 'a' }, t: { $concat: range(1000).map((at) => (at % 2 ? input(`f${at}`) : `${at}`)) } },
      },
    ],
    [
      '1,000 parts of a text of a step',
      { steps: [task('a')], output: { $concat: range(1000).map((at) => ({ $step: 'a', path: `f${at}` })) } },
    ],
    [
      'one of 1,000 constants',
      { steps: [task('a', { skipIf: { $in: [input('x'), range(1000)] } })], output: { $step: 'a' } },
    ],
  ])('%s', (_, flow) => {
    const { stateMachine, nestedMachines } = compiled(flow);
    for (const machine of [stateMachine, ...nestedMachines.map((one) => one.stateMachine)])
      expect(JSON.stringify(machine).length).toBeLessThan(DEFINITION_BYTES);
  });

  it.each(['$eq', '$lt', '$in', '$concat', '$and', '$or'])('%s within itself, 60 times', (operator) => {
    for (const of of [input('n'), n('a')]) {
      const nested = range(60).reduce<object>((inner) => ({ [operator]: [inner, input('m')] }), of);
      compiled({ steps: [task('a'), task('b', { skipIf: nested })], output: { $step: 'b' } });
    }
  });
});
