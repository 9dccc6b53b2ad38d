import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { componentSource, project } from '../run/project.ts';
import { call } from './terminal.ts';

const cwd = project({
  'flows/good.yaml': 'steps: [{ id: a, component: /my/shout, input: { $input: text } }]\noutput: { $step: a }\n',
  'flows/deeper/also.yml': 'steps: [{ id: a, component: /noop, input: 1 }]\n',
  'flows/stepflow-config.yml': 'plugins: {}\n',
  'wrong.yaml': 'steps:\n  - id: a\n    component: /my/shuot\n    input: { $step: b }\n',
  'unknown.yaml': 'steps:\n  - { id: a, component: /my/shuot }\n',
  'empty/nothing.txt': '',
  'lambdas/my/shout.ts': componentSource('return String(input).toUpperCase();'),
  'deep.asl.json': `{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true, "Result": ${'['.repeat(5000)}${']'.repeat(5000)}}}}`,
  'deep-expression.asl.json': JSON.stringify({
    QueryLanguage: 'JSONata',
    StartAt: 'A',
    States: { A: { Type: 'Pass', Output: `{% ${'('.repeat(5000)}1${')'.repeat(5000)} %}`, End: true } },
  }),
  'twice.asl.json': JSON.stringify({
    QueryLanguage: 'JSONata',
    StartAt: 'Ask',
    States: {
      Ask: {
        Type: 'Task',
        Resource: 'arn:aws:states:::aws-sdk:sqs:sendMessage',
        Arguments: { n: '{% $states.input.n %}' },
        Next: 'Done',
      },
      Done: { Type: 'Succeed', Output: '{% $states.input.double %}' },
    },
  }),
  'mocks.json': JSON.stringify({
    byState: {
      Ask: [
        { args: { n: 2 }, result: { double: 4 } },
        { args: { n: 3 }, error: { error: 'Odd', cause: 'three' } },
      ],
    },
  }),
  'bad-mocks.json': '{"byState": []}',
  'no-machine.json': '[1]',
  'token.asl.json': JSON.stringify({
    StartAt: 'Ask',
    States: {
      Ask: {
        Type: 'Task',
        Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
        Parameters: { FunctionName: 'f' },
        End: true,
      },
    },
  }),
  'no-start.json': '{"StartAt": "Nowhere", "States": {}}',
});

const inProject = (...argv: string[]) => call(argv, { cwd });

describe('stepflow validate', () => {
  test('finds every flow of a folder, and says that all is well', async () => {
    expect(await inProject('validate', 'flows')).toMatchInlineSnapshot(`
      {
        "code": 0,
        "stderr": "Next: stepflow run flows/deeper/also.yml
      ",
        "stdout": "✔ 2 flows: no errors
      ",
      }
    `);
  });

  test('shows each diagnostic with its place and its remedy', async () => {
    const { code, stdout, stderr } = await inProject('validate', 'wrong.yaml', 'unknown.yaml', 'flows');

    expect(code).toBe(1);
    expect(stdout).toMatchInlineSnapshot(`
      "✖ 4 flows: 2 errors
      "
    `);
    expect(stderr).toMatchInlineSnapshot(`
      "✘ [ERROR] There is no step "b"

          wrong.yaml:4:12:
            4 │     input: { $step: b }
              ╵            ~~~~~~~~~~~~

        Did you mean "a"?

      ✘ [ERROR] There is no component "/my/shuot"

          unknown.yaml:2:25:
            2 │   - { id: a, component: /my/shuot }
              ╵                         ~~~~~~~~~

        Did you mean "/my/shout"? Otherwise, implement it in lambdas/my/shuot.ts, or mock it.
      "
    `);
  });

  test('prints the diagnostics with --json', async () => {
    const { code, stdout, stderr } = await inProject('validate', 'unknown.yaml', '--json');

    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({
      ok: false,
      diagnostics: [
        {
          code: 'unknown-component',
          severity: 'error',
          message: 'There is no component "/my/shuot"',
          file: 'unknown.yaml',
          ...{ line: 2, column: 25, endLine: 2, endColumn: 34 },
          help: expect.stringContaining('Did you mean "/my/shout"?'),
        },
      ],
    });
  });

  test('says with --json that all is well', async () => {
    const { code, stdout } = await inProject('validate', 'flows', '--json');

    expect({ code, report: JSON.parse(stdout) }).toEqual({ code: 0, report: { ok: true, diagnostics: [] } });
  });

  test.each([
    ['nowhere', 'there is no file or folder "nowhere"'],
    ['empty', 'there is no flow in "empty"'],
  ])('refuses the path %s', async (path, message) => {
    const { code, stderr } = await inProject('validate', path);

    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});

describe('stepflow compile', () => {
  test('prints the state machine, with functions as placeholders', async () => {
    const { code, stdout, stderr } = await inProject('compile', 'flows/good.yaml');

    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      QueryLanguage: 'JSONata',
      StartAt: 'a',
      States: { a: { Type: 'Task', Arguments: { FunctionName: '${component:/my/shout}' } } },
    });
    expect(stderr).toBe('Next: stepflow run flows/good.yaml\n');
  });

  test('prints the same with --json, and nothing else', async () => {
    const [plain, json] = [
      await inProject('compile', 'flows/good.yaml'),
      await inProject('compile', 'flows/good.yaml', '--json'),
    ];

    expect(json).toEqual({ ...plain, stderr: '' });
  });

  test('writes a file that `asl run` takes, with the components of the project', async () => {
    const compiled = await inProject('compile', 'flows/good.yaml', '--out', 'out/good.asl.json');
    expect(compiled).toEqual({ code: 0, stdout: '', stderr: 'Next: stepflow asl run out/good.asl.json\n' });
    expect(JSON.parse(readFileSync(join(cwd, 'out/good.asl.json'), 'utf8'))).toMatchObject({ StartAt: 'a' });

    const ran = await inProject('asl', 'run', 'out/good.asl.json', '--input', '{"text": "hey"}', '--json');
    expect(JSON.parse(ran.stdout)).toMatchObject({
      status: 'SUCCEEDED',
      output: { outcome: 'success', result: 'HEY' },
    });
  });

  test('refuses to write over a folder', async () => {
    const { code, stderr } = await inProject('compile', 'flows/good.yaml', '--out', 'flows');

    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: 'error: cannot write "flows": it is a folder\n  help: give --out another file\n',
    });
  });

  test('needs no components', async () => {
    expect(await inProject('compile', 'unknown.yaml')).toMatchObject({ code: 0 });
  });

  test('gives no state machine for a flow with errors', async () => {
    const { code, stdout, stderr } = await inProject('compile', 'wrong.yaml');

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('There is no step "b"');
  });

  test('and its diagnostics with --json', async () => {
    const { code, stdout } = await inProject('compile', 'wrong.yaml', '--json');

    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      diagnostics: [
        { severity: 'error', message: 'There is no step "b"', file: 'wrong.yaml', line: expect.any(Number) },
      ],
    });
  });
});

describe('stepflow asl run', () => {
  const run = (...argv: string[]) => inProject('asl', 'run', 'twice.asl.json', ...argv);

  test('runs any state machine with mocks', async () => {
    const { code, stdout } = await run('--input', '{"n": 2}', '--mocks', 'mocks.json', '--json');

    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      status: 'SUCCEEDED',
      output: 4,
      entered: ['Ask', 'Done'],
      events: expect.any(Number),
    });
  });

  test('runs it as an Express state machine', async () => {
    const { code, stdout } = await run('--input', '{"n": 2}', '--mocks', 'mocks.json', '--express', '--json');

    expect([code, JSON.parse(stdout).output]).toEqual([0, 4]);
  });

  test('tells of a failed execution its error and cause', async () => {
    const { code, stdout } = await run('--input', '{"n": 3}', '--mocks', 'mocks.json', '--json');

    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ status: 'FAILED', error: 'Odd', cause: 'three', entered: ['Ask'] });
  });

  test('shows the same to people', async () => {
    expect(await run('--input', '{"n": 2}', '--mocks', 'mocks.json')).toMatchInlineSnapshot(`
      {
        "code": 0,
        "stderr": "",
        "stdout": "entered Ask → Done
      ✔ SUCCEEDED after 2 states, 9 events
      4
      ",
      }
    `);
    expect(await run('--input', '{"n": 3}', '--mocks', 'mocks.json')).toMatchInlineSnapshot(`
      {
        "code": 1,
        "stderr": "Odd: three
      ",
        "stdout": "entered Ask
      ✖ FAILED after 1 state, 6 events
      ",
      }
    `);
  });

  test.each([
    ['a task without a mock', ['twice.asl.json', '--input', '{"n": 1}'], 2, 'No mock answers the state "Ask"'],
    [
      'a call that no mock fits',
      ['twice.asl.json', '--input', '{"n": 5}', '--mocks', 'mocks.json'],
      2,
      'the unused mocks want',
    ],
    ['mocks of another shape', ['twice.asl.json', '--mocks', 'bad-mocks.json'], 2, 'byState is an object'],
    ['what is no state machine', ['no-machine.json'], 2, 'no-machine.json holds no state machine'],
    [
      'a state machine that cannot start',
      ['no-start.json'],
      1,
      "line 1, column 13 of no-start.json#/StartAt: MISSING_TRANSITION_TARGET: Missing 'Next' target: Nowhere\n  help: the states here are: none",
    ],
    [
      'as an Express state machine one that waits for a task token',
      ['token.asl.json', '--express'],
      1,
      'token.asl.json#/States/Ask/Resource: SCHEMA_VALIDATION_FAILED:',
    ],
    [
      'a state machine thousands of levels deep',
      ['deep.asl.json'],
      1,
      'line 1, column 74 of deep.asl.json#/States/A/Result: SCHEMA_VALIDATION_FAILED: Definition is nested more than 1000 levels deep',
    ],
    [
      'an expression thousands of levels deep',
      ['deep-expression.asl.json'],
      1,
      'deep-expression.asl.json#/States/A/Output: INVALID_JSONATA_EXPRESSION: Expression is nested more than 1000 levels deep',
    ],
    [
      'an input thousands of levels deep',
      ['twice.asl.json', '--input', '['.repeat(5000) + ']'.repeat(5000)],
      2,
      '--input is nested more than 1000 levels deep, at line 1, column 1001',
    ],
  ])('refuses %s', async (_what, argv, code, message) => {
    const called = await inProject('asl', 'run', ...argv);

    expect(called).toMatchObject({ code, stdout: '' });
    expect(called.stderr).toContain(message);
  });

  test('prints with --json what is wrong with a state machine, in the shape of validate', async () => {
    const { code, stdout } = await inProject('asl', 'run', 'no-start.json', '--json');

    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, diagnostics: expect.any(Array) });
    expect(JSON.parse(stdout).diagnostics).toContainEqual({
      code: 'MISSING_TRANSITION_TARGET',
      severity: 'error',
      message: "Missing 'Next' target: Nowhere",
      file: 'no-start.json',
      ...{ line: 1, column: 13, endLine: 1, endColumn: 22 },
      help: 'the states here are: none',
      pointer: '/StartAt',
    });
  });
});

describe('stepflow list-components', () => {
  test('prints path, description and schemas of each, built in or not', async () => {
    const { code, stdout } = await inProject('list-components', '--json');

    expect(code).toBe(0);
    const listed: readonly { readonly path: string }[] = JSON.parse(stdout);
    expect(listed.map(({ path }) => path)).toEqual(expect.arrayContaining(['/builtin/put_blob', '/my/shout']));
    expect(listed.find(({ path }) => path === '/builtin/put_blob')).toEqual({
      path: '/builtin/put_blob',
      description: expect.any(String),
      input: expect.objectContaining({ required: ['data'], type: 'object' }),
      output: expect.objectContaining({ type: 'object' }),
    });
  });

  test('tells of each component that is broken, with its line, and lists the others', async () => {
    const broken = project({
      'lambdas/my/shout.ts': componentSource('return String(input).toUpperCase();'),
      'lambdas/my/broken.ts': "import x from 'not-there';\nexport default x;\n",
      'lambdas/my/plain.ts': 'export default 1;\n',
      'lambdas/my/schema.ts': `import { component } from 'stepflow-aws/component';
export default component({ input: { type: 'object' }, output: { type: 'object' } } as never, async () => ({}));
`,
      'flow.yaml': 'steps: [{ id: a, component: /my/shout, input: hey }]\noutput: { $step: a }\n',
    });
    const { code, stdout, stderr } = await call(['list-components'], { cwd: broken });

    expect(code).toBe(1);
    expect(stdout).toMatch(/^\/my\/shout +A test\.$/m);
    expect(stdout).not.toContain('/my/broken');
    expect(stderr.replaceAll(/^ +\S*lambdas/gm, '    lambdas')).toMatchInlineSnapshot(`
      "✘ [ERROR] The component "/my/broken" cannot be bundled: Could not resolve "not-there"

          lambdas/my/broken.ts:1:15:
            1 │ import x from 'not-there';
              ╵               ~~~~~~~~~~~

        Install what is imported here (npm install not-there), or correct the name.

      ✘ [ERROR] The component "/my/plain" cannot be loaded: its default export is not a component

          lambdas/my/plain.ts:1:1:
            1 │ export default 1;
              ╵ ^

        End the file with \`export default component({ input, output }, run)\`.

      ✘ [ERROR] The component "/my/schema" cannot be loaded: something else than zod is the schema of its input

          lambdas/my/schema.ts:1:1:
            1 │ import { component } from 'stepflow-aws/component';
              ╵ ^

        Write input: z.object({ … }) with zod 4, or input: z.json() for anything.
      "
    `);
    // A flow that does not call them runs.
    const run = await call(['run', 'flow.yaml', '--json'], { cwd: broken });
    expect(JSON.parse(run.stdout)).toMatchObject({ outcome: 'success', result: 'HEY' });
  });

  test('shows each component with its schemas to people', async () => {
    const { stdout } = await inProject('list-components');

    expect(stdout).toMatch(/^\/my\/shout +A test\.\n {2}input {2}anything\n {2}result anything$/m);
    expect(stdout).toMatch(
      /^\/builtin\/put_blob .*\n {2}input {2}data: anything, blob_type\?: "data" \| "flow"\n {2}result blob_id: string$/m,
    );
  });
});

test('stepflow list-components shows those last that only the compiler calls', async () => {
  const { stdout } = await inProject('list-components');
  const [own = '', ofCompiler = ''] = stdout.split('\nThe compiler calls these where a flow needs them:\n');
  const pathsIn = (text: string) => [...text.matchAll(/^\/builtin\/(\S+)/gm)].map(([, path]) => path);

  expect(pathsIn(ofCompiler)).toEqual([
    ...['carry', 'gather', 'map_failure', 'map_items', 'map_results', 'operands', 'pack', 'spill'],
  ]);
  expect(own).not.toContain('The compiler calls it');
  expect(own).toContain('/my/shout');
});

describe('stepflow compile --without', () => {
  test('leaves out a pass', async () => {
    const machine = async (...options: readonly string[]) =>
      Object.keys(JSON.parse((await inProject('compile', 'flows/deeper/also.yml', ...options)).stdout).States);

    expect(await machine()).toEqual(['output']);
    expect(await machine('--without', 'inline-pure', '--without', 'fold-constants')).toEqual(['a']);
  });

  test('knows its passes', async () => {
    expect(await inProject('compile', 'flows/good.yaml', '--without', 'inline-pur')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('there is no pass "inline-pur"'),
    });
  });
});
