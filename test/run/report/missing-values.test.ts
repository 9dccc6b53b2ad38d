import { expect, test } from 'vitest';
import { runFlow } from '../../../lib/run/run-flow.ts';
import { componentSource, project } from '../project.ts';

const home = project({ 'lambdas/my/echo.ts': componentSource('return input;') });

const messageOf = async (source: string, input = {}): Promise<string> => {
  const { result } = await runFlow({ file: `${home}/flow.yaml`, source, input });
  return result.outcome === 'failed' ? result.error.message : JSON.stringify(result);
};

test.each([
  [
    'a path into what a folded step passes on',
    `steps:
  - { id: a, component: /noop, input: { $input: $ } }
  - { id: b, component: /my/echo, input: { of: { $step: a, path: x.y } } }
output: { $step: b }`,
    /there is no "x\.y" (?:of|in) the flow's input/,
  ],
  [
    'a path into the result of a step, by way of another',
    `steps:
  - { id: a, component: /my/echo, input: { x: 1 } }
  - { id: b, component: /noop, input: { $step: a } }
  - { id: c, component: /my/echo, input: { of: { $step: b, path: y } } }
output: { $step: c }`,
    /there is no "y" of step "a"/,
  ],
])('%s is named as it is written', async (_, flow, message) => {
  const text = await messageOf(flow);

  expect(text).toMatch(message);
  expect(text).not.toMatch(/\*|there is no the/);
});
