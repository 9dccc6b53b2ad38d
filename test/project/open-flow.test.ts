import { join } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Workflow } from '../../lib/aws/index.ts';
import type { Diagnostic } from '../../lib/diagnostics/diagnostics.ts';
import { renderDiagnostics } from '../../lib/diagnostics/render.ts';
import { loadOutcomes } from '../../lib/project/components/load-functions.ts';
import { checkFlows } from '../../lib/project/load-flows.ts';
import { openFlow } from '../../lib/project/open-flow.ts';
import { prepareFlow, runFlow } from '../../lib/run/run-flow.ts';
import { testFlow } from '../../lib/testing/index.ts';
import { testApp } from '../aws/test-app.ts';
import { call } from '../cli/terminal.ts';
import { project } from '../run/project.ts';

vi.mock('../../lib/project/components/load-functions.ts', async (importOriginal) => {
  const real = await importOriginal<typeof import('../../lib/project/components/load-functions.ts')>();
  return { ...real, loadOutcomes: vi.fn(real.loadOutcomes) };
});

const GREETER = `
import { component } from 'stepflow-aws/component';
import * as z from 'zod';

export default component(
  { input: z.object({ name: z.string() }), output: z.strictObject({ text: z.string() }) },
  ({ name }) => ({ text: name }),
);
`;

const greet = (input: string, more = ''): string => `{ id: a, component: /hello/greet, input: ${input} }${more}`;

/** Flows with one thing wrong, by what it is; the codes of what is told of them, errors first to last. */
const FAULTY: { readonly [fault: string]: { readonly steps: string; readonly codes: readonly string[] } } = {
  'an input that does not fit its component': { steps: greet('{ name: 1 }'), codes: ['input-type'] },
  'an input that lacks something': { steps: greet('{}'), codes: ['input-type'] },
  'an input of a built-in component that becomes part of the state machine': {
    steps: '{ id: a, component: /extract, input: { data: { x: 1 }, path: 5 } }',
    codes: ['input-type'],
  },
  'a path that no result has': {
    steps: greet('{ name: Ada }', ', { id: b, component: /noop, input: { $step: a, path: txt } }'),
    codes: ['unknown-path'],
  },
  'a variable that nothing declares': { steps: greet('{ name: { $variable: who } }'), codes: ['undefined-variable'] },
  'an input of a flow inside a step': {
    steps: `{ id: each, component: /map, input: { items: [1], workflow: { steps: [${greet('{ name: 1 }')}] } } }`,
    codes: ['input-type'],
  },
  'a component that is not there, beside an input that does not fit': {
    steps: greet('{ name: 1 }', ', { id: b, component: /hello/gret }'),
    codes: ['input-type', 'unknown-component'],
  },
  'a component that cannot be bundled, beside an input that does not fit': {
    steps: `{ id: b, component: /hello/broken }, ${greet('{ name: 1 }')}`,
    codes: ['input-type', 'component-not-bundled'],
  },
  'a step that is not there': { steps: greet('{ name: { $step: b } }'), codes: ['unknown-step'] },
};

const CASES = 'test: { cases: [{ name: a }, { name: b }] }\n';
const names = Object.keys(FAULTY);
const home = project({
  'lambdas/hello/greet.ts': GREETER,
  'lambdas/hello/broken.ts': 'export default component(;',
  ...Object.fromEntries(
    Object.values(FAULTY).map(({ steps }, at) => [`flows/${at}.yaml`, `steps: [${steps}]\n${CASES}`]),
  ),
  'flows/warned.yaml': `steps: [${greet('{ name: Ada, nam: Ada }')}]\n${CASES}`,
  'flows/mocked.yaml': `steps: [${greet('{ name: 1 }')}]\ntest: { cases: [{ name: a, mocks: { a: { result: { text: x } } } }] }\n`,
  'flows/given.yaml': `steps: [${greet('{ name: { $variable: who } }')}]\n`,
});
const json = async (...argv: readonly string[]) => {
  const { stdout, code } = await call([...argv, '--json'], { cwd: home });
  return { ...JSON.parse(stdout), code };
};
const told = (diagnostics: readonly Diagnostic[]) =>
  diagnostics.map(({ code, severity, message, line, column, help }) => ({
    ...{ code, severity, message, line, column, help },
  }));
const synthesise = (flow: string): Stack => {
  const stack = new Stack(testApp(), 'Stack');
  new Workflow(stack, 'Flow', { flow: join(home, flow) });
  return stack;
};

describe('an error is the same in validate, run, test and synthesis', () => {
  it.each(names)('%s', async (name) => {
    const file = `flows/${names.indexOf(name)}.yaml`;
    const { diagnostics, code } = await json('validate', file);
    expect(diagnostics.map((one: Diagnostic) => one.code)).toEqual(FAULTY[name]?.codes);
    expect(code).toBe(1);

    const ran = await json('run', file);
    expect(told(ran.diagnostics)).toEqual(told(diagnostics));
    expect(ran).toMatchObject({ outcome: 'failed', code: 1 });
    const nothing = { id: '', durationMs: 0, transitions: 0, events: 0, steps: [], criticalPath: [] };
    expect(ran.execution).toEqual(nothing);

    // A case that does not get to a component needs none.
    const inTests = diagnostics.filter((one: Diagnostic) => one.code !== 'unknown-component');
    const tested = await json('test', file);
    expect(told(tested.diagnostics)).toEqual(told(inTests));
    expect(tested).toMatchObject({
      passed: 0,
      failed: 2,
      code: 1,
      cases: [{ status: 'refused' }, { status: 'refused' }],
    });

    for (const { message, line, column } of diagnostics) {
      expect(() => synthesise(file)).toThrow(message);
      expect(() => synthesise(file)).toThrow(`:${line}:${column}`);
    }
  });
});

describe('what is checked', () => {
  it('is told as a warning by all of them, and stops none', async () => {
    const { diagnostics } = await json('validate', 'flows/warned.yaml');
    expect(told(diagnostics)).toMatchObject([{ code: 'unlisted-field', severity: 'warning' }]);
    const ran = await json('run', 'flows/warned.yaml');
    expect(ran).toMatchObject({ outcome: 'success', code: 0 });
    expect(told(ran.diagnostics)).toEqual(told(diagnostics));
    const tested = await json('test', 'flows/warned.yaml');
    expect(tested).toMatchObject({ passed: 2, code: 0 });
    expect(told(tested.diagnostics)).toEqual(told(diagnostics));
    const shown = Match.stringLikeRegexp('warned\\.yaml:1:\\d+:[^]*nam');
    Annotations.fromStack(synthesise('flows/warned.yaml')).hasWarning('/Stack/Flow', shown);
  });

  it('is the flow, also where a mock stands in for the component', async () => {
    const file = join(home, 'flows/mocked.yaml');
    const ran = await runFlow({ file, mocks: { a: [{ result: { text: 'x' } }] } });
    expect(ran.diagnostics).toMatchObject([{ code: 'input-type' }]);
    expect(await json('test', 'flows/mocked.yaml')).toMatchObject({ failed: 1, diagnostics: [{ code: 'input-type' }] });
  });

  it('does not ask for a file of a component that a mock stands in for, nor that it loads', async () => {
    const source = '[{ id: a, component: /hello/broken }, { id: b, component: /hello/nobody }]';
    const mocks = { '/hello/broken': [{ result: 1 }], b: [{ result: 2 }] };
    const { result, diagnostics } = await runFlow({ file: 'flow.yaml', home, source, mocks });
    expect({ result, diagnostics }).toEqual({
      result: { outcome: 'success', result: { a: 1, b: 2 } },
      diagnostics: [],
    });
  });

  it('takes a variable as declared that is given a value', async () => {
    expect(await json('run', 'flows/given.yaml', '--var', 'who="Ada"')).toMatchObject({
      outcome: 'success',
      result: { a: { text: 'Ada' } },
    });
  });

  it('ends a run with the code that it would have failed with', async () => {
    const codeOf = async (fault: string) => (await json('run', `flows/${names.indexOf(fault)}.yaml`)).error.code;
    expect(await codeOf('a path that no result has')).toBe('EXPRESSION_FAILURE');
    expect(await codeOf('a variable that nothing declares')).toBe('EXPRESSION_FAILURE');
    expect(await codeOf('an input that lacks something')).toBe('INVALID_INPUT');
  });

  it('is nothing to a command that runs no component', async () => {
    const { diagnostics } = openFlow({
      file: join(home, 'flows/0.yaml'),
      source: `steps: [${FAULTY[names[0] ?? '']?.steps}]`,
    });
    expect(renderDiagnostics(diagnostics, () => undefined, { color: false })).toBe('');
    expect((await json('compile', 'flows/0.yaml')).code).toBe(0);
  });
});

describe('components are loaded once', () => {
  beforeEach(() => {
    vi.mocked(loadOutcomes).mockClear();
  });
  const loads = () => vi.mocked(loadOutcomes).mock.calls.map(([files]) => files.map(({ path }) => path).sort());
  const source = `steps: [${greet('{ name: Ada }', ', { id: b, component: /noop, input: { $step: a, path: text } }')}]\n${CASES}`;

  it('for the runs of a flow and its check together', async () => {
    const flow = await prepareFlow({ file: 'flow.yaml', home, source });
    await Promise.all([flow.run(), flow.run()]);
    expect(loads()).toEqual([['/builtin/noop', '/hello/greet']]);
  });

  it('for all flows that are checked together', async () => {
    const other = `[${greet('{ name: Bob }')}, { id: c, component: /put_blob, input: { data: { $step: a } } }]`;
    const flows = [source, other].map((text, at) => ({ file: `${at}.yaml`, home, source: text }));
    expect(await checkFlows(flows)).toEqual([]);
    expect(loads()).toEqual([['/builtin/noop', '/builtin/put_blob', '/hello/greet']]);
  });

  it('for all cases of a flow', async () => {
    const { cases } = await testFlow({ file: 'flow.yaml', home, source });
    expect(cases.map(({ status }) => status)).toEqual(['passed', 'passed']);
    expect(loads()).toEqual([['/builtin/noop', '/hello/greet']]);
  });

  it('by no command that only compiles', async () => {
    for (const command of ['compile', 'explain']) await json(command, 'flows/given.yaml');
    expect(loads()).toEqual([]);
  });
});
