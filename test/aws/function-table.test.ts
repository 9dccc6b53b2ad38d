import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BlobStore } from '../../lib/aws/blob-store.ts';
import { ComponentFunction } from '../../lib/aws/component-function.ts';
import { COMPONENTS_VARIABLE } from '../../lib/protocol/call-component.ts';
import { testApp } from './test-app.ts';

let bundle: string;

beforeAll(() => {
  bundle = mkdtempSync(join(tmpdir(), 'stepflow-bundle-'));
  writeFileSync(join(bundle, 'index.mjs'), 'export const handler = async () => ({});');
});

afterAll(() => rmSync(bundle, { recursive: true }));

/** A stack with a function that may call many others. */
function stackWith(app: App, components: number): { readonly app: App; readonly template: Template } {
  const stack = new Stack(app, 'Stack');
  const blobs = new BlobStore(stack, 'Blobs');
  const calls = Array.from({ length: components }, (_, at): [string, ComponentFunction] => {
    const component = `/some-plugin/component-with-a-name-${at}`;
    return [component, new ComponentFunction(stack, `Component${at}`, { component, bundle, blobs })];
  });
  new ComponentFunction(stack, 'Eval', { component: '/builtin/eval', bundle, blobs, calls: new Map(calls) });
  return { app, template: Template.fromStack(stack) };
}

/** The function that calls the others. */
function caller(template: Template): { readonly Environment: { readonly Variables: Record<string, unknown> } } {
  const found = template.findResources('AWS::Lambda::Function', {
    Properties: { Description: 'Component /builtin/eval' },
  });
  return Object.values(found)[0]?.Properties;
}

describe('the functions that a function may call', () => {
  it.each([45, 60])('are known to it within the 4 KB of its environment, if they are %i', (components) => {
    const { Environment } = caller(stackWith(testApp(), components).template);
    expect(JSON.stringify(deployed(Environment.Variables)).length).toBeLessThan(4096);
  });

  it('are in a file of its own if they are many, by the names that they have', () => {
    const { app, template } = stackWith(testApp(), 60);
    expect(caller(template).Environment.Variables[COMPONENTS_VARIABLE]).toMatchObject({
      'Fn::Join': ['', expect.arrayContaining([expect.stringMatching(/^components\.json $/), ' '])],
    });
    const names = Object.values(template.findResources('AWS::Lambda::Function')).map(({ Properties }) => Properties);
    const table: Record<string, string> = tableIn(app);
    for (const { Description, FunctionName } of names.filter(
      ({ Description: what }) => what !== 'Component /builtin/eval',
    )) {
      const [start, end] = FunctionName['Fn::Join'][1];
      expect(start).toMatch(/^[\w-]{1,56}$/);
      expect(JSON.stringify(end)).toContain('AWS::StackId');
      expect(table[Description.replace('Component ', '')]).toBe(start);
    }
    expect(new Set(Object.values(table)).size).toBe(60);
  });

  it('are in its environment if they are few, by the names that CloudFormation gives them', () => {
    const { template } = stackWith(testApp(), 2);
    expect(JSON.stringify(caller(template))).toContain('/some-plugin/component-with-a-name-1');
    for (const { Properties } of Object.values(template.findResources('AWS::Lambda::Function')))
      expect(Properties).not.toHaveProperty('FunctionName');
  });
});

/** A value of a template as it is deployed, with texts in place of what CloudFormation inserts, each as long as it may be. */
function deployed(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const [[key, given] = ['', undefined], ...others] = Object.entries(value);
  if (Array.isArray(value)) return value.map(deployed);
  if (others.length === 0 && key === 'Fn::Join') return given[1].map(deployed).join(given[0]);
  if (others.length === 0 && key === 'Fn::GetAtt') return 'v'.repeat(5);
  if (others.length === 0 && key === 'Fn::Select') return 's'.repeat(8);
  if (others.length === 0 && key === 'Ref') return 'n'.repeat(64);
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, deployed(each)]));
}

/** The table that is deployed with a function of the app. */
function tableIn(app: App): Record<string, string> {
  const assets = JSON.parse(readFileSync(join(app.synth().directory, 'Stack.assets.json'), 'utf8'));
  const folders = Object.values<{ source: { path: string } }>(assets.files).map(({ source }) => source.path);
  for (const folder of folders) {
    try {
      return JSON.parse(readFileSync(join(app.outdir, folder, 'components.json'), 'utf8'));
    } catch {
      // The asset of another function.
    }
  }
  return {};
}
