import { describe, expect, it } from 'vitest';
import { check } from '../../../lib/compiler/check/index.ts';
import { compile } from '../../../lib/compiler/compile.ts';
import { expectChecks } from './expect-checks.ts';

const STEPS = `
variables: { mode: fast }
inputSchema:
  type: object
  required: [n, s, plan, size, list, either, digits]
  properties:
    n: { type: number }
    s: { type: string }
    plan: { enum: [free, team, enterprise] }
    size: { enum: [1, 2] }
    list: { type: array, items: { type: string } }
    either: { type: [string, number] }
    maybe: { type: string }
    digits: { type: string, pattern: '^[0-9]+$' }
steps:
  - { id: load, component: /user/load, input: { user_id: u001 }, mustExecute: true }
  - { id: find, component: /text/find, input: { text: a }, mustExecute: true }`;

/** Checks the flow with this output, in which the diagnostics are marked. */
const checkOutput = (output: string): readonly string[] => expectChecks(`${STEPS}\noutput:\n${output}`);

describe('operands that never fit', () => {
  it('are reported where the one stands that does not', () => {
    const texts = checkOutput(`
  - { $lt: [{ $input: n }, "18"] }
                           ~~~~ operand-type
  - { $gt: [18, { $input: s }] }
            ~~ operand-type
  - { $gte: [{ $input: n }, { $step: load, path: id }] }
                            ~~~~~~~~~~~~~~~~~~~~~~~~~ operand-type
  - { $lte: [{ $input: list }, 3] }
             ~~~~~~~~~~~~~~~~ operand-type
  - { $lt: [null, { $input: either }] }
            ~~~~ operand-type
  - { $length: { $input: n } }
               ~~~~~~~~~~~~~ operand-type
  - { $concat: [a, { $input: list }, b] }
                   ~~~~~~~~~~~~~~~~ operand-type
  - { $concat: [a, { $step: load, path: profile }] }
                   ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ operand-type
  - { $in: [a, { $input: s }] }
               ~~~~~~~~~~~~~ operand-type
  - { $in: [{ $input: list }, { $input: s }] }
                              ~~~~~~~~~~~~~ operand-type`);
    expect(texts[0]).toBe(
      '$lt compares two numbers or two strings, and finds a number and the string "18" | ' +
        'Text in quotes is a string: write 18 without quotes.',
    );
    expect(texts[1]).toContain('finds the number 18 and a string | Strings are compared character by character');
    expect(texts[3]).toContain('finds a list and the number 3 | Compare its length, { $length: list }');
    expect(texts[4]).toContain('finds null and a number or a string | For a value that may be null');
    expect(texts[5]).toContain('$length is that of a string, a list or a map, and finds a number |');
    expect(texts[8]).toContain('No operator looks into a text');
    expect(texts[9]).toContain('The list comes second');
  });

  it('are an error, and a warning where the operation may be missing instead', () => {
    const severityOf = (output: string): string => {
      const { flow } = compile(`${STEPS}\noutput: ${output}`, { file: 'flow.yaml' });
      const found = flow ? check(flow, () => undefined).filter(({ code }) => code === 'operand-type') : [];
      return found.map(({ severity }) => severity).join();
    };
    expect(severityOf('{ $if: { $lt: [{ $input: s }, 1] }, then: 1 }')).toBe('error');
    expect(severityOf('{ $lt: [{ $input: maybe }, 1] }')).toBe('error');
    expect(severityOf('{ $if: { $lt: [{ $input: maybe }, 1] }, then: 1 }')).toBe('warning');
    expect(severityOf('{ $coalesce: [{ $length: { a: { $input: maybe }, b: { $length: 1 } } }, 1] }')).toBe('error');
  });

  it('are those of a default, too', () => {
    expectChecks(`
steps:
  - id: load
    component: /user/load
    input: { user_id: u001 }
    onError: { action: useDefault, defaultValue: { age: none } }
                                                 ~~~~~~~~~~~~~ default-type
output: { $gt: [{ $step: load, path: age }, 18] }`);
  });
});

describe('a comparison with the same result in every run', () => {
  it('is one of values that are never equal, or of constants', () => {
    const texts = checkOutput(`
  - { $eq: [{ $input: n }, "18"] }
    ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ constant-comparison
  - { $ne: [{ $input: plan }, teem] }
    ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ constant-comparison
  - { $in: [{ $input: size }, [3, 4]] }
    ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ constant-comparison
  - { $eq: [1, 1] }
    ~~~~~~~~~~~~~~~ constant-comparison
  - { $lt: [1, 2] }
    ~~~~~~~~~~~~~~~ constant-comparison
  - { $eq: [{ a: { $input: n } }, { b: { $input: n } }] }
    ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ constant-comparison
  - { $eq: [{ $step: load, path: valid }, true] }
    ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ constant-comparison
  - { $in: [a, []] }
    ~~~~~~~~~~~~~~~~ constant-comparison`);
    expect(texts[0]).toBe(
      'This $eq is always false: a number and the string "18" are never equal | ' +
        'Text in quotes is a string: write 18 without quotes.',
    );
    expect(texts[1]).toBe(
      'This $ne is always true: "free" or "team" or "enterprise" and the string "teem" are never equal | Did you mean "team"?',
    );
    expect(texts[2]).toContain('This $in is always false: 1 or 2 is never in a list');
    expect(texts[3]).toContain('This $eq is always true: it compares the number 1 and the number 1');
  });

  it('is reported once, where it is a condition', () => {
    checkOutput(`
  - { $if: { $eq: [{ $input: n }, a] }, then: 1 }
           ~~~~~~~~~~~~~~~~~~~~~~~~~~~ constant-comparison
  - { $if: { $ne: [{ $input: n }, a] }, then: 1 }
           ~~~~~~~~~~~~~~~~~~~~~~~~~~~ constant-comparison
  - { $if: { $and: [{ $input: maybe }, { $not: { $eq: [1, 2] } }] }, then: 1 }
                                               ~~~~~~~~~~~~~~~ constant-comparison`);
  });
});

describe('a condition of an operator', () => {
  it('that is always true, or never, is named as it is written', () => {
    const texts = checkOutput(`
  - { $and: [{ $step: load, path: age }, { $input: maybe }] }
             ~~~~~~~~~~~~~~~~~~~~~~~~~~ always-true
  - { $or: [{ $step: load, path: cached }, { $input: maybe }] }
            ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ never-true
  - { $not: [{ $input: maybe }] }
            ~~~~~~~~~~~~~~~~~~~ list-condition
  - { $if: { $length: { $input: list } }, then: 1 }
           ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ always-true
  - { $if: { $concat: [a, { $input: s }] }, then: 1 }
           ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ always-true`);
    expect(texts[0]).toContain('This operand of $and is always true: its value is a number | Only false, null');
    expect(texts[1]).toBe('This operand of $or is never true: its value is false | Leave it out, or fix it.');
    expect(texts[2]).toBe(
      'This operand of $not is a list, which is true whatever is in it | Write the value itself: { $not: value }. ' +
        'Whether one of several is true is { $or: [first, second] }, whether all are, { $and: [first, second] }.',
    );
    expect(texts[3]).toContain('This $if is always true: its value is a number');
  });
});

describe('no finding is', () => {
  it.each([
    '{ $lt: [{ $input: either }, 1] }',
    '{ $lt: [{ $input: either }, { $input: s }] }',
    '{ $gt: [{ $input: digits }, "10"] }',
    '{ $gt: [{ $variable: mode }, 1] }',
    '{ $gt: [{ $step: find, path: at }, 1] }',
    '{ $eq: [{ $step: load, path: email }, null] }',
    '{ $eq: [{ $step: load, path: nick }, null] }',
    '{ $eq: [{ $input: maybe }, null] }',
    '{ $ne: [{ $variable: mode, default: 3 }, fast] }',
    '{ $eq: [{ $input: plan }, team] }',
    '{ $eq: [{ $input: either }, 1] }',
    '{ $eq: [{ $input: list }, [a, b]] }',
    '{ $eq: [{ n: { $input: n } }, { n: 1 }] }',
    '{ $in: [{ $input: plan }, [team, enterprise]] }',
    '{ $in: [{ $input: maybe }, [null]] }',
    '{ $in: [{ $input: s }, { $input: list }] }',
    '{ $in: [{ $input: s }, { $step: load, path: tags }] }',
    '{ $length: { $input: either } }',
    '{ $concat: [{ $input: either }, 1, true] }',
    '{ $concat: [{ $step: load, path: email }] }',
    '{ $and: [{ $gt: [{ $input: n }, 1] }, { $input: maybe }] }',
    '{ $not: { $input: maybe } }',
    '{ $if: { $lt: [{ $input: n }, 1] }, then: 1 }',
    '{ $coalesce: [{ $concat: [a, { $input: maybe }] }, none] }',
  ])('%s', (expression) => {
    checkOutput(`  - ${expression}`);
  });

  it('a skipIf that reads a step, which may be skipped', () => {
    checkOutput(`  - { $coalesce: [{ $step: load, path: age }, 1] }`);
    expectChecks(`${STEPS}
  - { id: it, component: /any/thing, skipIf: { $length: { $step: load, path: tags } } }
output: { $step: it }`);
  });
});
