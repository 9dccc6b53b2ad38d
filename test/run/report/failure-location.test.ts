import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Json } from '../../../lib/protocol/json.ts';
import { runFlow } from '../../../lib/run/run-flow.ts';
import { call } from '../../cli/terminal.ts';
import { componentSource, project } from '../project.ts';

const home = project({
  'lambdas/my/strict.ts': `
import { component } from 'stepflow-aws/component';
import type { Json } from '../../../lib/protocol/json.ts';
import { z } from 'zod';
export default component(
  { description: 'Takes text.', input: z.object({ who: z.object({ name: z.string() }) }), output: z.any() },
  async (input) => input,
);
`,
  'lambdas/my/throw.ts': componentSource("throw new FlowError('INVALID_INPUT', 'not this one');"),
});

/** Runs a flow in which a mark `▲` stands before the place of the failure. */
async function failAt(marked: string, input: Json = {}) {
  const [before = ''] = marked.split('▲');
  const at = { line: before.split('\n').length, column: before.length - before.lastIndexOf('\n') };
  const source = marked.replace('▲', '');
  const { result } = await runFlow({ file: join(home, 'flow.yaml'), source, input });
  if (result.outcome !== 'failed') throw new Error(`it ended with ${JSON.stringify(result)}`);
  return { at, error: result.error };
}

describe('a failure that no component has thrown', () => {
  test.each([
    [
      'a field of an input that is missing',
      `steps:
  - { id: a, component: /my/strict, input: { who: { name: ▲{ $input: user.name } } } }
output: { $step: a }`,
      'EXPRESSION_FAILURE',
    ],
    [
      'a field that does not fit',
      `steps:
  - id: a
    component: /my/strict
    input:
      who: { name: ▲{ $input: number } }
output: { $step: a }`,
      'INVALID_INPUT',
    ],
    [
      'an output',
      `steps:
  - { id: a, component: /my/strict, input: { who: { name: { $input: text } } } }
output: ▲{ $step: a, path: whom }`,
      'EXPRESSION_FAILURE',
    ],
  ])('has its place in the flow: %s', async (_, flow, code) => {
    const { at, error } = await failAt(flow, { number: 1, text: 'Ada', user: {} });

    expect(error).toMatchObject({ code, place: { file: join(home, 'flow.yaml'), ...at } });
    expect(error.data?.stack).toBeUndefined();
  });

  test('has it in an inner flow, too', async () => {
    const flow = `steps:
  - id: each
    component: /builtin/iterate
    input:
      initial_input: {}
      flow:
        $literal:
          steps: [{ id: a, component: /my/strict, input: { who: { name: ▲{ $input: name } } } }]
          output: { $step: a }
output: { $step: each }`;
    const { at, error } = await failAt(flow);

    expect(error.place).toMatchObject(at);
  });

  test('is shown with it, and no resumption is offered that could not help', async () => {
    const flow = 'steps: [{ id: a, component: /my/strict, input: { who: { $input: who } } }]\noutput: { $step: a }\n';
    const here = project({ 'flow.yaml': flow, 'mocks.json': '{"a": {"result": 1}}' });
    const { code, stderr } = await call(['run', 'flow.yaml', '--mocks', 'mocks.json', '--input', '{}'], { cwd: here });

    expect({ code, stderr }).toMatchInlineSnapshot(`
      {
        "code": 1,
        "stderr": "✖ failed: EXPRESSION_FAILURE: step "a": no value for "who" of its input: there is no "who" of the flow's input
        in step a (/my/strict)
        at flow.yaml:1:55
      ",
      }
    `);
  });
});

test('a failure that a component has thrown has its stack', async () => {
  const { error } = await failAt('steps: [{ id: a, component: /my/throw, input: 1 }]\noutput: { $step: a }\n');

  expect(error).not.toHaveProperty('place');
  expect(error.data?.stack?.join('\n')).toMatch(/\n +at .*lambdas\/my\/throw\.ts:\d+:\d+/);
});
