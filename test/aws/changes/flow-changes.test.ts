import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { readAssembly } from '../../../lib/aws/changes/assembly.ts';
import { flowChanges } from '../../../lib/aws/changes/flow-changes.ts';
import { StepflowStack, type StepflowStackProps } from '../../../lib/aws/index.ts';
import { componentSource, project } from '../../run/project.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const FOLDER = temporaryFolder('stepflow-changes-');

const step = (id: string, component: string): string =>
  `  - { id: ${id}, component: /my/${component}, input: { $input: $ } }`;

const flow = (...steps: readonly string[]): string =>
  `steps:\n${steps.join('\n')}\noutput: [${steps.map((_step, at) => `{ $step: ${'ab'[at]} }`)}]\n`;

const COMPONENTS = { load: 'return input;', rate: 'return 1;', save: 'return 2;' };
const FLOWS = { one: flow(step('a', 'load'), step('b', 'rate')), two: flow(step('a', 'save')) };

/** The template as the CDK's command has it written, with the places of constructs. */
function synthesised(
  flows: { readonly [name: string]: string } = FLOWS,
  components: { readonly [name: string]: string } = COMPONENTS,
  props: StepflowStackProps = {},
) {
  const home = project({
    ...Object.fromEntries(Object.entries(flows).map(([name, text]) => [`workflows/${name}.yaml`, text])),
    ...Object.fromEntries(
      Object.entries(components).map(([name, body]) => [`lambdas/my/${name}.ts`, componentSource(body)]),
    ),
  });
  const outdir = mkdtempSync(join(FOLDER, 'out-'));
  const app = new App({ outdir, context: { 'aws:cdk:enable-path-metadata': true } });
  new StepflowStack(app, 'Flows', { workflows: join(home, 'workflows'), dashboard: false, ...props });
  app.synth();
  const [stack] = readAssembly(outdir);
  expect(stack).toMatchObject({ name: 'Flows', selector: 'Flows', region: undefined });
  return stack?.template() ?? {};
}

const before = synthesised();

describe('what a deployment changes of flows', () => {
  it.each([
    ['nothing', synthesised(), { one: ['unchanged'], two: ['unchanged'] }],
    [
      'the code of a component',
      synthesised(FLOWS, { ...COMPONENTS, rate: 'return 3;' }),
      { one: ['changed', 'function MyRate'], two: ['unchanged'] },
    ],
    [
      'the steps of a flow',
      synthesised({ ...FLOWS, two: flow(step('a', 'save'), step('b', 'save')) }),
      { one: ['unchanged'], two: ['changed', 'definition'] },
    ],
    [
      'the component of a step',
      synthesised({ ...FLOWS, two: flow(step('a', 'rate')) }),
      { one: ['unchanged'], two: ['changed', 'alarm', 'function MyRate', 'function MySave', 'role'] },
    ],
    [
      'flows that come and go',
      synthesised({ one: FLOWS.one, three: FLOWS.two }),
      { one: ['unchanged'], three: ['added'], two: ['removed'] },
    ],
    [
      'the bounds of alarms',
      synthesised(FLOWS, COMPONENTS, { alarms: false }),
      { one: ['changed', 'alarm'], two: ['changed', 'alarm'] },
    ],
  ])('%s', (_what, after, wanted) => {
    const changes = flowChanges(before, after);
    expect(Object.fromEntries(changes.map(({ flow: name, change, parts }) => [name, [change, ...parts]]))).toEqual(
      wanted,
    );
  });

  it('everything, of a stack that there is not yet', () => {
    expect(flowChanges({}, before)).toEqual([
      { flow: 'one', change: 'added', parts: [] },
      { flow: 'two', change: 'added', parts: [] },
    ]);
  });
});
