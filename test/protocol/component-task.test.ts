import { describe, expect, expectTypeOf, it } from 'vitest';
import { evaluated, jsonata, text } from '../../lib/compiler/emit/jsonata/jsonata.ts';
import { callArguments, callResult, componentIn, invocationIn, readAnswer } from '../../lib/protocol/component-task.ts';
import type { Invocation } from '../../lib/protocol/invocation.ts';
import type { Json } from '../../lib/protocol/json.ts';
import { defined, type TemplatedInvocation } from '../../lib/protocol/templated.ts';

const whole: Required<Invocation> = {
  step: 'load',
  input: { id: 1, same: null },
  reads: ['$', '$if(x)'],
  spillAbove: 100,
  secrets: ['key'],
  covered: true,
  fused: [
    { step: 'kept', path: 'a*b', does: 'store' },
    { step: 'there', path: 'c' },
  ],
  before: [{ step: 'a', input: null, reads: ['$'], secrets: ['key'], fused: [{ step: 'x', path: 'y' }] }],
  output: [{ path: 'a', message: 'no a' }, { message: '' }],
  execution: 'e',
  childExecution: 'c',
  iteration: '/3/12',
  attempt: 2,
  token: 'a token',
  timeout: 1.5,
};

const argumentsOf = (Payload: Json): Json => ({ FunctionName: '${component:/my/load}', Payload });

describe('a call of a component', () => {
  it('is read as it was written', () => {
    const written = argumentsOf(JSON.parse(JSON.stringify(whole)));
    expect(componentIn(written)).toBe('/my/load');
    expect(invocationIn(written, 'state')).toEqual(whole);
  });

  it('has what is of its type, and no more', () => {
    const wrong = argumentsOf({
      step: 1,
      reads: ['$', 2],
      spillAbove: '{% 1 %}',
      covered: 'yes',
      before: [3],
      fused: [{ step: 'x' }, { step: 'x', path: 'y', does: 'other' }],
      output: '{% [] %}',
      more: 1,
    });
    expect(invocationIn(wrong, 'state')).toEqual({
      step: 'state',
      input: null,
      reads: ['$'],
      before: [{ step: 'state', input: null }],
      fused: [{ step: 'x', path: 'y' }],
    });
    expect(invocationIn(null, 'state')).toEqual({ step: 'state', input: null });
  });

  it.each([
    null,
    [],
    {},
    { FunctionName: 'arn:aws:lambda:x' },
    { FunctionName: '${machine:/x}' },
    { FunctionName: '${component:x}' },
  ])('is nothing else: %j', (given) => {
    expect(componentIn(given)).toBeUndefined();
  });
});

describe('what the compiler writes', () => {
  it('is an invocation, in parts an expression, less what is undefined', () => {
    const payload = defined<TemplatedInvocation>({
      step: text('a'),
      input: { x: evaluated(jsonata`$x`) },
      reads: undefined,
      spillAbove: evaluated(jsonata`$states.input.s`),
    });
    expect(callArguments('/my/a', payload)).toEqual({
      FunctionName: '${component:/my/a}',
      Payload: { step: 'a', input: { x: '{% $x %}' }, spillAbove: '{% $states.input.s %}' },
    });
    expectTypeOf<TemplatedInvocation>().toExtend<{ [key: string]: Json }>();
  });

  it('has no field that the wrapper does not know, and none of another type', () => {
    // @ts-expect-error: the wrapper knows no such field
    defined<TemplatedInvocation>({ step: 'a', input: 1, spilAbove: 5 });
    // @ts-expect-error: neither a number nor an expression
    defined<TemplatedInvocation>({ step: 'a', input: 1, spillAbove: 'five' });
    // @ts-expect-error: nobody does that
    defined<TemplatedInvocation>({ step: 'a', input: 1, fused: [{ step: 'b', path: 'x', does: 'other' }] });
  });
});

describe('an answer', () => {
  it('tells of skipped steps and of the steps of a chain, also where it is text', () => {
    const answer = callResult({ x: 1, $skipped: true, $links: { a: 5, b: null } });
    const read = { skipped: true, fusedStepTimes: { a: 5, b: null } };
    expect(readAnswer(answer)).toEqual(read);
    expect(readAnswer(JSON.stringify(answer))).toEqual(read);
    expect(readAnswer(callResult({ $: 1 }))).toEqual({ skipped: false });
    expect(readAnswer(undefined)).toEqual({ skipped: false });
  });
});
