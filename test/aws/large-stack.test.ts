import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, it } from 'vitest';
import { StepflowStack } from '../../lib/aws/index.ts';
import { componentSource, project } from '../run/project.ts';
import { testApp } from './test-app.ts';

const COMPONENTS = 145;

/** The steps of a flow that calls five components of `components`; the first flow calls any flow, too. */
function flow(at: number, components: number): string {
  const calls = Array.from({ length: 5 }, (_, step) => (at * 5 + step) % components);
  const steps = calls.map((each) => `  - { id: s${each}, component: /part/do-${each}, input: {} }`);
  if (at === 0) steps.push('  - { id: any, component: /eval, input: { flow: { $input: flow }, input: {} } }');
  return `steps:\n${steps.join('\n')}\n`;
}

/** The files of a folder of flows that call so many components. */
const folder = (name: string, flows: number, components: number): readonly [string, string][] =>
  Array.from({ length: flows }, (_, at) => [`${name}/flow-${at}.yaml`, flow(at, components)]);

const home = project({
  ...Object.fromEntries(
    Array.from({ length: COMPONENTS }, (_, at) => [`lambdas/part/do-${at}.ts`, componentSource('return 1;')]),
  ),
  ...Object.fromEntries([...folder('large', 60, 140), ...folder('larger', 61, COMPONENTS), ...folder('small', 3, 15)]),
});

interface Resources {
  readonly [logicalId: string]: { readonly Type: string };
}

/** The resources of each template of the stack of a folder. */
function templatesOf(workflows: string): { readonly [template: string]: Resources } {
  const app = testApp();
  new StepflowStack(app, 'Large', { workflows: join(home, workflows) });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  const { directory } = app.synth();
  const files = readdirSync(directory).filter((file) => file.endsWith('.template.json'));
  return Object.fromEntries(
    files.map((file) => [file, JSON.parse(readFileSync(join(directory, file), 'utf8')).Resources]),
  );
}

const functionsIn = (resources: Resources): string[] =>
  Object.keys(resources).filter((id) => resources[id]?.Type === 'AWS::Lambda::Function');

describe('a stack of 60 flows and 140 components', () => {
  const templates = templatesOf('large');
  const counts = Object.values(templates).map((resources) => Object.keys(resources).length);

  it('has fewer than 500 resources in each template', () => {
    const [own = 0, ...nested] = [...counts].sort((a, b) => b - a);
    console.log(
      `resources of 60 flows and 140 components: ${own}, and in ${nested.length} nested stacks ${nested.join(', ')}`,
    );
    expect(own).toBeLessThan(400);
    expect(nested).toHaveLength(10);
    for (const one of nested) expect(one).toBeLessThan(150);
  });

  it('has a function for each of them, and each parameter and output that AWS allows', () => {
    expect(Object.values(templates).flatMap(functionsIn)).toHaveLength(140 + 2);
  });

  it('keeps each function where it is when others come', () => {
    const more = templatesOf('larger');
    for (const [file, resources] of Object.entries(templates))
      expect(functionsIn(more[file] ?? {})).toEqual(expect.arrayContaining(functionsIn(resources)));
  });
});

describe('a small stack', () => {
  it('is one template', () => {
    const templates = templatesOf('small');
    expect(Object.keys(templates)).toEqual(['Large.template.json']);
  });
});
