import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compile } from '../../lib/compiler/compile.ts';
import type { Json, JsonObject } from '../../lib/protocol/json.ts';
import { operate } from '../../lib/protocol/operators.ts';
import { runDefinition } from '../../lib/run/run-definition.ts';
import { runFlow } from '../../lib/run/run-flow.ts';
import { hydrate } from '../../lib/runtime/spill/hydrate.ts';
import { blobStore, sha256 } from '../../lib/runtime/stores/blobs.ts';
import { folderStore } from '../../lib/runtime/stores/folder-store.ts';
import { runs } from '../chance.ts';
import { call } from '../cli/terminal.ts';
import { componentSource, project } from './project.ts';

const A = [{ result: { n: 1, l: [] } }];
const B = [{ result: { n: 1, s: 's' } }];
const UNFIT = '$lt compares two numbers or two strings, and finds a number and a string';

/** A flow's text, and the place of its line with `$lt` or `$concat`. */
const withSteps = (rest: string): string => `steps:
  - { id: a, component: /my/a }
  - { id: b, component: /my/b }
${rest}`;

describe('a failed operator names types, reader, field and place', () => {
  it.each<[string, string, object]>([
    [
      'in an input',
      '  - id: c\n    component: /noop\n    input:\n      t: { u: { $lt: [{ $step: a, path: n }, x] } }\noutput: { $step: c }',
      { message: `step "c": "t.u" of its input: ${UNFIT}`, place: { line: 7, column: 15 } },
    ],
    [
      'in an input, of two steps',
      '  - id: c\n    component: /noop\n    input:\n      t: [{ $lt: [{ $step: a, path: n }, { $step: b, path: s }] }]\noutput: { $step: c }',
      { message: `step "c": "t[0]" of its input: ${UNFIT}`, place: { line: 7, column: 11 } },
    ],
    [
      'in a text',
      '  - id: c\n    component: /noop\n    input:\n      t: { $concat: [x, { $step: a, path: l }] }\noutput: { $step: c }',
      {
        message: 'step "c": "t" of its input: $concat puts strings, numbers and booleans together, and finds a list',
        place: { line: 7, column: 10 },
      },
    ],
    [
      'in a condition of an input',
      '  - id: c\n    component: /noop\n    input:\n      t: { $if: { $lt: [{ $input: n }, x] }, then: 1 }\noutput: { $step: c }',
      { message: `step "c": "t" of its input: ${UNFIT}`, place: { line: 7, column: 10 } },
    ],
    [
      'of a missing path',
      '  - id: c\n    component: /noop\n    input:\n      t: { $concat: [x, { $step: a, path: gone }] }\noutput: { $step: c }',
      {
        message: 'step "c": no value for "t" of its input: there is no "gone" of step "a" (it has "n", "l")',
        place: { line: 7, column: 10 },
      },
    ],
    [
      'in a skipIf',
      '  - id: c\n    component: /noop\n    skipIf: { $lt: [{ $step: a, path: n }, x] }\noutput: { $step: c }',
      { message: `${UNFIT}, in the skipIf of step "c"`, place: { line: 6, column: 13 } },
    ],
    [
      'in a skipIf, of the input',
      '  - id: c\n    component: /noop\n    skipIf: { $lt: [{ $input: n }, x] }\noutput: { $step: c }',
      { message: `${UNFIT}, in the skipIf of step "c"`, place: { line: 6, column: 13 } },
    ],
    [
      'in the output',
      'output:\n  x: { $lt: [{ $step: a, path: n }, x] }',
      { message: `${UNFIT}, in field "x" of the output`, place: { line: 5, column: 6 } },
    ],
    [
      'in the output, of two steps',
      'output:\n  x: { $lt: [{ $step: a, path: n }, { $step: b, path: s }] }',
      { message: `${UNFIT}, in field "x" of the output`, place: { line: 5, column: 6 } },
    ],
    [
      'in the output, of the input',
      'output:\n  x: { $lt: [{ $input: n }, x] }',
      { message: `${UNFIT}, in field "x" of the output`, place: { line: 5, column: 6 } },
    ],
    [
      'in the output, of a missing path',
      'output:\n  x: { $lt: [{ $step: a, path: gone }, x] }',
      { message: '"gone" of step "a" is missing, which field "x" of the output reads', place: { line: 5, column: 6 } },
    ],
    [
      'in the output, of one of two missing paths',
      'output:\n  x: { $lt: [{ $step: a, path: n }, { $step: b, path: gone }] }',
      { message: 'an operand of $lt is missing, which field "x" of the output reads', place: { line: 5, column: 6 } },
    ],
    [
      'in a default',
      '  - id: z\n    component: /my/z\n    onError:\n      action: useDefault\n      defaultValue:\n        k: { $lt: [{ $step: a, path: n }, x] }\noutput: { $step: z }',
      { message: `${UNFIT}, in field "k" of the default of step "z"`, place: { line: 9, column: 12 } },
    ],
    [
      'in the items of a map',
      '  - id: m\n    component: /map\n    input:\n      items: [{ $lt: [{ $step: a, path: n }, x] }]\n      workflow: { steps: [{ id: i, component: /noop }], output: { $step: i } }\noutput: { $step: m }',
      { message: `${UNFIT}, in field "items[0]" of the input of step "m"`, place: { line: 7, column: 15 } },
    ],
  ])('%s', async (_, rest, { message, place }: { message?: string; place?: object }) => {
    const mocks = { '/my/a': A, '/my/b': B, '/my/z': [{ outcome: 'failed' as const }] };
    const { result } = await runFlow({ source: withSteps(rest), mocks, input: { n: 3 } });
    expect(result).toMatchObject({ outcome: 'failed', error: { code: 'EXPRESSION_FAILURE', message, place } });
  });

  it('and a variable that an inner flow is given', async () => {
    const flow = { steps: [], output: { $lt: [{ $variable: 'own.age' }, { $input: 'n' }] } };
    const input = { items: [{ n: 1 }], on_failure: 'fail', variables: { own: { $input: '$' } }, workflow: flow };
    const source = JSON.stringify({ steps: [{ id: 'm', component: '/map', input }], output: { $step: 'm' } });
    const { result } = await runFlow({ source, input: {} });
    const message = 'the variable "own.age" or "n" of the flow\'s input is missing, which the output reads';
    expect(result).toMatchObject({ outcome: 'failed', error: { code: 'EXPRESSION_FAILURE', message } });
  });
});

describe('values of 1 byte to megabytes', () => {
  const bytes = fc.double({ min: 0, max: 21, noNaN: true }).map((exponent) => Math.floor(2 ** exponent));
  const textOf = (length: number, of = 'é"x'): string =>
    of.repeat(length / of.length + 1).slice(0, Math.max(1, length));

  it('are compared, put together and measured', async () => {
    const property = fc.asyncProperty(
      bytes,
      bytes,
      bytes,
      fc.constantFrom(undefined, 40),
      async (a, b, c, spillAbove) => {
        const results = [a, b, c].map(
          (length): JsonObject => ({ t: textOf(length), l: [length, textOf(length)], same: textOf(a) }),
        );
        const [x, y] = [
          { $step: 'a', path: 't' },
          { $step: 'b', path: 't' },
        ];
        const [i, j] = [{ $input: 't' }, { $input: 'same' }];
        const output = {
          ...{
            eq: { $eq: [x, y] },
            same: {
              $eq: [
                { $step: 'a', path: 't' },
                { $step: 'b', path: 'same' },
              ],
            },
            input: { $eq: [i, j] },
          },
          ...{
            mixed: { $eq: [x, j] },
            lt: { $lt: [x, y] },
            lti: { $lt: [i, y] },
            in: { $in: [x, { $step: 'b', path: 'l' }] },
          },
          ...{
            one: { $concat: [x, '-', y] },
            two: { $concat: [y, i] },
            three: { $concat: [i, j, 1] },
            n: { $length: { $concat: [x, x] } },
          },
          ...{ list: { $length: { $step: 'a', path: 'l' } }, chars: { $length: i } },
        };
        const source = JSON.stringify({
          steps: [
            { id: 'a', component: '/my/a' },
            { id: 'b', component: '/my/b' },
            { id: 'r', component: '/noop', input: output },
          ],
          output: { own: output, read: { $step: 'r' } },
        });
        const [one, other, input] = results as [JsonObject, JsonObject, JsonObject];
        const mocks = { a: [{ result: one }], b: [{ result: other }] };
        const run = await runFlow({ source, mocks, input, ...(spillAbove && { spillAbove }) });
        const [s, t, u] = [textOf(a), textOf(b), textOf(c)];
        const wanted = {
          ...{
            eq: s === t,
            same: true,
            input: u === s,
            mixed: true,
            lt: givenBy('lt', [s, t]),
            lti: givenBy('lt', [u, t]),
            in: s === t,
          },
          ...{ one: `${s}-${t}`, two: t + u, three: `${u}${s}1`, n: 2 * s.length, list: 2, chars: u.length },
        };
        if (run.result.outcome !== 'success') throw new Error(JSON.stringify(run.result));
        expect(digest(run.result.result)).toEqual(digest({ own: wanted, read: wanted }));
      },
    );
    await fc.assert(property, { numRuns: runs(12), endOnFailure: true });
  }, 300_000);

  /** Long texts as their lengths and ends. */
  const digest = (value: unknown): unknown =>
    JSON.parse(JSON.stringify(value), (_, part) =>
      typeof part === 'string' && part.length > 99 ? [part.length, part.slice(0, 20), part.slice(-20)] : part,
    );

  const givenBy = (...of: Parameters<typeof operate>): Json => {
    const outcome = operate(...of);
    return 'value' in outcome ? outcome.value : null;
  };
});

describe('an execution that is started directly', () => {
  const HOME = project({ 'lambdas/my/same.ts': componentSource('return { all: input };') });
  const STORE = folderStore(join(HOME, '.stepflow/blobs'));
  const FLOW = {
    steps: [
      {
        id: 'same',
        component: '/my/same',
        input: { $concat: [{ $input: 'a' }, '/', { $input: 'n' }] },
        skipIf: { $lt: [{ $input: 'a' }, { $input: 'c.d' }] },
      },
    ],
    output: {
      same: { $coalesce: [{ $step: 'same', path: 'all' }, 'skipped'] },
      equal: { $eq: [{ $input: 'a' }, { $input: 'b[0]' }] },
      within: { $in: [{ $input: 'a' }, { $input: 'b' }] },
      text: { $concat: [{ $input: 'n' }, { $input: 'c.d' }] },
      length: { $length: { $input: 'b' } },
    },
  };

  it('does operations on an input that nobody has prepared', async () => {
    const text = fc
      .tuple(fc.constantFrom('x', 'é', '😀', '"', '\uffff'), fc.constantFrom(1, 3, 1000, 30_000))
      .map(([of, times]) => of.repeat(times));
    const number = fc.constantFrom(0.1 + 0.2, 2 ** 53 - 1, 1e21, 1e-7, 3, -0);
    const property = fc.asyncProperty(text, fc.option(text), text, number, async (a, b, d, n) => {
      const input = { a, b: [b ?? a], c: { d }, n };
      const { stateMachine, nestedMachines } = compile(JSON.stringify(FLOW));
      const definition = JSON.parse(JSON.stringify(stateMachine)) as JsonObject;
      const run = await runDefinition({ definition, nestedMachines, input, mocks: {}, home: HOME });
      expect(run.cause ?? run.error).toBeUndefined();
      const { result } = run.output as JsonObject;
      const less = operate('lt', [a, d]);
      const isSame = a === (b ?? a);
      expect(await hydrate(result ?? null, blobStore(STORE))).toEqual({
        ...{
          same: 'value' in less && less.value ? 'skipped' : `${a}/${JSON.stringify(n)}`,
          equal: isSame,
          within: isSame,
        },
        ...{ text: JSON.stringify(n) + d, length: 1 },
      });
    });
    await fc.assert(property, { numRuns: runs(25) });
  }, 120_000);
});

describe('a secret in a text', () => {
  const SECRET = 'Zq7-planted-key';
  const ECHO = componentSource(`
  ctx.logger.info('told', { input });
  await ctx.blobs.put(input);
  const { createHash } = await import('node:crypto');
  return { input, digest: createHash('sha256').update(input.authorization).digest('hex') };`);

  it('reaches the component, and nothing else', async () => {
    const home = project({
      'flow.yaml': `
variablesSchema: { properties: { token: { type: string, is_secret: true } } }
steps:
  - id: ask
    component: /my/echo
    input: { authorization: { $concat: ["Bearer ", { $variable: token }, { $input: n }] }, isIn: { $in: [{ $variable: token }, [x]] } }
  - { id: next, component: /noop, input: { $concat: [{ $step: ask, path: digest }, { $variable: token }] } }
output: { all: { $step: ask }, next: { $step: next }, length: { $length: { $step: ask, path: input } } }
`,
      'lambdas/my/echo.ts': ECHO,
    });
    const run = ['run', 'flow.yaml', '--input', '{"n":1}', '--var', `token=${JSON.stringify(SECRET)}`, '--json'];
    const { stdout, stderr, code } = await call(run, { cwd: home });
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stdout).toContain(sha256(`Bearer ${SECRET}1`));
    expect(stdout).toContain('Bearer [secret]1');
    expect(stdout).toContain('"isIn": false');
    for (const text of [stdout, stderr, ...filesIn(home)]) expect(text).not.toContain(SECRET);
  });

  it('is missing or null where a value of anybody would be', async () => {
    const home = project({ 'lambdas/my/digest.ts': DIGEST });
    const digestOf = async (input: Json, secrecy: object, variables: JsonObject): Promise<object> => {
      const properties = { o: secrecy, w: secrecy };
      const steps = [{ id: 's', component: '/my/digest', input: { in: input } }];
      const source = JSON.stringify({ variablesSchema: { properties }, steps, output: { $step: 's' } });
      const { result } = await runFlow({ source, home, input: { n: 'n' }, variables });
      return 'error' in result ? { code: result.error.code } : result;
    };
    await fc.assert(
      fc.asyncProperty(operand, fc.record({ o: whole, w: whole }), async (input, variables) => {
        const known = await digestOf(input, {}, variables);
        expect(await digestOf(input, { is_secret: true }, variables)).toEqual(known);
      }),
      { numRuns: runs(60) },
    );
  });

  const DIGEST = componentSource(`
  const { createHash } = await import('node:crypto');
  return createHash('sha256').update(JSON.stringify(input)).digest('hex');`);

  const leaf = fc.constantFrom<Json>(null, 'n', 'h', 1);
  // A part of a text is a part of the JSON that it has to be.
  const whole = fc.oneof(
    fc.constantFrom<Json>(null, 1),
    fc.dictionary(fc.constantFrom('a', 'zz'), leaf, { maxKeys: 2 }),
  );
  const { operand } = fc.letrec<{ operand: Json }>((tie) => ({
    operand: fc.oneof(
      { depthSize: 'medium', maxDepth: 3 },
      fc.constantFrom('o', 'w', 'o.zz', 'w.a').map(($variable) => ({ $variable })),
      fc.constantFrom<Json>(null, 'h', { $input: 'n' }, { $input: 'gone' }),
      fc.array(tie('operand'), { minLength: 1, maxLength: 3 }).map(($coalesce) => ({ $coalesce })),
      fc.array(tie('operand'), { minLength: 2, maxLength: 2 }).map(($eq) => ({ $eq })),
      tie('operand').map((one) => ({ $in: [one, [null, 'h', one]] })),
      tie('operand').map((one) => ({ $length: one })),
      tie('operand').map((a) => ({ a })),
    ),
  }));

  const filesIn = (home: string): readonly string[] =>
    ['runs', 'blobs']
      .map((folder) => join(home, '.stepflow', folder))
      .filter((folder) => existsSync(folder))
      .flatMap((folder) => readdirSync(folder, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
});
