import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Duration, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, it } from 'vitest';
import { type AlarmOptions, StepflowStack } from '../../lib/aws/index.ts';
import { componentSource, project } from '../run/project.ts';
import { type Body, bodyText, metricsRead } from './dashboard/read-body.ts';
import { testApp } from './test-app.ts';

const COMPONENTS = 145;

/** The steps of a flow. */
const STEPS = 5;

/** The steps of a flow that calls five components of `components`; the first flow calls any flow, too. */
function flow(at: number, components: number): string {
  const calls = Array.from({ length: STEPS }, (_, step) => (at * STEPS + step) % components);
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
  readonly [logicalId: string]: {
    readonly Type: string;
    readonly Properties?: { readonly [property: string]: unknown };
  };
}

/** The resources of each template of the stack of a folder. */
function templatesOf(workflows: string, alarms: AlarmOptions = {}): { readonly [template: string]: Resources } {
  const app = testApp();
  new StepflowStack(app, 'Large', { workflows: join(home, workflows), alarms });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  const { directory } = app.synth();
  const files = readdirSync(directory).filter((file) => file.endsWith('.template.json'));
  return Object.fromEntries(
    files.map((file) => [file, JSON.parse(readFileSync(join(directory, file), 'utf8')).Resources]),
  );
}

const idsOf = (resources: Resources, type: string): string[] =>
  Object.keys(resources).filter((id) => resources[id]?.Type === type);

const functionsIn = (resources: Resources): string[] => idsOf(resources, 'AWS::Lambda::Function');

const alarmsIn = (resources: Resources): string[] => idsOf(resources, 'AWS::CloudWatch::Alarm');

const OWN = 'Large.template.json';

describe('a stack of 60 flows and 140 components', () => {
  const templates = templatesOf('large');
  const counts = Object.values(templates).map((resources) => Object.keys(resources).length);

  it('has fewer than 500 resources in each template', () => {
    const [own = 0, ...nested] = [...counts].sort((a, b) => b - a);
    console.log(
      `resources of 60 flows and 140 components: ${own}, and in ${nested.length} nested stacks ${nested.join(', ')}`,
    );
    expect(own).toBeLessThan(400);
    expect(nested).toHaveLength(10 + 10 + 1);
    for (const one of nested) expect(one).toBeLessThan(150);
  });

  it('has a function for each of them, and each parameter and output that AWS allows', () => {
    expect(Object.values(templates).flatMap(functionsIn)).toHaveLength(140 + 2);
  });

  it('has two alarms for each flow', () => {
    expect(Object.values(templates).flatMap(alarmsIn)).toHaveLength(2 * 60);
  });

  it('has one dashboard within the limits of CloudWatch, with the executions of all flows', () => {
    const text = bodyText(Object.assign({}, ...Object.values(templates)));
    const { widgets }: Body = JSON.parse(text);
    const metrics = widgets.reduce((sum, widget) => sum + metricsRead(widget, 2 * STEPS), 0);
    const template = JSON.stringify(templates[OWN], undefined, 1).length;
    console.log(
      `dashboard of 60 flows: ${widgets.length} widgets, ${metrics} metrics, ${text.length} bytes of a template of ${template}`,
    );
    expect(widgets.length).toBeLessThanOrEqual(500);
    expect(metrics).toBeLessThanOrEqual(2500);
    expect(template).toBeLessThan(1_000_000);
    expect(widgets.filter(({ properties }) => properties.title?.endsWith(': Executions'))).toHaveLength(60);
  });

  describe('and one flow more, with three alarms for each', () => {
    const more = templatesOf('larger', { p99: Duration.seconds(1) });

    it('keeps each function where it is', () => {
      for (const [file, resources] of Object.entries(templates))
        expect(functionsIn(more[file] ?? {})).toEqual(expect.arrayContaining(functionsIn(resources)));
    });

    it('has them in nested stacks', () => {
      expect(alarmsIn(more[OWN] ?? {})).toEqual([]);
      expect(Object.values(more).flatMap(alarmsIn)).toHaveLength(3 * 61);
      for (const resources of Object.values(more)) expect(Object.keys(resources).length).toBeLessThan(400);
    });
  });
});

describe('a small stack', () => {
  it('is one template', () => {
    const templates = templatesOf('small');
    expect(Object.keys(templates)).toEqual([OWN]);
  });
});
