import { describe, expect, it } from 'vitest';
import { readFlow } from '../../../lib/flow/read/read-flow.ts';
import { expectDiagnostics } from '../../diagnostics/expect-diagnostics.ts';

const ofText = (source: string) => readFlow(source, 'flow.yaml').diagnostics;
const expectMarks = (annotated: string): readonly string[] => expectDiagnostics(annotated, ofText);

describe('an operator with other operands than it takes', () => {
  it('is an error at what was found, which says what is wanted', () => {
    const texts = expectMarks(`
steps: []
output:
  - $eq: [1, 2, 3]
         ~~~~~~~~~ bad-reference
  - $lt: [1]
         ~~~ bad-reference
  - $ne: a
         ~ bad-reference
  - $gt: 18
         ~~ bad-reference
  - $gte: { $input: age }
          ~~~~~~~~~~~~~~~ bad-reference
  - $in: [a, b, c]
         ~~~~~~~~~ bad-reference
  - $concat: x
             ~ bad-reference
  - $and: { $input: on }
          ~~~~~~~~~~~~~~ bad-reference
  - $or: true
         ~~~~ bad-reference`);
    expect(texts).toEqual([
      '$eq takes a list of 2 values, and finds a list of 3 | Write { $eq: [first, second] }, and join several with ' +
        '$and or $or: { $and: [{ $eq: [first, second] }, { $eq: [first, second] }] }.',
      '$lt takes a list of 2 values, and finds a list of 1 | Write { $lt: [first, second] }.',
      '$ne takes a list of 2 values, and finds the string "a" | Write { $ne: [first, "a"] }.',
      '$gt takes a list of 2 values, and finds the number 18 | Write { $gt: [first, 18] }.',
      '$gte takes a list of 2 values, and finds a map | Write { $gte: [first, second] }.',
      '$in takes a list of 2 values, and finds a list of 3 | Write { $in: [value, [first, second, third]] }, with the list as the second.',
      '$concat takes a list of values, and finds the string "x" | Write { $concat: [first, "x"] }.',
      '$and takes a list of values, and finds a map | Write { $and: [first, second] }.',
      '$or takes a list of values, and finds the boolean true | Write { $or: [first, true] }.',
    ]);
  });

  it('has no keys beside it', () => {
    const texts = expectMarks(`
steps: [{ id: z, component: /noop }]
output:
  - { $eq: [1, 2], then: 1 }
                   ~~~~ unknown-key
  - { $length: { $step: z }, path: items }
                             ~~~~ unknown-key
  - { $eq: [1, 2], $and: [true] }
                   ~~~~ two-expressions`);
    expect(texts[0]).toBe(
      'Unknown key "then" in an $eq | Put the condition under $if: { $if: condition, then: value, else: value }.',
    );
    expect(texts[1]).toContain('put the path into the reference');
  });
});

describe('an operator of another language', () => {
  it.each([
    ['$equals', '{ $eq: [first, second] }'],
    ['$neq', '{ $ne: [first, second] }'],
    ['$not_equal', '{ $ne: [first, second] }'],
    ['$ge', '{ $gte: [first, second] }'],
    ['$le', '{ $lte: [first, second] }'],
    ['$less_than', '{ $lt: [first, second] }'],
    ['$contains', '{ $in: [value, list] }'],
    ['$includes', '{ $in: [value, list] }'],
    ['$nin', '{ $not: { $in: [value, list] } }'],
    ['$len', '{ $length: value }'],
    ['$size', '{ $length: value }'],
    ['$join', '{ $concat: ["Hello ", value] }'],
    ['$add', 'No operator calculates'],
    ['$exists', '{ $ne: [value, null] }'],
    ['$regex', 'No operator looks into a text'],
    ['$cond', '{ $if: condition'],
    ['$ifNull', '{ $coalesce: [value, default] }'],
    ['$lenght', 'Did you mean "$length"?'],
    ['$EQ', 'Did you mean "$eq"?'],
    ['$concatt', 'Did you mean "$concat"?'],
  ])('%s is plain data, and told what is written here', (key, instead) => {
    const [found, ...more] = ofText(JSON.stringify({ steps: [], output: { a: { [key]: [1, 2] } } }));
    expect(found).toMatchObject({
      code: 'unknown-dollar-key',
      severity: 'warning',
      help: expect.stringContaining(instead),
    });
    expect(more).toEqual([]);
  });
});

describe('a test case', () => {
  it('has matchers where an expression has operators', () => {
    const output = { result: { list: { $length: 2 }, text: { $contains: 'a' }, n: { $less_than: 3 }, $eq: [1, 2, 3] } };
    const flow = { steps: [], output: 1, test: { cases: [{ name: 'a', input: { $eq: [1, 2, 3] }, output }] } };
    expect(ofText(JSON.stringify(flow))).toEqual([]);
  });
});
